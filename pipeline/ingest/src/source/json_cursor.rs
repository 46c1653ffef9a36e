//! Position in a stream of JSON text.

use memchr::memchr_iter;

use crate::{
    report::file_error::FileError,
    source::{
        json_values::{ValueEnd, separators},
        read_window::ReadWindow,
    },
};

/// Position in a stream of JSON text, and its line.
pub(super) struct JsonCursor<'a> {
    pub(super) file: String,
    pub(super) window: ReadWindow<'a>,
    pub(super) next_line: u64,
}

impl JsonCursor<'_> {
    /// Next key of an object, up to its colon; none at its end, which is consumed.
    pub(super) fn next_key(&mut self) -> Result<Option<String>, FileError> {
        match self.skip_separators(true)? {
            Some(b'"') => {}
            Some(b'}') => {
                self.consume(1);
                return Ok(None);
            }
            _ => return Err(self.truncated()),
        }
        let length = self.value_length()?;
        let key = serde_json::from_slice::<String>(&self.window.rest()[..length]).unwrap_or_default();
        self.consume(length);
        if self.skip_separators(false)? != Some(b':') {
            return Err(self.truncated());
        }
        self.consume(1);
        Ok(Some(key))
    }

    /// Length of the value at the start of the window, which then contains all of it.
    pub(super) fn value_length(&mut self) -> Result<usize, FileError> {
        let (mut end, mut scanned) = (ValueEnd::default(), 0);
        loop {
            let rest = self.window.rest();
            if let Some(length) = end.find(&rest[scanned..]) {
                return Ok(scanned + length);
            }
            scanned = rest.len();
            if self.window.is_at_end {
                return if end.is_complete() { Ok(scanned) } else { Err(self.truncated()) };
            }
            self.window.fill(self.next_line)?;
        }
    }

    /// Skips a value of any size.
    pub(super) fn skip_value(&mut self) -> Result<(), FileError> {
        let mut end = ValueEnd::default();
        loop {
            let rest = self.window.rest();
            let (length, available) = (end.find(rest), rest.len());
            self.consume(length.unwrap_or(available));
            if length.is_some() || self.window.is_at_end {
                return Ok(());
            }
            self.window.fill(self.next_line)?;
        }
    }

    /// Skips blanks, and the commas of an array; returns the next byte.
    pub(super) fn skip_separators(&mut self, has_commas: bool) -> Result<Option<u8>, FileError> {
        loop {
            let skipped = separators(self.window.rest(), has_commas);
            self.consume(skipped);
            if let Some(byte) = self.window.rest().first() {
                return Ok(Some(*byte));
            }
            if self.window.is_at_end {
                return Ok(None);
            }
            self.window.fill(self.next_line)?;
        }
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.next_line += memchr_iter(b'\n', &self.window.rest()[..bytes]).count() as u64;
        self.window.advance(bytes);
    }

    pub(super) fn truncated(&self) -> FileError {
        FileError::TruncatedJson { file: self.file.clone(), line: self.next_line }
    }
}
