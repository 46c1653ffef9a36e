//! What is wrong with the rows of a chunk.

use std::collections::HashMap;

use crate::reason::Reason;

/// What is wrong with a row, and in which column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: usize,
    pub(crate) reason: Reason,
}

/// The first fault of each row, by the order of the columns. Most rows have none.
#[derive(Debug, Default)]
pub(crate) struct Faults(HashMap<usize, Fault>);

impl Faults {
    /// Adds a fault; an earlier column wins, and in one column the fault that came first.
    pub(crate) fn add(&mut self, row: usize, column: usize, reason: Reason) {
        let fault = Fault { column, reason };
        let known = self.0.entry(row).or_insert(fault);
        if column < known.column {
            *known = fault;
        }
    }

    /// The first fault of a row.
    pub(crate) fn first(&self, row: usize) -> Option<Fault> {
        if self.0.is_empty() { None } else { self.0.get(&row).copied() }
    }
}
