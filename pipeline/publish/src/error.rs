//! Errors of the exporters.

use thiserror::Error;

/// Export that failed.
#[derive(Debug, Error)]
pub enum PublishError {
    /// The output refused the bytes.
    #[error("the export could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// The CSV writer refused a row.
    #[error("the ranking could not be written as CSV: {0}")]
    Csv(#[from] ::csv::Error),
    /// The JSON writer refused a value.
    #[error("the ranking could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A sheet cannot hold a value.
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The template refused a value.
    #[error("the page could not be written: {0}")]
    Page(#[from] askama::Error),
}
