//! Elements of the list in a record, which are rows of their own.

use std::collections::VecDeque;

use crate::{
    source::record_reader::RecordView, transform::text_columns::CellPath, values::json_path::list_elements,
};

/// Bytes of a record up to which its text is kept with each of its rejected elements.
pub(crate) const MAX_REPEATED_BYTES: usize = 1 << 16;

/// Elements of a record that are still to be read.
#[derive(Default)]
pub(crate) struct Elements {
    waiting: VecDeque<String>,
    /// Bytes of the list.
    list_bytes: usize,
}

/// A cell that is not a list.
pub(crate) struct NotAList;

impl Elements {
    /// Takes the next element.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.waiting.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Bytes of the list in the current record.
    pub(crate) fn list_bytes(&self) -> usize {
        self.list_bytes
    }

    /// Reads the list of a record. An empty cell, or one without a list at the path, has no elements.
    pub(crate) fn read(&mut self, plan: &CellPath, record: &RecordView<'_>) -> Result<(), NotAList> {
        self.list_bytes = 0;
        let Some(cell) = record.cell(plan.column) else { return Ok(()) };
        let list = match &plan.path {
            None => Some(cell),
            Some(path) => path.find(cell).filter(|list| *list != "null"),
        };
        let Some(list) = list else { return Ok(()) };
        self.list_bytes = cell.len();
        let elements = list_elements(list).ok_or(NotAList)?;
        self.waiting = elements.into_iter().map(str::to_owned).collect();
        Ok(())
    }
}
