//! The offer schema: one table of columns. Every export, its schema and its dictionary follow from it.

mod kind;

mod placement;

mod column;

mod values;

mod table;

mod reader;

pub(crate) use column::{Column, OfferRow, Section};
pub(crate) use kind::ColumnKind;
pub(crate) use placement::{Band, OnPage, PageCell};
pub(crate) use table::{COLUMNS, column};

pub use reader::{OFFER_RELATIONS, read_offer_cells};

#[cfg(test)]
mod tests;
