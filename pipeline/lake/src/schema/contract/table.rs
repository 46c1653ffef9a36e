//! Input tables and the schema of their facts.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::{column::ContractColumn, data_types::instant_type};

/// Columns of every fact after those of its table and its attributes.
pub const PROVENANCE: [&str; 3] = ["known_at", "source_file_id", "line"];

/// An input table.
#[derive(Debug, PartialEq, Eq)]
pub struct ContractTable {
    /// Its name, which is also the name of its folder in the inbox.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ContractColumn],
    /// The column with the time of an event. `None` for tables of versions.
    pub event_time: Option<&'static str>,
    /// Whether rows may have attributes: columns named `attr_<name>`.
    pub has_attributes: bool,
}

impl ContractTable {
    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<&'static ContractColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column by which facts are divided into files: time of the event, or of the version.
    pub fn time_column(&self) -> &'static str {
        self.event_time.unwrap_or("updated_at")
    }

    /// The column by which facts are sorted within a week. Order events are read by campaign, other tables
    /// by the first column of their key.
    pub fn entity_column(&self) -> &'static str {
        match self.name {
            "order_events" => "campaign_id",
            _ => self.columns.iter().find(|column| column.key).map_or("", |column| column.name),
        }
    }

    /// The schema of the table's facts: its columns, these attributes, the provenance.
    pub fn fact_schema(&self, attributes: &[Field]) -> SchemaRef {
        let own = self.columns.iter().map(|column| Field::new(column.name, column.kind.arrow(), true));
        let provenance = PROVENANCE.iter().map(|name| {
            let kind = match *name {
                "known_at" => instant_type(),
                _ => DataType::Int64,
            };
            Field::new(*name, kind, true)
        });
        Arc::new(Schema::new(own.chain(attributes.iter().cloned()).chain(provenance).collect::<Vec<_>>()))
    }
}
