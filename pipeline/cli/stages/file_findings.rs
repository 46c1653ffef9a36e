//! Findings about an ingested file, and their text in `ingest_files`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slotcast_ingest::{IngestedFile, PartialCancellations, Reject, ReplacedRows};

/// Kinds of rejected rows per file, by table, column and reason. The others are in `rejects`.
const MAX_REJECT_KINDS: usize = 3;

/// A finding about a file, as `ingest_files.findings` contains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub(crate) enum FileFinding {
    /// Rows that replaced earlier rows of the file.
    RowsReplaced {
        table: String,
        key: Vec<String>,
        facts: u64,
        /// First examples: line of the earlier row, and of the row that replaced it.
        lines: Vec<[i64; 2]>,
    },
    /// Rows that were rejected, with the first of them.
    RowsRejected { table: String, column: Option<String>, reason: String, rows: u64, line: u64 },
    /// Orders with a cancellation of the whole order that misses lines of it in other campaigns.
    OrdersPartlyCancelled {
        orders: u64,
        /// First examples: line of the cancellation, and of a line that it misses.
        lines: Vec<[i64; 2]>,
    },
}

/// Findings about a file. Few replaced rows are none.
pub(crate) fn findings(file: &IngestedFile) -> Vec<FileFinding> {
    let replaced = file.replaced_rows.iter().filter(|_| file.counts.has_many_replaced());
    let replaced = replaced.map(|own: &ReplacedRows| FileFinding::RowsReplaced {
        table: own.table.to_owned(),
        key: own.key().into_iter().map(str::to_owned).collect(),
        facts: own.facts,
        lines: own.lines.clone(),
    });
    let PartialCancellations { orders, lines } = &file.partial_cancellations;
    let cancelled = FileFinding::OrdersPartlyCancelled { orders: *orders, lines: lines.clone() };
    replaced.chain((*orders > 0).then_some(cancelled)).chain(rejected(&file.rejects)).collect()
}

/// The most frequent kinds of rejected rows.
fn rejected(rejects: &[Reject]) -> Vec<FileFinding> {
    let mut kinds: BTreeMap<(&str, Option<&str>, &str), (u64, u64)> = BTreeMap::new();
    for reject in rejects {
        let kind = (reject.table_name, reject.column_name.as_deref(), reject.reason.code());
        let (rows, line) = kinds.entry(kind).or_insert((0, reject.line));
        (*rows, *line) = (*rows + 1, reject.line.min(*line));
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, (rows, _))| std::cmp::Reverse(*rows));
    let finding = |((table, column, reason), (rows, line)): ((&str, Option<&str>, &str), (u64, u64))| {
        let (table, reason) = (table.to_owned(), reason.to_owned());
        FileFinding::RowsRejected { table, column: column.map(str::to_owned), reason, rows, line }
    };
    kinds.into_iter().take(MAX_REJECT_KINDS).map(finding).collect()
}

/// JSON of findings; none if there are none.
pub(crate) fn findings_to_json(findings: &[FileFinding]) -> Option<String> {
    if findings.is_empty() { None } else { serde_json::to_string(findings).ok() }
}

/// Findings of a row of `ingest_files`. Those of a later version of slotcast are unknown.
pub(crate) fn findings_of_json(text: &str) -> Vec<FileFinding> {
    let values: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect()
}

