//! Raw text of the rows of a chunk, for rejects.

use std::ops::Range;

/// Raw text of the rows of a chunk.
#[derive(Default)]
pub(crate) struct RawRows {
    bytes: Vec<u8>,
    ranges: Vec<Range<usize>>,
}

impl RawRows {
    pub(crate) fn push(&mut self, raw: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(raw);
        self.ranges.push(start..self.bytes.len());
    }

    pub(crate) fn get(&self, row: usize) -> &[u8] {
        &self.bytes[self.ranges[row].clone()]
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
    }
}
