//! A window on the bytes of a file that always holds the row being read.

use std::io::Read;

use crate::{refused::FileRefused, rows::wrapping::Wrapping};

/// The first size of the window.
const WINDOW: usize = 1 << 18;

/// No row of a table is longer; what is, has a quote that never closes.
const LONGEST_ROW: usize = 1 << 24;

/// The bytes of a file, a window at a time.
pub(crate) struct Blocks<'a> {
    input: Box<dyn Read + Send + 'a>,
    wrapping: Wrapping,
    file: String,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    pub(crate) is_at_end: bool,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(file: &str, input: Box<dyn Read + Send + 'a>, wrapping: Wrapping) -> Self {
        Self {
            input,
            wrapping,
            file: file.to_owned(),
            bytes: vec![0; WINDOW],
            start: 0,
            end: 0,
            is_at_end: false,
        }
    }

    /// What is in the window from the row on.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The row ends here.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Where the row starts in the window; holds until the next [`Self::more`].
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// A piece of the window.
    pub(crate) fn piece(&self, from: usize, to: usize) -> &[u8] {
        &self.bytes[from..to]
    }

    /// Reads on behind what the window holds. `line` is that of the row, for the message.
    pub(crate) fn more(&mut self, line: u64) -> Result<(), FileRefused> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.bytes.len() {
            if self.end >= LONGEST_ROW {
                return Err(FileRefused::LongRow { file: self.file.clone(), line });
            }
            self.bytes.resize(self.end * 2, 0);
        }
        let read = self.wrapping.read(&self.file, &mut self.input, &mut self.bytes[self.end..])?;
        self.end += read;
        self.is_at_end = read == 0;
        Ok(())
    }
}
