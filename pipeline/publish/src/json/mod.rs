//! Ranking and explanations as JSON.
//!
//! The serialized types belong to this module, so that types of `core` may change without breaking readers.

mod rounding;

mod offer;

mod page;

mod formatter;

mod schema;

mod explanation;

use serde::Serialize;

use self::{
    formatter::OfferPerLine,
    page::{SCHEMA_NAME, WirePage},
};
use crate::{
    error::PublishError,
    export::{ExportFile, Exporter},
    i18n::Lang,
    view::PageView,
};

pub use explanation::explanation_json;
pub use schema::ranking_schema;

/// Exporter of `ranking.json` and its schema.
pub(crate) struct JsonExporter;

impl Exporter for JsonExporter {
    fn files(&self, view: &PageView, _lang: Lang) -> Result<Vec<ExportFile>, PublishError> {
        let schema = ranking_schema()?.into_bytes();
        Ok(vec![
            ExportFile::new(view, "ranking", "json", ranking_json(view)?),
            ExportFile { name: SCHEMA_NAME.to_owned(), bytes: schema },
        ])
    }
}

/// The page as JSON, with the column names of the relations. Instants are UTC. Probabilities and scores have
/// six decimals, predicted demand and amounts two; other values are unrounded.
pub(crate) fn ranking_json(view: &PageView) -> Result<String, PublishError> {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, OfferPerLine::new());
    WirePage::new(view).serialize(&mut serializer)?;
    text.push(b'\n');
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests;
