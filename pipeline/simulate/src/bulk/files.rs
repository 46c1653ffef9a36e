//! The files of a table: one a local month, or one for all, written through a buffer.

use std::io::Write;

use super::OpenFile;
use crate::error::SimulateError;

const BUFFER: usize = 256 * 1024;

/// Where the rows of a table go.
pub(super) struct TableFiles<'a, 'o> {
    open: &'a mut OpenFile<'o>,
    /// The name of the only file; else files are named after months.
    only: Option<&'a str>,
    table: &'static str,
    header: &'static str,
    month: String,
    path: String,
    file: Option<Box<dyn Write>>,
    buffer: Vec<u8>,
}

impl<'a, 'o> TableFiles<'a, 'o> {
    pub(super) fn new(
        open: &'a mut OpenFile<'o>,
        only: Option<&'a str>,
        table: &'static str,
        header: &'static str,
    ) -> Self {
        let buffer = Vec::with_capacity(BUFFER + 1_024);
        Self { open, only, table, header, month: String::new(), path: String::new(), file: None, buffer }
    }

    /// Turns to the file of a month; true if that opened it.
    ///
    /// A month that is over stays over: where a clock is put back at midnight, its last hour comes twice.
    pub(super) fn turn_to(&mut self, month: &str) -> Result<bool, SimulateError> {
        if month <= self.month.as_str() || (self.only.is_some() && self.file.is_some()) {
            return Ok(false);
        }
        self.finish()?;
        month.clone_into(&mut self.month);
        self.path = format!("{}/{}.csv", self.table, self.only.unwrap_or(month));
        let failed = |source| SimulateError::Write { path: self.path.clone(), source };
        self.file = Some((self.open)(&self.path).map_err(failed)?);
        self.buffer.extend_from_slice(self.header.as_bytes());
        self.buffer.push(b'\n');
        Ok(true)
    }

    /// Where the next row goes.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// After a row.
    pub(super) fn settle(&mut self) -> Result<(), SimulateError> {
        if self.buffer.len() >= BUFFER { self.empty() } else { Ok(()) }
    }

    /// After the last row of a file.
    pub(super) fn finish(&mut self) -> Result<(), SimulateError> {
        self.empty()?;
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.flush().map_err(|source| SimulateError::Write { path: self.path.clone(), source })
    }

    fn empty(&mut self) -> Result<(), SimulateError> {
        if let Some(file) = &mut self.file {
            let failed = |source| SimulateError::Write { path: self.path.clone(), source };
            file.write_all(&self.buffer).map_err(failed)?;
        }
        self.buffer.clear();
        Ok(())
    }
}
