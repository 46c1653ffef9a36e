//! Erasure of customers from the rows of data files, with counts.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray, BinaryArray, BooleanArray, RecordBatch},
    compute::{nullif, or},
};

use super::{
    personal_table::{PersonalTable, RAW},
    pseudonyms::Pseudonyms,
};
use crate::{error::LakeError, storage::read_column};

/// Customers to erase, and counts of their rows in the newest version of each table.
pub(super) struct Eraser<'a> {
    pseudonyms: &'a Pseudonyms,
    customers: BTreeSet<String>,
    pub(super) facts: usize,
    pub(super) rejects: usize,
    pub(super) orders: BTreeSet<String>,
}

impl<'a> Eraser<'a> {
    /// An eraser of the customers with these pseudonyms.
    pub(super) fn new(pseudonyms: &'a Pseudonyms, customers: BTreeSet<String>) -> Self {
        Self { pseudonyms, customers, facts: 0, rejects: 0, orders: BTreeSet::new() }
    }

    /// Whether a file contains one of the customers.
    pub(super) fn matches_file(&self, table: &PersonalTable, path: &Path) -> Result<bool, LakeError> {
        let paths = [path.to_path_buf()];
        for name in table.columns {
            if read_column(&paths, name)?.iter().any(|column| self.matches(name, column).true_count() > 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether each value of a column identifies one of the customers.
    fn matches(&self, name: &str, column: &ArrayRef) -> BooleanArray {
        if name == RAW {
            let has_customer = |raw: &[u8]| self.pseudonyms.has_customer(raw, &self.customers);
            column.as_binary::<i32>().iter().map(|raw| Some(raw.is_some_and(has_customer))).collect()
        } else {
            let is_customer = |one: &str| self.customers.contains(one);
            column.as_string::<i32>().iter().map(|one| Some(one.is_some_and(is_customer))).collect()
        }
    }

    /// Erases the customers from a batch: facts lose their customer, rejected rows their text. Rows are
    /// counted if `is_current`: the file belongs to the newest version.
    pub(super) fn erase(
        &mut self,
        table: &PersonalTable,
        batch: &RecordBatch,
        is_current: bool,
    ) -> Result<RecordBatch, LakeError> {
        let mut matches = BooleanArray::from(vec![false; batch.num_rows()]);
        for name in table.columns {
            if let Some(column) = batch.column_by_name(name) {
                matches = or(&matches, &self.matches(name, column))?;
            }
        }
        if is_current {
            self.count(table, batch, &matches);
        }
        let mut columns = batch.columns().to_vec();
        for (field, column) in batch.schema().fields().iter().zip(&mut columns) {
            match field.name().as_str() {
                // The text of a rejected row is never null.
                RAW => {
                    let raw = column.as_binary::<i32>().iter().zip(&matches);
                    let emptied =
                        raw.map(|(raw, matches)| if matches == Some(true) { Some(&[][..]) } else { raw });
                    *column = Arc::new(emptied.collect::<BinaryArray>());
                }
                name if table.columns.contains(&name) => *column = nullif(column, &matches)?,
                _ => {}
            }
        }
        Ok(RecordBatch::try_new(batch.schema(), columns)?)
    }

    fn count(&mut self, table: &PersonalTable, batch: &RecordBatch, matches: &BooleanArray) {
        let count = if table.time.is_some() { &mut self.facts } else { &mut self.rejects };
        *count += matches.true_count();
        let orders = batch.column_by_name("order_id").and_then(|column| column.as_string_opt::<i32>());
        let orders = orders.into_iter().flat_map(|orders| orders.iter().zip(matches));
        let erased = orders.filter(|(_, matches)| *matches == Some(true));
        self.orders.extend(erased.filter_map(|(order, _)| order.map(str::to_owned)));
    }
}
