//! What relations are, for who asks them: read from the comments at the head of their `.sql` files.
//!
//! A head is the leading block of comments: `-- grain: ...`, free text, `-- column NAME: ...`; a line
//! that is indented by two more spaces goes on with the one before it. Relations that are written beside a
//! list have such a head in `sql/written/`, with a query only where it is made by one. Questions stand in `sql/examples/`, each a comment and a query.

use arrow::datatypes::{DataType, Schema};

use crate::registry::RELATIONS;

/// The head of a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// What a row is.
    pub grain: String,
    /// What it is for and what to know, by paragraph.
    pub notes: Vec<String>,
    /// Columns and what they are.
    pub columns: Vec<(String, String)>,
}

/// A question and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// In plain words.
    pub question: String,
    /// In SQL, with its semicolon.
    pub sql: String,
}

/// A column of a relation.
#[derive(Clone, Debug)]
pub struct DescribedColumn {
    /// Its name.
    pub name: String,
    /// Its type, in words.
    pub kind: String,
    /// What it is; empty where nobody says.
    pub doc: String,
}

/// A relation as users see it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What a row is.
    pub grain: String,
    /// What it is for and what to know, by paragraph.
    pub notes: Vec<String>,
    /// Its columns, in order.
    pub columns: Vec<DescribedColumn>,
    /// What one may ask it.
    pub examples: Vec<Example>,
}

impl Described {
    /// The first sentence of its notes.
    pub fn about(&self) -> &str {
        let first = self.notes.first().map_or("", String::as_str);
        let sentence = first.split_once(". ").map_or(first, |(sentence, _)| sentence);
        sentence.split_once("; ").map_or(sentence, |(clause, _)| clause).trim_end_matches('.')
    }
}

macro_rules! users {
    (built: $($built:literal)* written: $($written:literal)*) => {
        /// The relations that users ask, in the order in which they are described, with their questions.
        static EXAMPLES: &[(&str, &str)] = &[
            $(($built, include_str!(concat!("../sql/examples/", $built, ".sql"))),)*
            $(($written, include_str!(concat!("../sql/examples/", $written, ".sql"))),)*
        ];
        /// The heads of relations that Rust writes.
        static WRITTEN: &[(&str, &str)] = &[
            $(($written, include_str!(concat!("../sql/written/", $written, ".sql"))),)*
        ];
    };
}

users! {
    built:
    "campaign_outcomes"
    "slot_summary"
    "like_for_like"
    "moq_rates"
    "order_curve"
    "lost_sales"
    "funnel"
    "conversion_daily"
    "signal_daily"
    "signal_conversion"
    "cohorts"
    "refund_lag"
    "calendar_days"
    "outcome_versions"
    "offer_features"
    written:
    "rankings"
    "moq_curve"
    "contributions"
    "offer_details"
    "offer_days"
    "similar_campaigns"
    "ranking_changes"
    "final_rankings"
    "slot_results"
    "models"
    "champions"
    "model_slots"
    "model_reliability"
    "backtest_metrics"
    "backtest_segments"
    "backtest_scores"
    "runs"
    "run_stages"
    "ingest_files"
    "rejects"
}

/// Columns that mean the same wherever they stand.
static COMMON: &str = include_str!("../sql/written/common.sql");

/// The relations that users ask, in the order in which they are described.
pub fn user_relations() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(name, _)| *name)
}

/// Whether it is one of them.
pub(crate) fn is_for_users(name: &str) -> bool {
    user_relations().any(|known| known == name)
}

/// The head of a relation; empty where there is none.
pub fn header(name: &str) -> Header {
    let built = RELATIONS.iter().find(|relation| relation.name == name).map(|relation| relation.sql);
    built.or_else(|| text_of(WRITTEN, name)).map(parse).unwrap_or_default()
}

/// What one may ask a relation.
pub fn examples(name: &str) -> Vec<Example> {
    text_of(EXAMPLES, name).map(parse_examples).unwrap_or_default()
}

fn text_of(texts: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    texts.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A relation with these columns, described.
pub fn described(name: &str, schema: &Schema) -> Described {
    let Header { grain, notes, columns } = header(name);
    let common = parse(COMMON).columns;
    let doc = |column: &str| {
        let said = columns.iter().chain(&common).find(|(known, _)| known == column);
        said.map(|(_, doc)| doc.clone()).unwrap_or_default()
    };
    let columns = schema.fields().iter().map(|field| DescribedColumn {
        name: field.name().clone(),
        kind: kind(field.data_type()),
        doc: doc(field.name()),
    });
    Described { name: name.to_owned(), grain, notes, columns: columns.collect(), examples: examples(name) }
}

/// A type in words that do not depend on the engine.
fn kind(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        DataType::Timestamp(_, Some(zone)) => format!("timestamp ({zone})"),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "bytes".to_owned(),
        kind if kind.is_integer() => "integer".to_owned(),
        kind if kind.is_floating() => "number".to_owned(),
        other => other.to_string(),
    }
}

/// What a line of a head goes on with.
enum Last {
    Grain,
    Column,
    Note,
}

