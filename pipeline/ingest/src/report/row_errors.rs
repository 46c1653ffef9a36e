//! Errors of the rows of a chunk.

use std::collections::HashMap;

use crate::report::reject_reason::RejectReason;

/// An invalid cell: its column, and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellError {
    pub(crate) column: usize,
    pub(crate) reason: RejectReason,
}

/// First error per row, in column order. Most rows have none.
#[derive(Debug, Default)]
pub(crate) struct RowErrors(HashMap<usize, CellError>);

impl RowErrors {
    /// Adds an error. An earlier column takes precedence; within a column, the error added first does.
    pub(crate) fn add(&mut self, row: usize, column: usize, reason: RejectReason) {
        let error = CellError { column, reason };
        let known = self.0.entry(row).or_insert(error);
        if column < known.column {
            *known = error;
        }
    }

    /// First error of a row.
    pub(crate) fn first(&self, row: usize) -> Option<CellError> {
        if self.0.is_empty() { None } else { self.0.get(&row).copied() }
    }
}
