//! Buffered CSV files of a fact table: one per local month, or a single one.

use std::io::{self, Write};

use crate::error::SimulateError;

/// Opens a file of an inbox for writing. The argument is the path relative to the inbox, e.g.
/// `order_events/2024-03.csv`. Files are opened one after another, each path once, and flushed at their end.
pub type FileOpener<'a> = dyn FnMut(&str) -> io::Result<Box<dyn Write>> + 'a;

const BUFFER_BYTES: usize = 256 * 1024;

/// The files of a table.
pub(super) struct TableFiles<'a, 'o> {
    open: &'a mut FileOpener<'o>,
    /// Name of the single file; without it, files are named after months.
    single: Option<&'a str>,
    table: &'static str,
    header: &'static str,
    month: String,
    path: String,
    file: Option<Box<dyn Write>>,
    buffer: Vec<u8>,
}

impl<'a, 'o> TableFiles<'a, 'o> {
    pub(super) fn new(
        open: &'a mut FileOpener<'o>,
        single: Option<&'a str>,
        table: &'static str,
        header: &'static str,
    ) -> Self {
        let buffer = Vec::with_capacity(BUFFER_BYTES + 1_024);
        Self { open, single, table, header, month: String::new(), path: String::new(), file: None, buffer }
    }

    /// Moves to the file of a month; true if the file was opened by this call.
    ///
    /// An earlier month is ignored: if clocks go back at midnight, the last hour of a month comes twice.
    pub(super) fn move_to(&mut self, month: &str) -> Result<bool, SimulateError> {
        if month <= self.month.as_str() || (self.single.is_some() && self.file.is_some()) {
            return Ok(false);
        }
        self.finish()?;
        month.clone_into(&mut self.month);
        self.path = format!("{}/{}.csv", self.table, self.single.unwrap_or(month));
        let failed = |source| SimulateError::Write { path: self.path.clone(), source };
        self.file = Some((self.open)(&self.path).map_err(failed)?);
        self.buffer.extend_from_slice(self.header.as_bytes());
        self.buffer.push(b'\n');
        Ok(true)
    }

    /// The buffer that takes the next row.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Writes a full buffer. Called after each row.
    pub(super) fn flush_if_full(&mut self) -> Result<(), SimulateError> {
        if self.buffer.len() >= BUFFER_BYTES { self.write_buffer() } else { Ok(()) }
    }

    /// Writes the buffer and flushes the file. Called after the last row of a file.
    pub(super) fn finish(&mut self) -> Result<(), SimulateError> {
        self.write_buffer()?;
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.flush().map_err(|source| SimulateError::Write { path: self.path.clone(), source })
    }

    fn write_buffer(&mut self) -> Result<(), SimulateError> {
        if let Some(file) = &mut self.file {
            let failed = |source| SimulateError::Write { path: self.path.clone(), source };
            file.write_all(&self.buffer).map_err(failed)?;
        }
        self.buffer.clear();
        Ok(())
    }
}
