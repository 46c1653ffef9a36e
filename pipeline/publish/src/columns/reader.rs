//! Reader of the cells that relations hold.

use super::{
    column::Column,
    kind::ColumnKind,
    table::{COLUMNS, OFFER_DETAILS, RANKING_CHANGES},
};
use crate::view::{CellValue, OfferCells, OfferFlag, RelationRow};

/// Relations that [`read_offer_cells`] reads.
pub const OFFER_RELATIONS: [&str; 2] = [OFFER_DETAILS, RANKING_CHANGES];

/// Reads the columns of `relation` from one of its rows.
pub fn read_offer_cells(cells: &mut OfferCells, relation: &str, row: &dyn RelationRow) {
    for column in COLUMNS.iter().filter(|column| column.is_stored() && column.relation == Some(relation)) {
        cells.set(column.name, cell(column, row));
    }
    if relation == OFFER_DETAILS {
        OfferFlag::read(row).into_iter().for_each(|flag| cells.add_flag(flag));
    }
}

/// The cell of a column: its kind decides the type.
fn cell(column: &Column, row: &dyn RelationRow) -> CellValue<'static> {
    let name = column.name;
    let value = match column.kind {
        ColumnKind::Text | ColumnKind::Prose | ColumnKind::Link => {
            row.text(name).map(|text| CellValue::Text(text.into()))
        }
        ColumnKind::Rank | ColumnKind::Count => row.count(name).map(CellValue::Count),
        ColumnKind::Date => row.date(name).map(CellValue::Date),
        ColumnKind::Bool => row.flag(name).map(CellValue::Bool),
        ColumnKind::Basis => row.text(name).and_then(|text| text.parse().ok()).map(CellValue::Basis),
        ColumnKind::Flags => None,
        ColumnKind::Record
        | ColumnKind::Terms
        | ColumnKind::Demand
        | ColumnKind::Price
        | ColumnKind::Amount
        | ColumnKind::Probability
        | ColumnKind::Share
        | ColumnKind::Ratio => row.number(name).map(CellValue::Number),
    };
    value.unwrap_or_default()
}
