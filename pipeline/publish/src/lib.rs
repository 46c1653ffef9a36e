//! Everything a person or a tool reads: one exporter a file, in Korean and English.
//!
//! This room turns plain values into text and bytes. It opens no file, reads no
//! clock and knows neither lake nor models; equal values give equal bytes.
//! What follows from cost or margin is left out for everyone but people of the house.

mod columns;
mod csv;
mod error;
mod explanation;
mod figures;
mod json;
mod page;
mod retracted;
mod view;
mod words;
mod workbook;

pub use csv::write_ranking_csv;
pub use error::PublishError;
pub use explanation::{Explanation, WhatIf, explanation_text};
pub use json::{RANKING_SCHEMA, explanation_json, ranking_json};
pub use page::{page_html, review_html};
pub use retracted::with_retracted;
pub use view::{
    BacktestSummary, Change, Counted, CurveHour, CurvePoint, Flag, HitRateRow, ListView, ModelCheck,
    ModelSummary, NearDuplicate, OfferDay, OfferSheet, OfferView, PageView, Record, ReliabilityBin,
    Retraction, ReviewedOffer, SimilarCampaign, SlotHistoryRow, SlotReview, SlotScore, local_text,
};
pub use words::{
    INTERNAL, Lang, START, UnknownLang, explain_word, moves_text, reason_text, reasons_text, warning,
    warning_in,
};
pub use workbook::workbook;

/// The market that the tests of several exporters publish.
#[cfg(test)]
mod sample;

/// What all exporters are held against.
#[cfg(test)]
mod exports_agree;
