//! Rows of a list, column by column, under the names of the offer schema. Figures are unrounded.

use serde::{Serialize, Serializer, ser::SerializeMap};
use slotcast_core::{Audience, RunId, ThresholdBasis};

use super::{json_number::JsonNumber, name_index::NameIndex, reason_pool::PooledReason};
use crate::{
    columns::{COLUMNS, Column, OfferRow, OnPage},
    view::{CellValue, OfferFlag, OfferView},
};

/// Name under which the pooled reasons replace their text columns.
const REASONS: &str = "reasons";

/// Rows of a list. Unknown values are `null`.
pub(super) struct ListColumns<'a> {
    pub(super) run_id: &'a RunId,
    pub(super) audience: Audience,
    pub(super) offers: &'a [OfferView],
    pub(super) categories: &'a NameIndex<'a>,
    pub(super) makers: &'a NameIndex<'a>,
    /// Reasons of each offer that the audience may see.
    pub(super) reasons: Vec<Vec<PooledReason>>,
}

impl Serialize for ListColumns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let is_in_rows = |column: &&Column| !matches!(column.page, OnPage::Omitted | OnPage::Detail);
        for column in COLUMNS.iter().filter(is_in_rows).filter(|column| column.is_for(self.audience)) {
            let cells = ColumnCells { column, list: self };
            map.serialize_entry(row_key(column), &cells)?;
        }
        map.end()
    }
}

/// Key of a column in the rows.
fn row_key(column: &Column) -> &'static str {
    match column.page {
        OnPage::Cell(cell) if cell.key == REASONS => REASONS,
        _ => column.name,
    }
}

/// Cells of one column, in the order of the list.
struct ColumnCells<'a> {
    column: &'static Column,
    list: &'a ListColumns<'a>,
}

impl Serialize for ColumnCells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ListColumns { run_id, audience, offers, categories, makers, ref reasons } = *self.list;
        let values = || {
            let rows = offers.iter().map(|offer| OfferRow { run_id, offer, audience });
            rows.map(|row| self.column.unrounded(&row))
        };
        match row_key(self.column) {
            "category" => serializer.collect_seq(values().map(|name| categories.index_of_value(&name))),
            "maker_name" => serializer.collect_seq(values().map(|name| makers.index_of_value(&name))),
            "title" => serializer.collect_seq(offers.iter().map(|offer| {
                let offer = &offer.ranked.scored.offer;
                offer.title.as_deref().unwrap_or(&offer.product_id)
            })),
            REASONS => reasons.serialize(serializer),
            _ => serializer.collect_seq(values().map(PageValue)),
        }
    }
}

/// Value of a cell: numbers unrounded, flags as bits, the threshold's unit as 1 for money.
pub(super) struct PageValue<'a>(pub(super) CellValue<'a>);

impl Serialize for PageValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            CellValue::Text(text) => serializer.serialize_str(text),
            CellValue::Number(number) => JsonNumber(*number).serialize(serializer),
            CellValue::Count(count) => serializer.serialize_u64(*count),
            CellValue::Date(date) => serializer.collect_str(date),
            CellValue::Bool(value) => serializer.serialize_bool(*value),
            CellValue::Flags(flags) => serializer.serialize_u32(flag_bits(flags)),
            CellValue::Basis(basis) => serializer.serialize_u8(u8::from(*basis == ThresholdBasis::Amount)),
            CellValue::Missing => serializer.serialize_none(),
        }
    }
}

/// One bit per flag of [`OfferFlag::ALL`].
fn flag_bits(flags: &[OfferFlag]) -> u32 {
    let all = OfferFlag::ALL.iter().enumerate();
    all.filter(|(_, flag)| flags.contains(flag)).map(|(bit, _)| 1 << bit).sum()
}
