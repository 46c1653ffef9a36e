//! Free text to weighted words: which features are prose, the vocabulary, and each row's words.
//!
//! All prose features of a row are one document, because a word says the same in a title and in a headline.
//! linfa's vectorisers are not used: they keep no text in a form that an artefact could hold, and
//! know nothing of Hangul, where a word carries its particles and pairs of letters tell more.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use slotcast_features::{Column, FeatureTable};

use crate::exact;

/// A word that fewer training rows use says nothing yet.
const MIN_DOCUMENTS: usize = 3;
/// The most frequent words are kept where there are more.
const MOST_WORDS: usize = 20_000;
/// Fewer texts show no vocabulary.
const MIN_TEXTS: usize = 60;

/// Rows of few nonzero cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sparse {
    /// Where each row's cells begin, and the end of the last.
    starts: Vec<usize>,
    cells: Vec<(usize, f64)>,
    width: usize,
}

impl Sparse {
    /// Rows without any cell.
    pub(crate) fn empty(rows: usize) -> Self {
        Self { starts: vec![0; rows + 1], cells: Vec::new(), width: 0 }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn row(&self, row: usize) -> &[(usize, f64)] {
        &self.cells[self.starts[row]..self.starts[row + 1]]
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[(usize, f64)]> {
        self.starts.windows(2).map(|ends| &self.cells[ends[0]..ends[1]])
    }
}

/// What was learned of the words of the training rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Words {
    /// Places of the prose features in the specification; the first stands for all.
    features: Vec<usize>,
    vocabulary: BTreeMap<String, usize>,
    #[serde(with = "exact::list")]
    rarity: Vec<f64>,
}

impl Words {
    /// `None` where no feature is prose or no word is used often enough.
    pub(crate) fn fit(table: &FeatureTable) -> Option<Self> {
        let features: Vec<usize> = (0..table.columns.len()).filter(|place| is_prose(table, *place)).collect();
        if features.is_empty() {
            return None;
        }
        let mut documents: HashMap<String, usize> = HashMap::new();
        for row in 0..table.len() {
            for word in counts(table, &features, row).into_keys() {
                *documents.entry(word).or_default() += 1;
            }
        }
        let mut kept: Vec<(String, usize)> =
            documents.into_iter().filter(|(_, documents)| *documents >= MIN_DOCUMENTS).collect();
        kept.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        kept.truncate(MOST_WORDS);
        kept.sort_unstable();
        let rows = table.len() as f64;
        let rarity = kept.iter().map(|(_, documents)| ((1.0 + rows) / (1.0 + *documents as f64)).ln() + 1.0);
        let rarity: Vec<f64> = rarity.collect();
        let vocabulary: BTreeMap<String, usize> =
            kept.into_iter().enumerate().map(|(place, (word, _))| (word, place)).collect();
        (!vocabulary.is_empty()).then_some(Self { features, vocabulary, rarity })
    }

    /// The feature that the words count as.
    pub(crate) fn feature(&self) -> usize {
        self.features[0]
    }

    /// Each row's known words by (1 + ln count) times rarity, scaled to length one (G. Salton and
    /// C. Buckley, Information Processing and Management 24, 1988, with the smoothed rarity
    /// ln((1 + n) / (1 + documents)) + 1).
    pub(crate) fn transform(&self, table: &FeatureTable) -> Sparse {
        let mut out = Sparse { starts: vec![0], cells: Vec::new(), width: self.vocabulary.len() };
        for row in 0..table.len() {
            let found = counts(table, &self.features, row);
            let known = found.iter().filter_map(|(word, count)| Some((*self.vocabulary.get(word)?, *count)));
            let mut cells: Vec<(usize, f64)> = known
                .map(|(place, count)| (place, (1.0 + (count as f64).ln()) * self.rarity[place]))
                .collect();
            cells.sort_unstable_by_key(|cell| cell.0);
            let length = cells.iter().map(|cell| cell.1 * cell.1).sum::<f64>().sqrt();
            out.cells.extend(cells.into_iter().map(|(place, weight)| (place, weight / length)));
            out.starts.push(out.cells.len());
        }
        out
    }

