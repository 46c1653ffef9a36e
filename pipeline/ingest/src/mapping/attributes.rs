//! Attributes: source columns in addition to those of the contract, and their kinds.
//!
//! The mapping states the kind, else it is the kind in the lake, else it is inferred from the
//! whole file. So it does not depend on chunks.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, SchemaRef};
use serde::Deserialize;
use slotcast_lake::contract::{ATTRIBUTE_PREFIX, ContractTable};

use crate::values::number_format::NumberFormat;

/// Kinds of the known attributes: table, then column name (with `attr_`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeKinds(BTreeMap<String, BTreeMap<String, DataType>>);

/// Type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AttributeKind {
    /// A finite number.
    Number,
    /// True or false.
    Flag,
    /// Short text.
    Text,
}

impl AttributeKind {
    /// Arrow type in the lake.
    pub(crate) fn arrow_type(self) -> DataType {
        match self {
            Self::Number => DataType::Float64,
            Self::Flag => DataType::Boolean,
            Self::Text => DataType::Utf8,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Text => "text",
        }
    }

    fn from_arrow(data_type: &DataType) -> Self {
        match data_type {
            DataType::Float64 => Self::Number,
            DataType::Boolean => Self::Flag,
            _ => Self::Text,
        }
    }
}

impl AttributeKinds {
    /// Adds one attribute.
    pub fn insert(&mut self, table: &str, column: &str, data_type: DataType) {
        self.0.entry(table.to_owned()).or_default().insert(column.to_owned(), data_type);
    }

    /// Adds all attributes in the schema of a fact table.
    pub fn insert_schema(&mut self, table: &str, schema: &SchemaRef) {
        for field in schema.fields().iter().filter(|field| field.name().starts_with(ATTRIBUTE_PREFIX)) {
            self.insert(table, field.name(), field.data_type().clone());
        }
    }

    /// Returns whether this table itself has the attribute.
    pub(crate) fn contains(&self, table: &str, column: &str) -> bool {
        self.0.get(table).is_some_and(|known| known.contains_key(column))
    }

    /// Kind of an attribute. Campaigns and candidates are two states of one offer, so they share kinds.
    pub(crate) fn kind(&self, table: &ContractTable, column: &str) -> Option<AttributeKind> {
        let tables: &[&str] = match table.name {
            "campaigns" => &["campaigns", "candidates"],
            "candidates" => &["candidates", "campaigns"],
            other => &[other],
        };
        tables.iter().find_map(|name| self.0.get(*name)?.get(column)).map(AttributeKind::from_arrow)
    }

    /// Table of the other entity, product or offer, that already has this attribute name.
    pub(crate) fn conflicting_table(&self, table: &ContractTable, column: &str) -> Option<&'static str> {
        let others: &[&'static str] =
            if table.name == "products" { &["campaigns", "candidates"] } else { &["products"] };
        others.iter().copied().find(|name| self.0.get(*name).is_some_and(|known| known.contains_key(column)))
    }
}

/// KindInference of the kind of a column from its cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindInference {
    has_value: bool,
    is_flag: bool,
    is_number: bool,
}

impl Default for KindInference {
    fn default() -> Self {
        Self { has_value: false, is_flag: true, is_number: true }
    }
}

impl KindInference {
    /// Adds a cell that is not empty.
    pub(crate) fn add(&mut self, cell: &str, numbers: NumberFormat) {
        self.has_value = true;
        self.is_flag =
            self.is_flag && (cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false"));
        self.is_number = self.is_number
            && if numbers.is_plain() {
                cell.parse::<f64>().is_ok_and(f64::is_finite)
            } else {
                numbers.to_plain(cell).is_some()
            };
    }

    /// Kind; none if all cells are empty, so that a later file determines it.
    pub(crate) fn kind(self) -> Option<AttributeKind> {
        match self {
            Self { has_value: false, .. } => None,
            Self { is_flag: true, .. } => Some(AttributeKind::Flag),
            Self { is_number: true, .. } => Some(AttributeKind::Number),
            _ => Some(AttributeKind::Text),
        }
    }
}
