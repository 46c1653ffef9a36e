//! Findings about an ingested file, and their text in `ingest_files`.

use serde::{Deserialize, Serialize};
use slotcast_ingest::{IngestedFile, ReplacedRows};

/// Rows of a file that replaced earlier rows of it.
const ROWS_REPLACED: &str = "rows_replaced";

/// A finding about a file, as `ingest_files.findings` contains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFinding {
    finding: String,
    table: String,
    key: Vec<String>,
    facts: u64,
    /// First examples: line of the earlier row, and of the row that replaced it.
    lines: Vec<[i64; 2]>,
}

/// Findings about a file. Few replaced rows are none.
pub(crate) fn findings(file: &IngestedFile) -> Vec<FileFinding> {
    if !file.counts.has_many_replaced() {
        return Vec::new();
    }
    let finding = |own: &ReplacedRows| FileFinding {
        finding: ROWS_REPLACED.to_owned(),
        table: own.table.to_owned(),
        key: own.key().into_iter().map(str::to_owned).collect(),
        facts: own.facts,
        lines: own.lines.clone(),
    };
    file.replaced_rows.iter().map(finding).collect()
}

/// JSON of findings; none if there are none.
pub(crate) fn findings_to_json(findings: &[FileFinding]) -> Option<String> {
    if findings.is_empty() { None } else { serde_json::to_string(findings).ok() }
}

/// Findings of a row of `ingest_files`. Those of a later version of slotcast are unknown.
pub(crate) fn findings_of_json(text: &str) -> Vec<FileFinding> {
    let findings: Vec<FileFinding> = serde_json::from_str(text).unwrap_or_default();
    findings.into_iter().filter(|own| own.finding == ROWS_REPLACED).collect()
}

impl FileFinding {
    /// Key of the warning in the text catalog, with the values of its placeholders.
    pub(crate) fn warning(&self, file: &str) -> (&'static str, Vec<(&'static str, String)>) {
        let lines = self.lines.iter().map(|[earlier, line]| format!("{earlier} → {line}"));
        let values = vec![
            ("file", file.to_owned()),
            ("table", self.table.clone()),
            ("n", self.facts.to_string()),
            ("key", self.key.join(", ")),
            ("lines", lines.collect::<Vec<_>>().join(", ")),
            ("remedy", self.remedy().to_owned()),
        ];
        (ROWS_REPLACED, values)
    }

    /// Key of the remedy in the text catalog.
    fn remedy(&self) -> &'static str {
        match self.table.as_str() {
            "page_views" => "map_channel",
            "order_events" => "map_event_id",
            "social_signals" => "map_signal_id",
            "order_snapshots" => "sum_rows",
            _ => "date_versions",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_back() {
        let views = FileFinding {
            finding: ROWS_REPLACED.to_owned(),
            table: "page_views".to_owned(),
            key: vec!["product_id".to_owned(), "hour".to_owned()],
            facts: 2,
            lines: vec![[2, 3], [2, 4]],
        };
        let json = findings_to_json(std::slice::from_ref(&views)).unwrap();
        assert_eq!(findings_of_json(&json), std::slice::from_ref(&views));
        assert_eq!(findings_to_json(&[]), None);
        assert_eq!(findings_of_json("[{\"finding\":\"other\"}]"), []);
        let (key, values) = views.warning("a.csv");
        assert_eq!(key, "rows_replaced");
        for value in ["a.csv", "product_id, hour", "2 → 3, 2 → 4", "map_channel"] {
            assert!(values.iter().any(|(_, own)| own == value), "{value}: {values:?}");
        }
    }
}