    /// The words by their places in the vocabulary.
    pub(crate) fn by_place(&self) -> Vec<&str> {
        let mut words = vec![""; self.vocabulary.len()];
        for (word, place) in &self.vocabulary {
            words[*place] = word;
        }
        words
    }

    pub(crate) fn width(&self) -> usize {
        self.vocabulary.len()
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self, features: usize) -> bool {
        !self.features.is_empty()
            && self.features.iter().all(|feature| *feature < features)
            && self.rarity.len() == self.vocabulary.len()
            && self.vocabulary.values().all(|place| *place < self.rarity.len())
    }
}

/// A category whose values seldom repeat and mostly have more than one word.
pub(crate) fn is_prose(table: &FeatureTable, place: usize) -> bool {
    let Column::Category(values) = &table.columns[place] else { return false };
    let known: Vec<&String> = values.iter().flatten().collect();
    if known.len() < MIN_TEXTS {
        return false;
    }
    let distinct = known.iter().collect::<std::collections::HashSet<_>>().len();
    let of_many_words = known.iter().filter(|text| text.split_whitespace().nth(1).is_some()).count();
    2 * distinct > known.len() && 2 * of_many_words > known.len()
}

fn counts(table: &FeatureTable, features: &[usize], row: usize) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for feature in features {
        if let Column::Category(values) = &table.columns[*feature] {
            words_of(values[row].as_deref().unwrap_or_default(), |word| {
                *counts.entry(word).or_default() += 1;
            });
        }
    }
    counts
}

/// Runs of letters and digits of at least two, in lower case; of Hangul, Han and Kana also each pair of letters.
fn words_of(text: &str, mut each: impl FnMut(String)) {
    for run in text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()) {
        let letters: Vec<char> = run.chars().collect();
        if letters.len() < 2 {
            continue;
        }
        if letters.len() > 2 && letters.iter().any(|letter| is_eastern(*letter)) {
            for pair in letters.windows(2) {
                each(pair.iter().collect());
            }
        }
        each(run.to_owned());
    }
}

fn is_eastern(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    fn words(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        words_of(text, |word| found.push(word));
        found
    }

    #[test]
    fn words_are_runs_and_hangul_has_pairs_as_well() {
        assert_eq!(words("O Livro, do Céu! 3D a"), ["livro", "do", "céu", "3d"]);
        assert_eq!(words("통밀빵 세트"), ["통밀", "밀빵", "통밀빵", "세트"]);
        assert!(words("🙂 -- ").is_empty());
    }

    #[test]
    fn titles_are_prose_and_categories_are_not() {
        const TITLES: [&str; 4] = ["red mug", "blue mug", "green lamp", "odd thing"];
        let titles: Vec<String> = (0..80).map(|row| format!("{} {row}", TITLES[row % 4])).collect();
        let titles: Vec<&'static str> = titles.into_iter().map(|title| &*title.leak()).collect();
        let table = TableBuilder::new(80)
            .category("category", |row| Some(["tea", "soap and care"][row % 2]))
            .category("title", |row| Some(titles[row]))
            .build();
        assert_eq!((is_prose(&table, 0), is_prose(&table, 1)), (false, true));
        let fitted = Words::fit(&table).unwrap();
        assert_eq!(fitted.feature(), 1);
        let matrix = fitted.transform(&table);
        for row in matrix.rows() {
            let length: f64 = row.iter().map(|cell| cell.1 * cell.1).sum();
            assert!((length - 1.0).abs() < 1e-12 && row.len() == 2, "{row:?}");
        }
        let words = fitted.by_place();
        assert_eq!(matrix.row(2).iter().map(|cell| words[cell.0]).collect::<Vec<_>>(), ["green", "lamp"]);
        assert!(fitted.is_sound(2) && !fitted.is_sound(1));
    }
}
