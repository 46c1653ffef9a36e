//! Window on the text of a file that always contains the current record.

use std::io::Read;

use crate::{
    report::file_error::FileError,
    source::{encoding::TextEncoding, file::Compression, panic_guard::decode, transcoder::Transcoder},
};

/// Initial size of the window.
const INITIAL_BYTES: usize = 1 << 18;

/// Longest record. A longer one has a quote that never closes.
const MAX_RECORD_BYTES: usize = 1 << 24;

/// Bytes that are converted at once.
const PIECE_BYTES: usize = 1 << 16;

/// Window on the bytes of a file. It grows to the size of the current record.
pub(crate) struct ReadWindow<'a> {
    input: Box<dyn Read + Send + 'a>,
    compression: Compression,
    file: String,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    transcoder: Option<Transcoder>,
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
            transcoder: None,
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

    /// Moves the start of the record back; valid until the next [`Self::fill`].
    pub(crate) fn rewind(&mut self, start: usize) {
        self.start = start;
    }

    /// Start of the record in the window; valid until the next [`Self::fill`].
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Slice of the window.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &[u8] {
        &self.bytes[from..to]
    }

    /// Returns whether the window cannot grow.
    pub(crate) fn is_full(&self) -> bool {
        self.start == 0 && self.end >= MAX_RECORD_BYTES
    }

    /// Reads on until the record has this many bytes, or the file ends.
    pub(crate) fn fill_to(&mut self, bytes: usize, line: u64) -> Result<(), FileError> {
        while !self.is_at_end && self.rest().len() < bytes {
            self.fill(line)?;
        }
        Ok(())
    }

    /// Converts everything from the start of the record on to UTF-8.
    pub(crate) fn transcode(&mut self, encoding: TextEncoding) -> Result<(), FileError> {
        let pending = self.rest().to_vec();
        self.end = self.start;
        self.transcoder = Some(Transcoder::new(encoding));
        self.convert(&pending, self.is_at_end)
    }

    /// Reads more bytes. `line` is the line of the record, for the error message.
    pub(crate) fn fill(&mut self, line: u64) -> Result<(), FileError> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.is_full() {
            return Err(FileError::RowTooLong { file: self.file.clone(), line });
        }
        if self.transcoder.is_some() {
            return self.fill_converted();
        }
        if self.end == self.bytes.len() {
            self.bytes.resize(self.end * 2, 0);
        }
        let read = self.compression.read(&self.file, &mut self.input, &mut self.bytes[self.end..])?;
        self.end += read;
        self.is_at_end = read == 0;
        Ok(())
    }

    fn fill_converted(&mut self) -> Result<(), FileError> {
        let mut piece = vec![0; PIECE_BYTES];
        let before = self.end;
        while self.end == before && !self.is_at_end {
            let read = self.compression.read(&self.file, &mut self.input, &mut piece)?;
            self.is_at_end = read == 0;
            self.convert(&piece[..read], self.is_at_end)?;
        }
        Ok(())
    }

    /// Appends bytes of the file as UTF-8.
    fn convert(&mut self, bytes: &[u8], is_last: bool) -> Result<(), FileError> {
        let Some(transcoder) = &mut self.transcoder else { return Ok(()) };
        let text = decode(&self.file, "text", || Ok(transcoder.convert(bytes, is_last)))?;
        let end = self.end + text.len();
        if end > self.bytes.len() {
            self.bytes.resize(end.next_power_of_two(), 0);
        }
        self.bytes[self.end..end].copy_from_slice(text);
        self.end = end;
        Ok(())
    }
}