/// Reads a head; a text without one gives an empty head.
fn parse(sql: &str) -> Header {
    let mut header = Header::default();
    let (mut last, mut is_new_paragraph) = (Last::Note, true);
    for line in sql.lines().map_while(|line| line.strip_prefix("--")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let text = line.trim();
        if text.is_empty() {
            (last, is_new_paragraph) = (Last::Note, true);
        } else if line.starts_with("  ") {
            go_on(&mut header, &last, text);
        } else if let Some(grain) = text.strip_prefix("grain:") {
            grain.trim().clone_into(&mut header.grain);
            last = Last::Grain;
        } else if let Some((name, doc)) = column(text) {
            header.columns.push((name.to_owned(), doc.to_owned()));
            last = Last::Column;
        } else if is_new_paragraph || header.notes.is_empty() {
            header.notes.push(text.to_owned());
            (last, is_new_paragraph) = (Last::Note, false);
        } else {
            last = Last::Note;
            go_on(&mut header, &last, text);
        }
    }
    header.columns = header.columns.into_iter().flat_map(|(name, doc)| one_each(name, &doc)).collect();
    header
}

fn go_on(header: &mut Header, last: &Last, text: &str) {
    let so_far = match last {
        Last::Grain => Some(&mut header.grain),
        Last::Column => header.columns.last_mut().map(|(_, doc)| doc),
        Last::Note => header.notes.last_mut(),
    };
    match so_far {
        Some(so_far) => {
            so_far.push(' ');
            so_far.push_str(text);
        }
        None => header.notes.push(text.to_owned()),
    }
}

/// `column NAME: doc`
fn column(text: &str) -> Option<(&str, &str)> {
    let (name, doc) = text.strip_prefix("column ")?.split_once(':')?;
    is_name(name).then(|| (name, doc.trim()))
}

/// `doc; other_name: doc` describes a second column. Its name has an underscore, as no word of prose has.
fn one_each(name: String, doc: &str) -> Vec<(String, String)> {
    let mut each = vec![(name, String::new())];
    for part in doc.split("; ") {
        match part.split_once(": ").filter(|(name, _)| is_name(name) && name.contains('_')) {
            Some((name, doc)) => each.push((name.to_owned(), doc.to_owned())),
            None => {
                let doc = &mut each.last_mut().expect("the first is there").1;
                let between = if doc.is_empty() { "" } else { "; " };
                doc.push_str(between);
                doc.push_str(part);
            }
        }
    }
    each
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// Reads questions: comments, then a query up to a line that ends in `;`.
fn parse_examples(text: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let (mut question, mut sql) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix("--") {
            Some(words) if sql.is_empty() => question.push(words.trim()),
            _ => sql.push(line.trim_end()),
        }
        if !sql.is_empty() && line.trim_end().ends_with(';') {
            examples.push(Example { question: question.join(" "), sql: sql.join("\n") });
            (question, sql) = (Vec::new(), Vec::new());
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read() {
        let header = parse(
            "-- grain: campaign closed by as_of,\n--   or withdrawn\n-- What became of it. Refunds\n-- change nothing.\n--\n\
             -- More.\n-- column demand: net at the close; in its basis\n-- column hit: null while live\n--   and for withdrawn ones\n\
             -- column n_now: of the slot; n_before: of the window\nWITH x AS (SELECT 1) -- column no: no\n",
        );
        assert_eq!(header.grain, "campaign closed by as_of, or withdrawn");
        assert_eq!(header.notes, ["What became of it. Refunds change nothing.", "More."]);
        let columns: Vec<_> =
            header.columns.iter().map(|(name, doc)| (name.as_str(), doc.as_str())).collect();
        assert_eq!(
            columns,
            [
                ("demand", "net at the close; in its basis"),
                ("hit", "null while live and for withdrawn ones"),
                ("n_now", "of the slot"),
                ("n_before", "of the window"),
            ]
        );
    }

    #[test]
    fn old_heads_and_texts_without_one_are_read() {
        let header = parse("-- grain: lag_days\n-- Refunds by day. lag_days: local days.\nSELECT 1");
        assert_eq!((header.grain.as_str(), header.columns.len()), ("lag_days", 0));
        assert_eq!(header.notes, ["Refunds by day. lag_days: local days."]);
        assert_eq!(parse("SELECT 1 -- grain: x"), Header::default());
    }

    #[test]
    fn questions_are_read() {
        let read = parse_examples(
            "-- how many,\n-- and why?\nSELECT 1, -- one\n  ';' AS x\nFROM t;\n\n-- b?\nSELECT 2;\n",
        );
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].question, "how many, and why?");
        assert_eq!(read[0].sql, "SELECT 1, -- one\n  ';' AS x\nFROM t;");
    }

    #[test]
    fn every_relation_of_users_is_described() {
        use crate::registry::Kind;
        let kept = RELATIONS.iter().filter(|relation| matches!(relation.kind, Kind::Kept(_)));
        for name in kept.map(|relation| relation.name).chain(user_relations()) {
            let header = header(name);
            assert!(!header.grain.is_empty(), "`{name}` has no grain");
            let is_told = !header.notes.is_empty() || !header.columns.is_empty();
            assert!(is_told, "`{name}` has no word on what it is for");
            assert_eq!(
                examples(name).len(),
                3,
                "`sql/examples/{name}.sql`, three questions, listed in describe.rs"
            );
        }
    }
}
