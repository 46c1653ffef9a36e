//! Columns of input tables.

use arrow::datatypes::DataType;

use super::data_types::{instant_type, money_type};

/// Prefix of attribute columns.
pub const ATTRIBUTE_PREFIX: &str = "attr_";

/// Type and allowed values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Any text.
    Text,
    /// One of these values.
    OneOf(&'static [&'static str]),
    /// An integer that is not negative.
    Count,
    /// A positive integer.
    PositiveCount,
    /// Money, or units in a column that may also contain money: at most 16 digits before the decimal point
    /// and 2 after it, not negative.
    Money,
    /// [`Self::Money`], but positive.
    PositiveMoney,
    /// True or false.
    Boolean,
    /// An instant with microseconds.
    Instant,
    /// A calendar date.
    Date,
}

impl ColumnKind {
    /// The Arrow type in the lake.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text | Self::OneOf(_) => DataType::Utf8,
            Self::Count | Self::PositiveCount => DataType::Int64,
            Self::Money | Self::PositiveMoney => money_type(),
            Self::Boolean => DataType::Boolean,
            Self::Instant => instant_type(),
            Self::Date => DataType::Date32,
        }
    }
}

/// A column of an input table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContractColumn {
    /// Its name.
    pub name: &'static str,
    /// Its type and allowed values.
    pub kind: ColumnKind,
    /// Whether a row without a value is rejected.
    pub required: bool,
    /// Whether it belongs to the key.
    pub key: bool,
}

pub(super) const fn key(name: &'static str, kind: ColumnKind) -> ContractColumn {
    ContractColumn { name, kind, required: true, key: true }
}

pub(super) const fn required(name: &'static str, kind: ColumnKind) -> ContractColumn {
    ContractColumn { name, kind, required: true, key: false }
}

pub(super) const fn optional(name: &'static str, kind: ColumnKind) -> ContractColumn {
    ContractColumn { name, kind, required: false, key: false }
}
