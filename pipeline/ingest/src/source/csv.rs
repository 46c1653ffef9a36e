//! Reader for CSV records.
//!
//! A line without quotes is split at its delimiters; `csv_quoted` parses every other record. A property test
//! compares both with the `csv` crate.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3};

use crate::{
    report::{file_error::FileError, reject_reason::RejectReason},
    source::{
        csv_quoted::{Quoted, QuotedRecord, has_swallowed_rows, lines},
        encoding::TextEncoding,
        encoding_detection::{DetectedEncoding, detect_encoding},
        file_layout::FileLayout,
        panic_guard::{decode, guarded},
        read_window::ReadWindow,
        record::{NextRecord, trim_cell},
        text_start::start_text,
    },
};

/// Bytes from the first line that is not ASCII on which decide its encoding.
const DETECTION_BYTES: usize = 1 << 20;

pub(crate) struct CsvReader<'a> {
    file: String,
    window: ReadWindow<'a>,
    delimiter: u8,
    /// Quote character; a line feed, which starts no cell, if quotes are text.
    quote: u8,
    /// Declared or detected encoding; none as long as all lines are ASCII.
    encoding: Option<TextEncoding>,
    /// Ranges of the cells: in the window, or in the unescaped bytes of `quoted`.
    cells: Vec<Range<usize>>,
    record: Range<usize>,
    is_unescaped: bool,
    quoted: QuotedRecord,
    /// Returns whether the record is a line with a quote that is neither text nor a pair.
    is_stray: bool,
    has_multiline_cells: bool,
    line: u64,
    next_line: u64,
    pub(crate) header: Vec<String>,
}

