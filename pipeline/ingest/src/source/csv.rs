//! Reader for CSV records.
//!
//! A line without quotes is split at its delimiters; `csv-core` parses every other record.
//! The fast path reads unquoted lines faster than `csv-core` alone; a property test checks
//! both against the `csv` crate.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr_iter, memchr3};

use crate::{
    report::{file_error::FileError, reject_reason::RejectReason},
    source::{
        csv_dialect::CsvDialect,
        csv_quoted::{QuotedRecord, ends_in_quotes},
        encoding::TextEncoding,
        panic_guard::guarded,
        read_window::ReadWindow,
        record::{NextRecord, trim_cell},
        sniff::sniff_format,
    },
};

/// Bytes that are read before the format is detected.
const SNIFF_BYTES: usize = 1 << 16;

pub(crate) struct CsvReader<'a> {
    file: String,
    window: ReadWindow<'a>,
    dialect: CsvDialect,
    /// Ranges of the cells: in the window, or in the unescaped bytes of `quoted`.
    cells: Vec<Range<usize>>,
    record: Range<usize>,
    is_unescaped: bool,
    quoted: QuotedRecord,
    /// Cells of a CP949 record.
    decoded: Option<Vec<String>>,
    line: u64,
    next_line: u64,
    pub(crate) header: Vec<String>,
}

