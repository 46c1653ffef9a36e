//! Attributes: columns that a source brings beside those of the contract, and their kinds.
//!
//! The kind is stated by the mapping, else what the lake already holds, else
//! inferred from the whole file. It never changes with a chunk.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, SchemaRef};
use serde::Deserialize;
use slotcast_lake::contract::{ATTRIBUTE_PREFIX, ContractTable};

use crate::decimal::NumberForm;

/// The kinds of the attributes known so far: table, then column name (with `attr_`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeKinds(BTreeMap<String, BTreeMap<String, DataType>>);

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AttributeKind {
    /// A finite number.
    Number,
    /// Yes or no.
    Flag,
    /// Short text.
    Text,
}

impl AttributeKind {
    /// The Arrow type in which the lake keeps it.
    pub(crate) fn arrow(self) -> DataType {
        match self {
            Self::Number => DataType::Float64,
            Self::Flag => DataType::Boolean,
            Self::Text => DataType::Utf8,
        }
    }

    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Text => "text",
        }
    }

    fn of(kind: &DataType) -> Self {
        match kind {
            DataType::Float64 => Self::Number,
            DataType::Boolean => Self::Flag,
            _ => Self::Text,
        }
    }
}

impl AttributeKinds {
    /// Remembers one attribute.
    pub fn insert(&mut self, table: &str, column: &str, kind: DataType) {
        self.0.entry(table.to_owned()).or_default().insert(column.to_owned(), kind);
    }

    /// Remembers every attribute in the schema of a table's facts.
    pub fn learn(&mut self, table: &str, schema: &SchemaRef) {
        for field in schema.fields().iter().filter(|field| field.name().starts_with(ATTRIBUTE_PREFIX)) {
            self.insert(table, field.name(), field.data_type().clone());
        }
    }

    /// Whether this very table has the attribute.
    pub(crate) fn knows(&self, table: &str, column: &str) -> bool {
        self.0.get(table).is_some_and(|known| known.contains_key(column))
    }

    /// The kind of an attribute. Campaigns and candidates are two states of one
    /// offer, so what is known of one holds for the other.
    pub(crate) fn kind(&self, table: &ContractTable, column: &str) -> Option<AttributeKind> {
        let tables: &[&str] = match table.name {
            "campaigns" => &["campaigns", "candidates"],
            "candidates" => &["candidates", "campaigns"],
            other => &[other],
        };
        tables.iter().find_map(|name| self.0.get(*name)?.get(column)).map(AttributeKind::of)
    }

    /// The table on the other side, products or offers, that already uses this name.
    pub(crate) fn clash(&self, table: &ContractTable, column: &str) -> Option<&'static str> {
        let others: &[&'static str] =
            if table.name == "products" { &["campaigns", "candidates"] } else { &["products"] };
        others.iter().copied().find(|name| self.0.get(*name).is_some_and(|known| known.contains_key(column)))
    }
}

/// What the cells of one column allow, seen so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inference {
    seen: bool,
    flag: bool,
    number: bool,
}

impl Default for Inference {
    fn default() -> Self {
        Self { seen: false, flag: true, number: true }
    }
}

impl Inference {
    /// Takes one cell that is not empty into account.
    pub(crate) fn see(&mut self, cell: &str, numbers: NumberForm) {
        self.seen = true;
        self.flag = self.flag && (cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false"));
        self.number = self.number
            && if numbers.is_plain() {
                cell.parse::<f64>().is_ok_and(f64::is_finite)
            } else {
                numbers.plain(cell).is_some()
            };
    }

    /// The kind; none if no cell held anything, so that a later file may still decide.
    pub(crate) fn kind(self) -> Option<AttributeKind> {
        match self {
            Self { seen: false, .. } => None,
            Self { flag: true, .. } => Some(AttributeKind::Flag),
            Self { number: true, .. } => Some(AttributeKind::Number),
            _ => Some(AttributeKind::Text),
        }
    }
}