impl FileFinding {
    /// Key of the warning in the text catalog, with the values of its placeholders.
    pub(crate) fn warning(&self, file: &str) -> (&'static str, Vec<(&'static str, String)>) {
        let file = ("file", file.to_owned());
        match self {
            Self::RowsReplaced { table, key, facts, lines } => {
                let values = vec![
                    file,
                    ("table", table.clone()),
                    ("n", facts.to_string()),
                    ("key", key.join(", ")),
                    ("lines", line_pairs(lines)),
                    ("remedy", replacement_remedy(table).to_owned()),
                ];
                ("rows_replaced", values)
            }
            Self::RowsRejected { table, column, reason, rows, line } => {
                let column = column.as_ref().map_or_else(|| table.clone(), |name| format!("{table}.{name}"));
                let values = vec![
                    file,
                    ("n", rows.to_string()),
                    ("column", column),
                    ("reason", reason.clone()),
                    ("line", line.to_string()),
                    ("remedy", format!("rejected_{reason}")),
                ];
                ("rows_rejected", values)
            }
            Self::OrdersPartlyCancelled { orders, lines } => {
                let values = vec![file, ("n", orders.to_string()), ("lines", line_pairs(lines))];
                ("orders_partly_cancelled", values)
            }
        }
    }

    /// Returns whether the account of the ingest contains it already.
    pub(crate) fn is_in_account(&self) -> bool {
        matches!(self, Self::RowsRejected { .. })
    }
}

/// Pairs of lines, such as `2 → 3, 2 → 4`.
fn line_pairs(lines: &[[i64; 2]]) -> String {
    lines.iter().map(|[first, second]| format!("{first} → {second}")).collect::<Vec<_>>().join(", ")
}

/// Key of the remedy of replaced rows in the text catalog.
fn replacement_remedy(table: &str) -> &'static str {
    match table {
        "page_views" => "map_channel",
        "order_events" => "map_event_id",
        "social_signals" => "map_signal_id",
        "order_snapshots" => "sum_rows",
        _ => "date_versions",
    }
}

#[cfg(test)]
mod tests {
    use slotcast_ingest::RejectReason;
    use slotcast_publish::{Lang, warning};

    use super::*;

    #[test]
    fn findings_are_read_back() {
        let views = FileFinding::RowsReplaced {
            table: "page_views".to_owned(),
            key: vec!["product_id".to_owned(), "hour".to_owned()],
            facts: 2,
            lines: vec![[2, 3], [2, 4]],
        };
        let json = findings_to_json(std::slice::from_ref(&views)).unwrap();
        assert!(json.contains("\"finding\":\"rows_replaced\""), "{json}");
        assert_eq!(findings_of_json(&json), std::slice::from_ref(&views));
        assert_eq!(findings_to_json(&[]), None);
        assert_eq!(findings_of_json("[{\"finding\":\"other\"}]"), []);
        let (key, values) = views.warning("a.csv");
        assert_eq!(key, "rows_replaced");
        for value in ["a.csv", "product_id, hour", "2 → 3, 2 → 4", "map_channel"] {
            assert!(values.iter().any(|(_, own)| own == value), "{value}: {values:?}");
        }
    }

    #[test]
    fn the_most_frequent_rejects_are_findings() {
        let reject = |line, reason, column: &str| Reject {
            table_name: "order_events",
            line,
            column_name: Some(column.to_owned()),
            reason,
            raw: Vec::new(),
            customer: None,
        };
        let mut rejects: Vec<Reject> =
            [9, 4, 7].map(|line| reject(line, RejectReason::BadNumber, "units")).into();
        for (line, column) in [(1, "a"), (2, "b"), (3, "c")] {
            rejects.push(reject(line, RejectReason::MissingValue, column));
        }
        let found = rejected(&rejects);
        assert_eq!(found.len(), MAX_REJECT_KINDS);
        let FileFinding::RowsRejected { rows, line, .. } = &found[0] else { panic!("{found:?}") };
        assert_eq!((*rows, *line), (3, 4));
    }

    #[test]
    fn every_reason_has_texts() {
        for reason in RejectReason::ALL {
            let reject = Reject {
                table_name: "order_events",
                line: 7,
                column_name: None,
                reason,
                raw: Vec::new(),
                customer: None,
            };
            let found = rejected(&[reject]);
            let (key, values) = found[0].warning("a.csv");
            for lang in [Lang::Ko, Lang::En] {
                let text = warning(lang, key, &values);
                assert!(text.contains("a.csv") && text.contains('7') && !text.contains('{'), "{text}");
            }
        }
    }
}
