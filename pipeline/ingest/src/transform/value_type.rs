//! Types of target columns.

use arrow::datatypes::DataType;
use slotcast_lake::contract::{ColumnKind, instant_type, money_type};

use crate::mapping::attributes::AttributeKind;

/// Type of a target column, which determines the parsing of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    Text,
    /// One of these texts.
    Enum(&'static [&'static str]),
    Integer {
        positive: bool,
    },
    Money {
        positive: bool,
    },
    Flag,
    Instant,
    Day,
    Number,
}

impl ValueType {
    /// Type of a contract column.
    pub(crate) fn from_contract(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text => Self::Text,
            ColumnKind::OneOf(words) => Self::Enum(words),
            ColumnKind::Count => Self::Integer { positive: false },
            ColumnKind::PositiveCount => Self::Integer { positive: true },
            ColumnKind::Money => Self::Money { positive: false },
            ColumnKind::PositiveMoney => Self::Money { positive: true },
            ColumnKind::Boolean => Self::Flag,
            ColumnKind::Instant => Self::Instant,
            ColumnKind::Date => Self::Day,
        }
    }

    /// Type of an attribute.
    pub(crate) fn from_attribute(kind: AttributeKind) -> Self {
        match kind {
            AttributeKind::Number => Self::Number,
            AttributeKind::Flag => Self::Flag,
            AttributeKind::Text => Self::Text,
        }
    }

    /// Returns whether the text is a number.
    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Self::Integer { .. } | Self::Money { .. } | Self::Number)
    }

    /// Arrow type in the lake.
    pub(crate) fn arrow_type(self) -> DataType {
        match self {
            Self::Text | Self::Enum(_) => DataType::Utf8,
            Self::Integer { .. } => DataType::Int64,
            Self::Money { .. } => money_type(),
            Self::Flag => DataType::Boolean,
            Self::Instant => instant_type(),
            Self::Day => DataType::Date32,
            Self::Number => DataType::Float64,
        }
    }
}
