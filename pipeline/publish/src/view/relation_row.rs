//! Rows of relations, read by column name.

use slotcast_core::{NaiveDate, ThresholdBasis};

/// Row of a relation. A cell is `None` if it is null, of another type, or if the column does not exist.
pub trait RelationRow {
    /// Text in `column`.
    fn text(&self, column: &str) -> Option<String>;
    /// Number in `column`.
    fn number(&self, column: &str) -> Option<f64>;
    /// Count in `column`.
    fn count(&self, column: &str) -> Option<u64>;
    /// Local date in `column`.
    fn date(&self, column: &str) -> Option<NaiveDate>;
    /// Boolean in `column`.
    fn flag(&self, column: &str) -> Option<bool>;
}

/// View of one row of a relation. Its fields are named after the columns.
pub trait FromRow: Sized {
    /// The view of `row`; `None` if a required cell is null.
    fn from_row(row: &dyn RelationRow) -> Option<Self>;
}

/// Type of a field that is read from a cell.
pub(crate) trait FromCell: Sized {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self>;
}

impl FromCell for String {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.text(column)
    }
}

impl FromCell for f64 {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.number(column)
    }
}

impl FromCell for u64 {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.count(column)
    }
}

impl FromCell for u32 {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.count(column)?.try_into().ok()
    }
}

impl FromCell for NaiveDate {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.date(column)
    }
}

impl FromCell for bool {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.flag(column)
    }
}

impl FromCell for ThresholdBasis {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        row.text(column)?.parse().ok()
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(row: &dyn RelationRow, column: &str) -> Option<Self> {
        Some(T::from_cell(row, column))
    }
}

/// Declares a struct whose fields are read from the columns of the same names.
macro_rules! row_view {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }
    ) => {
        $(#[$meta])*
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl $crate::view::relation_row::FromRow for $name {
            fn from_row(row: &dyn $crate::view::relation_row::RelationRow) -> Option<Self> {
                Some(Self {
                    $($field: $crate::view::relation_row::FromCell::from_cell(row, stringify!($field))?,)*
                })
            }
        }
    };
}

pub(crate) use row_view;
