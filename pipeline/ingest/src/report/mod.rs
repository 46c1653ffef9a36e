//! Results for the caller: errors, rejected rows, row counts, progress.

pub(crate) mod error;
pub(crate) mod file_error;
mod file_error_code;
mod file_error_hint;
pub(crate) mod invisible;
pub(crate) mod lookup_report;
pub(crate) mod progress;
mod quoted_names;
pub(crate) mod read_report;
pub(crate) mod reject_reason;
pub(crate) mod rejects;
pub(crate) mod row_counts;
pub(crate) mod row_errors;
