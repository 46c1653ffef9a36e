//! Dialect of a CSV file.

use crate::source::encoding::TextEncoding;

/// Delimiter and encoding of a CSV file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CsvDialect {
    pub(crate) delimiter: u8,
    /// Declared encoding; none if it is detected.
    pub(crate) encoding: Option<TextEncoding>,
}
