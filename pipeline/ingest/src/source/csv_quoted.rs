//! Parser for CSV records with quotes.
//!
//! A quote opens a cell only at its start. It must be closed before a delimiter, a line break or the end of the
//! file, except for blanks. A quote inside of a quoted cell is doubled. Any other quote is text.

use std::ops::Range;

use memchr::{memchr, memchr3};

/// Parser for one record with quotes, and its unescaped cells.
pub(super) struct QuotedRecord {
    delimiter: u8,
    quote: u8,
    unescaped: Vec<u8>,
    cells: Vec<Range<usize>>,
}

/// Outcome of parsing a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    /// A record of this length. Its line break is consumed too.
    Record { length: usize, consumed: usize },
    /// Text behind a closing quote.
    Stray,
    /// The file ends inside a quoted cell.
    Open,
    /// The record may continue after the bytes.
    Incomplete,
}

impl QuotedRecord {
    pub(super) fn new(delimiter: u8, quote: u8) -> Self {
        Self { delimiter, quote, unescaped: Vec::new(), cells: Vec::new() }
    }

    /// Parses the record at the start of `bytes`.
    pub(super) fn parse(&mut self, bytes: &[u8], is_at_end: bool) -> Quoted {
        self.unescaped.clear();
        self.cells.clear();
        let end_of_input = if is_at_end { None } else { Some(Quoted::Incomplete) };
        let mut at = 0;
        loop {
            let start = self.unescaped.len();
            let next = if bytes.get(at) == Some(&self.quote) {
                match self.quoted_cell(bytes, at + 1, is_at_end) {
                    Ok(next) => next,
                    Err(outcome) => return outcome,
                }
            } else {
                let found = memchr3(self.delimiter, b'\n', b'\r', &bytes[at..]);
                let next = match (found, end_of_input) {
                    (Some(length), _) => at + length,
                    (None, Some(outcome)) => return outcome,
                    (None, None) => bytes.len(),
                };
                self.unescaped.extend_from_slice(&bytes[at..next]);
                next
            };
            self.cells.push(start..self.unescaped.len());
            match bytes.get(next) {
                None => return Quoted::Record { length: next, consumed: next },
                Some(byte) if *byte == self.delimiter => at = next + 1,
                Some(_) => return end_of_line(bytes, next, is_at_end),
            }
        }
    }

    /// Copies a quoted cell, and returns the position behind it.
    fn quoted_cell(&mut self, bytes: &[u8], start: usize, is_at_end: bool) -> Result<usize, Quoted> {
        let incomplete = if is_at_end { Quoted::Open } else { Quoted::Incomplete };
        let mut at = start;
        loop {
            let length = memchr(self.quote, &bytes[at..]).ok_or(incomplete)?;
            self.unescaped.extend_from_slice(&bytes[at..at + length]);
            at += length + 1;
            if bytes.get(at) != Some(&self.quote) {
                break;
            }
            self.unescaped.push(self.quote);
            at += 1;
        }
        let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\t') && **byte != self.delimiter;
        at += bytes[at..].iter().take_while(is_blank).count();
        match bytes.get(at) {
            Some(byte) if *byte == self.delimiter || matches!(byte, b'\n' | b'\r') => Ok(at),
            Some(_) => Err(Quoted::Stray),
            None if is_at_end => Ok(at),
            None => Err(Quoted::Incomplete),
        }
    }

    /// Unescaped bytes of all cells.
    pub(super) fn unescaped(&self) -> &[u8] {
        &self.unescaped
    }

    /// Range of each cell in the unescaped bytes.
    pub(super) fn cells(&self) -> &[Range<usize>] {
        &self.cells
    }
}

fn end_of_line(bytes: &[u8], length: usize, is_at_end: bool) -> Quoted {
    match (&bytes[length..], is_at_end) {
        // A line feed may follow a carriage return at the end of the bytes.
        ([b'\r'], false) => Quoted::Incomplete,
        ([b'\r', b'\n', ..], _) => Quoted::Record { length, consumed: length + 2 },
        _ => Quoted::Record { length, consumed: length + 1 },
    }
}

/// Lines of a text, without their breaks: `\n`, `\r\n` or `\r`.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let own = rest?;
        let Some(at) = own.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            rest = None;
            return Some(own);
        };
        let is_pair = own[at] == b'\r' && own.get(at + 1) == Some(&b'\n');
        rest = Some(&own[at + 1 + usize::from(is_pair)..]);
        Some(&own[..at])
    })
}

/// Returns whether a quoted cell contains rows of the table instead of text.
///
/// A quote that is text, such as that of `9" plate`, swallows the lines up to the next quote. Then the first and
/// the last line have as many delimiters as the header. So do all lines, or the record is ragged.
pub(super) fn has_swallowed_rows(
    record: &[u8],
    delimiter: u8,
    cells: usize,
    columns: usize,
    has_multiline_cells: bool,
) -> bool {
    if columns < 2 {
        return false;
    }
    let is_row = |line: &[u8]| memchr::memchr_iter(delimiter, line).count() + 1 == columns;
    let ends = [lines(record).next(), lines(record).last()];
    if !ends.into_iter().flatten().all(is_row) {
        return false;
    }
    // A note with a delimiter in each line looks like rows if the table has few columns.
    let is_certain = columns >= 6 || !has_multiline_cells;
    cells != columns || is_certain && lines(record).all(is_row)
}
