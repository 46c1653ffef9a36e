//! Window on the bytes of a file that always contains the current record.

use std::io::Read;

use crate::{report::file_error::FileError, source::file::Compression};

/// Initial size of the window.
const INITIAL_BYTES: usize = 1 << 18;

/// Longest record. A longer one has a quote that never closes.
const MAX_RECORD_BYTES: usize = 1 << 24;

/// Window on the bytes of a file. It grows to the size of the current record.
pub(crate) struct ReadWindow<'a> {
    input: Box<dyn Read + Send + 'a>,
    compression: Compression,
    file: String,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    pub(crate) is_at_end: bool,
}

impl<'a> ReadWindow<'a> {
    pub(crate) fn new(file: &str, input: Box<dyn Read + Send + 'a>, compression: Compression) -> Self {
        Self {
            input,
            compression,
            file: file.to_owned(),
            bytes: vec![0; INITIAL_BYTES],
            start: 0,
            end: 0,
            is_at_end: false,
        }
    }

    /// Bytes from the start of the record to the end of the window.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Moves the start of the record forward.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Start of the record in the window; valid until the next [`Self::fill`].
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Slice of the window.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &[u8] {
        &self.bytes[from..to]
    }

    /// Reads more bytes. `line` is the line of the record, for the error message.
    pub(crate) fn fill(&mut self, line: u64) -> Result<(), FileError> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.bytes.len() {
            if self.end >= MAX_RECORD_BYTES {
                return Err(FileError::RowTooLong { file: self.file.clone(), line });
            }
            self.bytes.resize(self.end * 2, 0);
        }
        let read = self.compression.read(&self.file, &mut self.input, &mut self.bytes[self.end..])?;
        self.end += read;
        self.is_at_end = read == 0;
        Ok(())
    }
}
