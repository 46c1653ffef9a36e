//! Reader for NDJSON: one JSON object per line.

use std::{borrow::Cow, collections::HashSet};

use memchr::memchr;
use serde_json::Value;

use crate::{
    report::{file_error::FileError, reject_reason::RejectReason},
    source::{
        json_fields::{JsonFields, parse_fields},
        panic_guard::decode,
        read_window::ReadWindow,
        record::{NextRecord, trim_cell},
        sniff::sniff_format,
    },
};

pub(crate) struct NdjsonReader<'a> {
    file: String,
    window: ReadWindow<'a>,
    record: (usize, usize),
    cells: Vec<Option<String>>,
    line: u64,
    next_line: u64,
    pub(crate) header: Vec<String>,
}

impl<'a> NdjsonReader<'a> {
    /// Collects the keys of all lines, in order of first occurrence.
    pub(crate) fn collect_keys(file: &str, window: ReadWindow<'a>) -> Result<Vec<String>, FileError> {
        let mut reader = Self::open(file, window, Vec::new())?;
        let mut known = HashSet::new();
        let (mut keys, mut lines) = (Vec::new(), 0_u64);
        while reader.find_record()? {
            lines += 1;
            for key in reader.fields()?.into_iter().flatten().map(|(key, _)| key) {
                if known.insert(key.clone()) {
                    keys.push(key);
                }
            }
        }
        if lines == 0 {
            return Err(FileError::Empty { file: file.to_owned() });
        }
        if keys.is_empty() {
            return Err(FileError::WrongFormat {
                file: file.to_owned(),
                found: "text without a single JSON object",
                expected: "NDJSON",
            });
        }
        Ok(keys)
    }

    pub(crate) fn open(
        file: &str,
        mut window: ReadWindow<'a>,
        header: Vec<String>,
    ) -> Result<Self, FileError> {
        window.fill(1)?;
        if let Some(found) = sniff_format(window.rest()) {
            return Err(FileError::WrongFormat { file: file.to_owned(), found, expected: "NDJSON" });
        }
        if window.rest().starts_with(b"\xef\xbb\xbf") {
            window.advance(3);
        }
        let file = file.to_owned();
        Ok(Self { file, window, record: (0, 0), cells: Vec::new(), line: 1, next_line: 1, header })
    }

    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        if !self.find_record()? {
            return Ok(NextRecord::End);
        }
        if std::str::from_utf8(self.raw()).is_err() {
            return Ok(NextRecord::Malformed(RejectReason::BadEncoding));
        }
        let Some(mut fields) = self.fields()? else {
            return Ok(NextRecord::Malformed(RejectReason::BadJson));
        };
        let take =
            |key: &String| fields.iter_mut().find(|(own, _)| own == key).and_then(|(_, text)| text.take());
        self.cells = self.header.iter().map(take).collect();
        if self.cells.iter().flatten().any(|text| text.contains('\0')) {
            return Ok(NextRecord::Malformed(RejectReason::NulByte));
        }
        Ok(NextRecord::Valid)
    }

    /// Fields of the current line; none if it is not a JSON object.
    fn fields(&self) -> Result<Option<JsonFields>, FileError> {
        decode(&self.file, "JSON", || Ok(parse_fields(self.raw())))
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn raw(&self) -> &[u8] {
        self.window.slice(self.record.0, self.record.1)
    }

    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        trim_cell(self.cells.get(column)?.as_deref()?)
    }

    /// Finds the next line that is not empty; false at the end of the file.
    fn find_record(&mut self) -> Result<bool, FileError> {
        loop {
            self.line = self.next_line;
            let rest = self.window.rest();
            let (length, consumed) = match memchr(b'\n', rest) {
                Some(at) => (at, at + 1),
                None if !self.window.is_at_end => {
                    self.window.fill(self.line)?;
                    continue;
                }
                None if rest.is_empty() => return Ok(false),
                None => (rest.len(), rest.len()),
            };
            self.next_line += 1;
            let is_empty = rest[..length].trim_ascii().is_empty();
            let start = self.window.start();
            self.window.advance(consumed);
            if !is_empty {
                let has_return = self.window.slice(start, start + length).ends_with(b"\r");
                self.record = (start, start + length - usize::from(has_return));
                return Ok(true);
            }
        }
    }
}

/// Formats a row as JSON, for formats without row text.
pub(crate) fn row_to_json<'c>(header: &[String], cell: impl Fn(usize) -> Option<Cow<'c, str>>) -> Vec<u8> {
    let cells = header.iter().enumerate().map(|(column, name)| {
        (name.clone(), cell(column).map_or(Value::Null, |text| Value::String(text.into_owned())))
    });
    Value::Object(cells.collect()).to_string().into_bytes()
}
