//! Typed rows of one table from one chunk of a file.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Field, TimestampMicrosecondType},
};
use slotcast_lake::contract::ContractTable;

/// Typed rows of one table from one chunk of a file.
#[derive(Debug)]
pub(crate) struct FactChunk {
    pub(crate) table: &'static ContractTable,
    pub(crate) fields: Vec<Field>,
    pub(crate) columns: Vec<ArrayRef>,
    /// Row numbers of the facts; the other rows are rejected or filtered.
    pub(crate) rows: Vec<u32>,
    /// Source line per row.
    pub(crate) lines: Arc<Vec<i64>>,
    /// Index of the file in its batch.
    pub(crate) file: usize,
    /// Number of the first row in the file, from 0.
    pub(crate) first_row: usize,
    /// Treats an exact repeat of a row as a separate fact.
    pub(crate) keeps_repeats: bool,
}

impl FactChunk {
    /// Index of a column.
    pub(crate) fn column_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name() == name)
    }

    pub(crate) fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.column_index(name).map(|index| &self.columns[index])
    }

    /// Times of all rows. The column has no null in the rows of facts.
    pub(crate) fn times(&self) -> &[i64] {
        let column = self.column(self.table.time_column()).expect("every table has its time column");
        column.as_primitive::<TimestampMicrosecondType>().values()
    }

    /// Pseudonym of the customer of a row.
    pub(crate) fn customer(&self, row: usize) -> Option<String> {
        let customers = self.column("customer_id")?.as_string_opt::<i32>()?;
        customers.is_valid(row).then(|| customers.value(row).to_owned())
    }

    /// Size in memory.
    pub(crate) fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| column.get_array_memory_size()).sum();
        columns + self.lines.len() * 8 + self.rows.len() * 4
    }
}