impl<'a> CsvReader<'a> {
    pub(crate) fn open(
        file: &str,
        mut window: ReadWindow<'a>,
        layout: &FileLayout,
    ) -> Result<Self, FileError> {
        let encoding = start_text(file, &mut window, layout.encoding, "CSV")?;
        let mut reader = Self {
            file: file.to_owned(),
            window,
            delimiter: layout.delimiter,
            quote: layout.quote.unwrap_or(b'\n'),
            encoding,
            cells: Vec::new(),
            record: 0..0,
            is_unescaped: false,
            quoted: QuotedRecord::new(layout.delimiter, layout.quote.unwrap_or(b'\n')),
            is_stray: false,
            has_multiline_cells: false,
            line: 1,
            next_line: 1,
            header: Vec::new(),
        };
        reader.skip_lines(layout.skip_lines)?;
        let Some(is_valid) = reader.find_valid_record()? else {
            return Err(match layout.skip_lines {
                0 => FileError::Empty { file: file.to_owned() },
                skipped => FileError::NoHeader { file: file.to_owned(), skipped },
            });
        };
        if !is_valid {
            return Err(FileError::NotUtf8 { file: file.to_owned(), line: reader.line, rows: None });
        }
        if reader.is_stray {
            return Err(FileError::StrayQuote { file: file.to_owned(), line: reader.line });
        }
        reader.header = (0..reader.cells.len())
            .map(|column| reader.cell(column).unwrap_or_default().to_owned())
            .collect();
        Ok(reader)
    }

    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        let Some(is_valid) = self.find_valid_record()? else { return Ok(NextRecord::End) };
        if !is_valid {
            return Ok(NextRecord::Malformed(RejectReason::BadEncoding));
        }
        if memchr(0, self.raw()).is_some() {
            return Ok(NextRecord::Malformed(RejectReason::NulByte));
        }
        if self.is_stray {
            return Ok(NextRecord::Malformed(RejectReason::StrayQuote));
        }
        if self.cells.len() != self.header.len() {
            return Ok(NextRecord::Malformed(RejectReason::RaggedRow));
        }
        Ok(NextRecord::Valid)
    }

    /// Encoding of the text read so far, if it is not UTF-8.
    pub(crate) fn legacy_encoding(&self) -> Option<TextEncoding> {
        self.encoding.filter(|encoding| !encoding.is_utf8())
    }

    /// First line of the record, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Bytes of the record in UTF-8, without the line break.
    pub(crate) fn raw(&self) -> &[u8] {
        self.window.slice(self.record.start, self.record.end)
    }

    /// Number of cells.
    #[cfg(test)]
    pub(crate) fn width(&self) -> usize {
        self.cells.len()
    }

    /// Text of the record, the ranges of its cells, and their base.
    pub(crate) fn text(&self) -> Option<(&str, &[Range<usize>], usize)> {
        let (bytes, base) = if self.is_unescaped {
            (&self.quoted.unescaped()[..self.cells.last()?.end], 0)
        } else {
            (self.raw(), self.record.start)
        };
        Some((std::str::from_utf8(bytes).ok()?, &self.cells, base))
    }

    /// Trimmed cell; none if it is empty.
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        let cell = self.cells.get(column)?;
        let bytes = if self.is_unescaped {
            &self.quoted.unescaped()[cell.clone()]
        } else {
            self.window.slice(cell.start, cell.end)
        };
        trim_cell(std::str::from_utf8(bytes).ok()?)
    }

    /// Skips lines above the header, whatever they contain.
    fn skip_lines(&mut self, count: u64) -> Result<(), FileError> {
        while self.next_line <= count {
            let (_, consumed) = self.line_end()?;
            if consumed == 0 {
                break;
            }
            self.window.advance(consumed);
            self.next_line += 1;
        }
        Ok(())
    }

    /// Length of the line at the start of the window, without and with its break.
    fn line_end(&mut self) -> Result<(usize, usize), FileError> {
        loop {
            let rest = self.window.rest();
            let found = memchr3(b'\n', b'\r', b'\n', rest);
            let is_cut = found.is_none_or(|at| rest[at] == b'\r' && at + 1 == rest.len());
            match found {
                _ if is_cut && !self.window.is_at_end => self.window.fill(self.next_line)?,
                None => return Ok((rest.len(), rest.len())),
                Some(at) => {
                    let is_pair = rest[at] == b'\r' && rest.get(at + 1) == Some(&b'\n');
                    return Ok((at, at + 1 + usize::from(is_pair)));
                }
            }
        }
    }

    /// Finds the next record; none at the end of the file. Returns whether its encoding is valid.
    fn find_valid_record(&mut self) -> Result<Option<bool>, FileError> {
        loop {
            if !self.find_record()? {
                return Ok(None);
            }
            let raw = self.window.slice(self.record.start, self.record.end);
            if raw.is_ascii() {
                return Ok(Some(true));
            }
            if self.encoding.is_some() {
                return Ok(Some(std::str::from_utf8(raw).is_ok()));
            }
            // Everything before this record is ASCII, which all encodings share.
            self.window.rewind(self.record.start);
            self.next_line = self.line;
            self.detect_encoding()?;
        }
    }

    fn detect_encoding(&mut self) -> Result<(), FileError> {
        self.window.fill_to(DETECTION_BYTES, self.line)?;
        let rest = self.window.rest();
        // The sample may end inside a character.
        let end = memchr::memrchr(b'\n', rest).filter(|_| !self.window.is_at_end).unwrap_or(rest.len());
        match decode(&self.file, "text", || Ok(detect_encoding(&rest[..end])))? {
            DetectedEncoding::Sure(encoding) => {
                self.encoding = Some(encoding);
                if encoding.is_utf8() { Ok(()) } else { self.window.transcode(encoding) }
            }
            DetectedEncoding::Unclear(candidates) => Err(FileError::UnclearEncoding {
                file: self.file.clone(),
                line: self.line,
                candidates: candidates.into_iter().map(|(own, text)| (own.name(), text)).collect(),
            }),
        }
    }

    /// Finds the next record that is not an empty line; false at the end of the file.
    fn find_record(&mut self) -> Result<bool, FileError> {
        let mut scanned = 0;
        self.is_stray = false;
        loop {
            self.line = self.next_line;
            let rest = self.window.rest();
            let found = memchr3(b'\n', b'\r', self.quote, &rest[scanned..]).map(|at| at + scanned);
            let (length, consumed) = match found {
                None if !self.window.is_at_end => {
                    scanned = rest.len();
                    self.window.fill(self.line)?;
                    continue;
                }
                None if rest.is_empty() => return Ok(false),
                None => (rest.len(), rest.len()),
                Some(at) if rest[at] == b'\n' => (at, at + 1),
                Some(at) if rest[at] == self.quote => {
                    let found = guarded(|| self.find_quoted_record());
                    return found.unwrap_or_else(|panic| Err(panic.into_damaged(&self.file, "CSV")));
                }
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
        for at in memchr_iter(self.delimiter, self.window.slice(record.start, record.end)) {
            self.cells.push(from..record.start + at);
            from = record.start + at + 1;
        }
        self.cells.push(from..record.end);
        self.record = record;
    }

    /// Finds and splits a record with quotes.
    fn find_quoted_record(&mut self) -> Result<bool, FileError> {
        let parsed = loop {
            match self.quoted.parse(self.window.rest(), self.window.is_at_end) {
                // A quote that is open for so long closes nowhere.
                Quoted::Incomplete if self.window.is_full() => break Quoted::Open,
                Quoted::Incomplete => self.window.fill(self.line)?,
                parsed => break parsed,
            }
        };
        let Quoted::Record { length, consumed } = parsed else { return self.take_stray_line(parsed) };
        let record = &self.window.rest()[..length];
        let breaks = lines(record).count() as u64 - 1;
        if breaks > 0 && !self.header.is_empty() {
            let (cells, columns) = (self.quoted.cells().len(), self.header.len());
            if has_swallowed_rows(record, self.delimiter, cells, columns, self.has_multiline_cells) {
                return self.take_stray_line(parsed);
            }
            self.has_multiline_cells = true;
        }
        self.next_line += breaks + u64::from(consumed > length);
        self.is_unescaped = true;
        self.cells.clear();
        self.cells.extend_from_slice(self.quoted.cells());
        let start = self.window.start();
        self.record = start..start + length;
        self.window.advance(consumed);
        Ok(true)
    }

    /// Takes the first line of a record with a stray quote. The lines after it are records of their own.
    fn take_stray_line(&mut self, parsed: Quoted) -> Result<bool, FileError> {
        let (length, consumed) = self.line_end()?;
        if parsed == Quoted::Open && consumed == length && self.window.is_at_end {
            return Err(FileError::Truncated { file: self.file.clone(), line: self.line });
        }
        let start = self.window.start();
        self.split_record(start..start + length);
        self.is_stray = true;
        self.next_line += u64::from(consumed > length);
        self.window.advance(consumed);
        Ok(true)
    }
}
