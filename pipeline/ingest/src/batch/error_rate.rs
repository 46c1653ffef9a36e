//! Limits on the bad rows of a file.

use crate::report::{file_error::FileError, read_report::ReadReport, reject_reason::RejectReason};

/// A file with fewer bad rows than this is accepted, whatever their share.
const MIN_BAD_ROWS: u64 = 20;

/// Rows per bad row at the limit: 5 %.
const ROWS_PER_BAD_ROW: u64 = 20;

/// Returns an error if a file has too many bad rows, or other encoded rows than declared.
pub(crate) fn check_error_rate(file: &str, strict: bool, report: &ReadReport) -> Result<(), FileError> {
    let Some(first) = report.rejects.iter().min_by_key(|reject| reject.line) else { return Ok(()) };
    let mut invalid = report.rejects.iter().filter(|reject| reject.reason == RejectReason::BadEncoding);
    let count = invalid.clone().count();
    if count as u64 * 2 > report.read {
        let line = invalid.next().map_or(0, |reject| reject.line);
        let rows = Some((count as u64, report.read));
        return Err(FileError::NotUtf8 { file: file.to_owned(), line, rows });
    }
    let limit = if strict {
        "none (strict)"
    } else if report.rejected >= MIN_BAD_ROWS && report.rejected * ROWS_PER_BAD_ROW > report.read {
        "5 % and at least 20"
    } else {
        return Ok(());
    };
    Err(FileError::TooManyBadRows {
        file: file.to_owned(),
        bad: report.rejected,
        read: report.read,
        limit,
        line: first.line,
        column: first.column_name.clone(),
        reason: first.reason,
        raw: String::from_utf8_lossy(&first.raw).chars().take(80).collect(),
    })
}
