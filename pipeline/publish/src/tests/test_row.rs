//! Rows of relations for tests.

use std::collections::BTreeMap;

use slotcast_core::NaiveDate;

use crate::{
    columns::{OFFER_RELATIONS, read_offer_cells},
    view::{CellValue, OfferCells, RelationRow},
};

/// Row of a relation, for tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestRow(BTreeMap<String, CellValue<'static>>);

impl TestRow {
    /// The row with a value in `column`.
    pub(crate) fn with(mut self, column: &str, value: CellValue<'static>) -> Self {
        self.0.insert(column.to_owned(), value);
        self
    }

    /// Cells that are read from the row.
    pub(crate) fn cells(&self) -> OfferCells {
        let mut cells = OfferCells::default();
        OFFER_RELATIONS.iter().for_each(|relation| read_offer_cells(&mut cells, relation, self));
        cells
    }
}

impl RelationRow for TestRow {
    fn text(&self, column: &str) -> Option<String> {
        match self.0.get(column)? {
            CellValue::Text(text) => Some(text.to_string()),
            _ => None,
        }
    }

    fn number(&self, column: &str) -> Option<f64> {
        match self.0.get(column)? {
            CellValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn count(&self, column: &str) -> Option<u64> {
        match self.0.get(column)? {
            CellValue::Count(count) => Some(*count),
            _ => None,
        }
    }

    fn date(&self, column: &str) -> Option<NaiveDate> {
        match self.0.get(column)? {
            CellValue::Date(date) => Some(*date),
            _ => None,
        }
    }

    fn flag(&self, column: &str) -> Option<bool> {
        match self.0.get(column)? {
            CellValue::Bool(flag) => Some(*flag),
            _ => None,
        }
    }
}
