//! Free text as weighted terms (TF-IDF).
//!
//! All free-text features of a row are one document, because a term has the same meaning in a title and in a headline.
//! linfa's vectorizers are not used: an artifact cannot hold them, and they have no character bigrams, which Hangul
//! needs because its words carry particles.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use slotcast_features::{FeatureColumn, FeatureTable};

use crate::preprocess::sparse::SparseMatrix;

/// Minimum number of documents of a term.
const MIN_DOCUMENTS: usize = 3;
/// Size of the vocabulary; the most frequent terms are kept.
const MAX_TERMS: usize = 20_000;
/// Minimum number of texts for a vocabulary.
const MIN_TEXTS: usize = 60;

/// Vocabulary of the training rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TextVectorizer {
    /// Indices of the free-text features; contributions are attributed to the first.
    features: Vec<usize>,
    /// Column of each term.
    vocabulary: BTreeMap<String, usize>,
    /// Smoothed inverse document frequency of each term.
    idf: Vec<f64>,
}

impl TextVectorizer {
    /// `None` if no feature is free text, or no term is frequent enough.
    pub(crate) fn fit(table: &FeatureTable) -> Option<Self> {
        let features: Vec<usize> =
            (0..table.columns.len()).filter(|feature| is_free_text(table, *feature)).collect();
        if features.is_empty() {
            return None;
        }
        let mut documents: HashMap<String, usize> = HashMap::new();
        for row in 0..table.len() {
            for term in count_terms(table, &features, row).into_keys() {
                *documents.entry(term).or_default() += 1;
            }
        }
        let mut kept: Vec<(String, usize)> =
            documents.into_iter().filter(|(_, documents)| *documents >= MIN_DOCUMENTS).collect();
        kept.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        kept.truncate(MAX_TERMS);
        kept.sort_unstable();
        let rows = table.len() as f64;
        let idf = kept.iter().map(|(_, documents)| ((1.0 + rows) / (1.0 + *documents as f64)).ln() + 1.0);
        let idf: Vec<f64> = idf.collect();
        let vocabulary: BTreeMap<String, usize> =
            kept.into_iter().enumerate().map(|(column, (term, _))| (term, column)).collect();
        (!vocabulary.is_empty()).then_some(Self { features, vocabulary, idf })
    }

    /// Index of the feature to which contributions are attributed.
    pub(crate) fn feature(&self) -> usize {
        self.features[0]
    }

    /// Each row's known terms, weighted by (1 + ln count) times inverse document frequency and scaled to length one
    /// (G. Salton and C. Buckley, Information Processing and Management 24, 1988, with the smoothed inverse document
    /// frequency ln((1 + n) / (1 + documents)) + 1).
    pub(crate) fn transform(&self, table: &FeatureTable) -> SparseMatrix {
        let mut out = SparseMatrix::with_width(self.vocabulary.len());
        for row in 0..table.len() {
            let found = count_terms(table, &self.features, row);
            let known = found.iter().filter_map(|(term, count)| Some((*self.vocabulary.get(term)?, *count)));
            let mut cells: Vec<(usize, f64)> = known
                .map(|(column, count)| (column, (1.0 + (count as f64).ln()) * self.idf[column]))
                .collect();
            cells.sort_unstable_by_key(|cell| cell.0);
            let length = cells.iter().map(|cell| cell.1 * cell.1).sum::<f64>().sqrt();
            out.push_row(cells.into_iter().map(|(column, weight)| (column, weight / length)));
        }
        out
    }

    /// The terms in the order of their columns.
    pub(crate) fn terms(&self) -> Vec<&str> {
        let mut terms = vec![""; self.vocabulary.len()];
        for (term, column) in &self.vocabulary {
            terms[*column] = term;
        }
        terms
    }

    pub(crate) fn width(&self) -> usize {
        self.vocabulary.len()
    }

    pub(crate) fn is_consistent(&self, features: usize) -> bool {
        !self.features.is_empty()
            && self.features.iter().all(|feature| *feature < features)
            && self.idf.len() == self.vocabulary.len()
            && self.vocabulary.values().all(|column| *column < self.idf.len())
    }
}

/// Whether a feature is free text: values seldom repeat, and most have several words.
pub(crate) fn is_free_text(table: &FeatureTable, feature: usize) -> bool {
    let FeatureColumn::Category(values) = &table.columns[feature] else { return false };
    let known: Vec<&String> = values.iter().flatten().collect();
    if known.len() < MIN_TEXTS {
        return false;
    }
    let distinct = known.iter().collect::<HashSet<_>>().len();
    let several_words = known.iter().filter(|text| text.split_whitespace().nth(1).is_some()).count();
    2 * distinct > known.len() && 2 * several_words > known.len()
}

fn count_terms(table: &FeatureTable, features: &[usize], row: usize) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for feature in features {
        if let FeatureColumn::Category(values) = &table.columns[*feature] {
            tokenize(values[row].as_deref().unwrap_or_default(), |term| {
                *counts.entry(term).or_default() += 1;
            });
        }
    }
    counts
}

/// Runs of at least two letters and digits, in lower case. Runs in Hangul, Han or Kana also give each pair of letters.
fn tokenize(text: &str, mut each: impl FnMut(String)) {
    for run in text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()) {
        let letters: Vec<char> = run.chars().collect();
        if letters.len() < 2 {
            continue;
        }
        if letters.len() > 2 && letters.iter().any(|letter| is_cjk(*letter)) {
            for pair in letters.windows(2) {
                each(pair.iter().collect());
            }
        }
        each(run.to_owned());
    }
}

fn is_cjk(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    fn terms(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        tokenize(text, |term| found.push(term));
        found
    }

    #[test]
    fn terms_are_runs_and_hangul_bigrams() {
        assert_eq!(terms("O Livro, do Céu! 3D a"), ["livro", "do", "céu", "3d"]);
        assert_eq!(terms("통밀빵 세트"), ["통밀", "밀빵", "통밀빵", "세트"]);
        assert!(terms("🙂 -- ").is_empty());
    }

    #[test]
    fn titles_are_free_text_and_categories_are_not() {
        const TITLES: [&str; 4] = ["red mug", "blue mug", "green lamp", "odd thing"];
        let titles: Vec<String> = (0..80).map(|row| format!("{} {row}", TITLES[row % 4])).collect();
        let titles: Vec<&'static str> = titles.into_iter().map(|title| &*title.leak()).collect();
        let table = TableBuilder::new(80)
            .category("category", |row| Some(["tea", "soap and care"][row % 2]))
            .category("title", |row| Some(titles[row]))
            .build();
        assert_eq!((is_free_text(&table, 0), is_free_text(&table, 1)), (false, true));
        let fitted = TextVectorizer::fit(&table).unwrap();
        assert_eq!(fitted.feature(), 1);
        let matrix = fitted.transform(&table);
        for row in matrix.rows() {
            let length: f64 = row.iter().map(|cell| cell.1 * cell.1).sum();
            assert!((length - 1.0).abs() < 1e-12 && row.len() == 2, "{row:?}");
        }
        let terms = fitted.terms();
        assert_eq!(matrix.row(2).iter().map(|cell| terms[cell.0]).collect::<Vec<_>>(), ["green", "lamp"]);
        assert!(fitted.is_consistent(2) && !fitted.is_consistent(1));
    }
}
