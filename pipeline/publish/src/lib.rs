//! Everything a person or a tool reads: one exporter a file, in Korean and English.
//!
//! This room turns plain values into text and bytes. It opens no file, reads no
//! clock and knows neither lake nor models; equal values give equal bytes.
//! Features that follow from cost or margin are left out of every reason.

mod csv;
mod error;
mod figures;
mod json;
mod page;
mod view;
mod words;

pub use csv::write_ranking_csv;
pub use error::PublishError;
pub use json::ranking_json;
pub use page::page_html;
pub use view::{
    BacktestSummary, HitRateRow, ListView, ModelCheck, ModelSummary, PageView, ReliabilityBin,
    SlotHistoryRow, SlotScore, local_text,
};
pub use words::{Lang, UnknownLang, is_internal_feature, reason_text, reasons_text};

/// The market that the tests of several exporters publish.
#[cfg(test)]
mod sample;
