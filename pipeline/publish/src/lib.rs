//! Exports of a run for people and tools: page, workbook, CSV and JSON, in Korean and English.
//!
//! The crate turns plain values into text and bytes. It opens no file, reads no clock and depends on
//! neither lake nor models. Equal values give equal bytes. Figures that follow from cost or margin are
//! written for internal readers only.

// Input.
mod view;

// Texts and numbers.
mod i18n;
mod number_format;

// The offer schema.
mod columns;

// Exporters, one per module.
mod error;
mod export;

mod csv;
mod json;

mod workbook;

mod page;

mod exporters;

// `slotcast explain`.
mod explanation;

pub use columns::{OFFER_RELATIONS, read_offer_cells};
pub use error::PublishError;
pub use explanation::{Explanation, WhatIf, explanation_text};
pub use export::{ExportFile, Exporter};
pub use exporters::EXPORTERS;
pub use i18n::{
    Lang, UnknownLang, bilingual_finding, bilingual_refusal, bilingual_warning, change_text, explain_message,
    reason_text, reasons_text, warning,
};
pub use json::{explanation_json, ranking_schema};
pub use page::with_retraction_notice;
pub use view::{
    BacktestSummary, CalibrationBin, CurvePoint, FromRow, HitRateRow, ListView, ModelCheck, ModelSummary,
    OfferCells, OfferDay, OfferFlag, OfferView, OrderCurvePoint, PageView, RelationRow, Retraction,
    ReviewedOffer, SimilarCampaign, SlotHistoryRow, SlotReview, SlotScore, local_text,
};

#[cfg(test)]
mod tests;
