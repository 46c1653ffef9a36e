//! Statistics of data files in the Delta log: number of rows and time range.

use chrono::SecondsFormat;
use slotcast_core::{DateTime, Utc};

use crate::storage::{TimeRange, UncommittedFile};

/// The statistics of a file as JSON.
pub(crate) fn to_json(file: &UncommittedFile) -> String {
    let mut statistics = serde_json::json!({ "numRecords": file.rows });
    if let Some(range) = &file.time_range {
        let time = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
        let text = |micros| time(micros).to_rfc3339_opts(SecondsFormat::Micros, true);
        statistics["minValues"] = serde_json::json!({ range.column: text(range.first) });
        statistics["maxValues"] = serde_json::json!({ range.column: text(range.last) });
    }
    statistics.to_string()
}

/// The time range in the statistics of a file. Checkpoints may contain only milliseconds, so the range ends
/// almost a millisecond later.
pub(crate) fn time_range(statistics: &str, column: &'static str) -> Option<TimeRange> {
    let statistics: serde_json::Value = serde_json::from_str(statistics).ok()?;
    let micros = |key: &str| -> Option<i64> {
        let text = statistics.get(key)?.get(column)?.as_str()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros())
    };
    Some(TimeRange { column, first: micros("minValues")?, last: micros("maxValues")? + 999 })
}
