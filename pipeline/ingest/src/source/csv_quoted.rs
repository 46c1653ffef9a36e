//! Parser for CSV records with quotes, on top of `csv-core`.

use std::ops::Range;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Parser for one record with quotes, and its unescaped cells.
pub(super) struct QuotedRecord {
    reader: Reader,
    unescaped: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
}

impl QuotedRecord {
    pub(super) fn new(delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { reader, unescaped: Vec::new(), ends: vec![0; 64], cells: 0 }
    }

    /// Parses the record at the start of `bytes` and returns its length with the line break.
    ///
    /// None if the record, or its line break, may continue after `bytes`.
    pub(super) fn parse(&mut self, bytes: &[u8], is_at_end: bool) -> Option<usize> {
        self.reader.reset();
        self.unescaped.resize(bytes.len() + 1, 0);
        let (mut read, mut written, mut cells) = (0, 0, 0);
        let is_complete = loop {
            let (result, bytes_read, bytes_written, ends_written) = self.reader.read_record(
                &bytes[read..],
                &mut self.unescaped[written..],
                &mut self.ends[cells..],
            );
            (read, written, cells) = (read + bytes_read, written + bytes_written, cells + ends_written);
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                // The output is as large as the input, so it never fills.
                ReadRecordResult::OutputFull => self.unescaped.resize(self.unescaped.len() * 2, 0),
                // An empty input after the last byte ends the record.
                ReadRecordResult::InputEmpty if is_at_end => {}
                ReadRecordResult::InputEmpty => break false,
                ReadRecordResult::Record | ReadRecordResult::End => break true,
            }
        };
        self.cells = cells;
        // The second byte of a line break may follow the window.
        let is_whole = is_complete && (read < bytes.len() || is_at_end);
        let is_split_break = bytes[..read].ends_with(b"\r") && bytes.get(read) == Some(&b'\n');
        is_whole.then_some(read + usize::from(is_split_break))
    }

    /// Unescaped bytes of all cells.
    pub(super) fn unescaped(&self) -> &[u8] {
        &self.unescaped
    }

    /// Range of each cell in the unescaped bytes.
    pub(super) fn cells(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = &self.ends[..self.cells];
        ends.iter().enumerate().map(|(cell, end)| if cell == 0 { 0 } else { ends[cell - 1] }..*end)
    }
}

/// Returns whether a record ends inside a quoted cell.
pub(super) fn ends_in_quotes(record: &[u8], delimiter: u8) -> bool {
    let (mut is_quoted, mut is_cell_start) = (false, true);
    let mut bytes = record.iter().peekable();
    while let Some(byte) = bytes.next() {
        if is_quoted {
            if *byte == b'"' && bytes.next_if(|next| **next == b'"').is_none() {
                is_quoted = false;
            }
        } else if *byte == b'"' && is_cell_start {
            is_quoted = true;
        }
        is_cell_start = !is_quoted && *byte == delimiter;
    }
    is_quoted
}
