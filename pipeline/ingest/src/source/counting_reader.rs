//! Reader for a file that reports its progress.

use std::{
    fs::File,
    io::{self, Read},
};

use crate::report::progress::Progress;

/// Reader for a file that counts its bytes.
pub(super) struct CountingReader<'a> {
    inner: File,
    progress: &'a dyn Progress,
}

impl<'a> CountingReader<'a> {
    pub(super) fn new(inner: File, progress: &'a dyn Progress) -> Self {
        Self { inner, progress }
    }
}

impl Read for CountingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.bytes(read as u64);
        Ok(read)
    }
}