impl<'a> CsvReader<'a> {
    pub(crate) fn open(
        file: &str,
        mut window: ReadWindow<'a>,
        dialect: CsvDialect,
    ) -> Result<Self, FileError> {
        while !window.is_at_end && window.rest().len() < SNIFF_BYTES {
            window.fill(1)?;
        }
        if let Some(found) = sniff_format(window.rest()) {
            return Err(match found {
                "UTF-16 text" => {
                    FileError::NotUtf8 { file: file.to_owned(), found: "it is UTF-16".to_owned() }
                }
                found => FileError::WrongFormat { file: file.to_owned(), found, expected: "CSV" },
            });
        }
        if window.rest().starts_with(b"\xef\xbb\xbf") {
            window.advance(3);
        }
        let mut reader = Self {
            file: file.to_owned(),
            window,
            dialect,
            cells: Vec::new(),
            record: 0..0,
            is_unescaped: false,
            quoted: QuotedRecord::new(dialect.delimiter),
            decoded: None,
            line: 1,
            next_line: 1,
            header: Vec::new(),
        };
        if !reader.find_record()? {
            return Err(FileError::Empty { file: file.to_owned() });
        }
        if !reader.has_valid_encoding() {
            return Err(FileError::NotUtf8 {
                file: file.to_owned(),
                found: format!("the header on line {} has invalid bytes", reader.line),
            });
        }
        reader.decode();
        reader.header = (0..reader.cells.len())
            .map(|column| reader.cell(column).unwrap_or_default().to_owned())
            .collect();
        Ok(reader)
    }

    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        if !self.find_record()? {
            return Ok(NextRecord::End);
        }
        if !self.has_valid_encoding() {
            return Ok(NextRecord::Malformed(RejectReason::BadEncoding));
        }
        if memchr(0, self.raw()).is_some() {
            return Ok(NextRecord::Malformed(RejectReason::NulByte));
        }
        if self.cells.len() != self.header.len() {
            return Ok(NextRecord::Malformed(RejectReason::RaggedRow));
        }
        self.decode();
        Ok(NextRecord::Valid)
    }

    pub(crate) fn is_cp949(&self) -> bool {
        self.dialect.encoding == Some(TextEncoding::Cp949)
    }

    /// First line of the record, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes of the record in the file, without the line break.
    pub(crate) fn raw(&self) -> &[u8] {
        self.window.slice(self.record.start, self.record.end)
    }

    /// Number of cells.
    #[cfg(test)]
    pub(crate) fn width(&self) -> usize {
        self.cells.len()
    }

    /// Text of the record, the ranges of its cells, and their base; none for a decoded record.
    pub(crate) fn text(&self) -> Option<(&str, &[Range<usize>], usize)> {
        let (bytes, base) = match (&self.decoded, self.is_unescaped) {
            (Some(_), _) => return None,
            (None, true) => (&self.quoted.unescaped()[..self.cells.last()?.end], 0),
            (None, false) => (self.raw(), self.record.start),
        };
        Some((std::str::from_utf8(bytes).ok()?, &self.cells, base))
    }

    /// Trimmed cell; none if it is empty.
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        match &self.decoded {
            Some(decoded) => trim_cell(decoded.get(column)?),
            None => trim_cell(std::str::from_utf8(self.cell_bytes(column)?).ok()?),
        }
    }

    fn cell_bytes(&self, column: usize) -> Option<&[u8]> {
        let cell = self.cells.get(column)?;
        Some(if self.is_unescaped {
            &self.quoted.unescaped()[cell.clone()]
        } else {
            self.window.slice(cell.start, cell.end)
        })
    }

    /// Returns whether the record is valid in the declared or detected encoding.
    fn has_valid_encoding(&mut self) -> bool {
        let raw = self.window.slice(self.record.start, self.record.end);
        if raw.is_ascii() {
            return true;
        }
        let encoding = *self.dialect.encoding.get_or_insert_with(|| {
            // Detection uses the first record that is not ASCII, and the lines after it in the window.
            let end = self.window.start() + self.window.rest().len();
            TextEncoding::detect(self.window.slice(self.record.start, end)).unwrap_or(TextEncoding::Utf8)
        });
        encoding.is_valid(raw)
    }

    fn decode(&mut self) {
        self.decoded = None;
        let raw = self.window.slice(self.record.start, self.record.end);
        if self.dialect.encoding == Some(TextEncoding::Cp949) && !raw.is_ascii() {
            let cell = |column| TextEncoding::Cp949.decode(self.cell_bytes(column).unwrap_or_default());
            let cells =
                (0..self.cells.len()).map(|column| cell(column).map(Cow::into_owned).unwrap_or_default());
            self.decoded = Some(cells.collect());
        }
    }

    /// Finds the next record that is not an empty line; false at the end of the file.
    fn find_record(&mut self) -> Result<bool, FileError> {
        let mut scanned = 0;
        loop {
            self.line = self.next_line;
            let rest = self.window.rest();
            let found = memchr3(b'\n', b'\r', b'"', &rest[scanned..]).map(|at| at + scanned);
            let (length, consumed) = match found {
                None if !self.window.is_at_end => {
                    scanned = rest.len();
                    self.window.fill(self.line)?;
                    continue;
                }
                None if rest.is_empty() => return Ok(false),
                None => (rest.len(), rest.len()),
                Some(at) if rest[at] == b'"' => {
                    let found = guarded(|| self.find_quoted_record());
                    return found.unwrap_or_else(|panic| Err(panic.into_damaged(&self.file, "CSV")));
                }
                Some(at) if rest[at] == b'\n' => (at, at + 1),
                // A line feed may follow a carriage return at the end of the window.
                Some(at) if at + 1 == rest.len() && !self.window.is_at_end => {
                    scanned = at;
                    self.window.fill(self.line)?;
                    continue;
                }
                Some(at) => (at, at + 1 + usize::from(rest.get(at + 1) == Some(&b'\n'))),
            };
            self.next_line += 1;
            let start = self.window.start();
            self.window.advance(consumed);
            scanned = 0;
            if length > 0 {
                self.split_record(start..start + length);
                return Ok(true);
            }
        }
    }

    /// Splits a record without quotes.
    fn split_record(&mut self, record: Range<usize>) {
        self.is_unescaped = false;
        self.cells.clear();
        let mut from = record.start;
        for at in memchr_iter(self.dialect.delimiter, self.window.slice(record.start, record.end)) {
            self.cells.push(from..record.start + at);
            from = record.start + at + 1;
        }
        self.cells.push(from..record.end);
        self.record = record;
    }

    /// Finds and splits a record with quotes.
    fn find_quoted_record(&mut self) -> Result<bool, FileError> {
        let length = loop {
            match self.quoted.parse(self.window.rest(), self.window.is_at_end) {
                Some(length) => break length,
                None => self.window.fill(self.line)?,
            }
        };
        let start = self.window.start();
        let rest = self.window.rest();
        let mut end = length;
        while end > 0 && matches!(rest[end - 1], b'\r' | b'\n') {
            end -= 1;
        }
        let is_last = length == rest.len() && self.window.is_at_end;
        if is_last && ends_in_quotes(&rest[..length], self.dialect.delimiter) {
            return Err(FileError::Truncated { file: self.file.clone(), line: self.line });
        }
        let inner_breaks = memchr_iter(b'\n', &rest[..end]).count() as u64;
        self.next_line += inner_breaks + u64::from(end < length);
        self.is_unescaped = true;
        self.cells.clear();
        self.cells.extend(self.quoted.cells());
        self.record = start..start + end;
        self.window.advance(length);
        Ok(true)
    }
}
