//! Layout of a file, as its mapping states it.

use crate::source::encoding::TextEncoding;

/// Layout of a file. Each key applies to the formats that have it.
#[derive(Clone, Debug)]
pub(crate) struct FileLayout {
    /// Delimiter of separated values.
    pub(crate) delimiter: u8,
    /// Quote character of separated values; none if quotes are text.
    pub(crate) quote: Option<u8>,
    /// Declared encoding; none if it is detected.
    pub(crate) encoding: Option<TextEncoding>,
    /// Number of lines, or sheet rows, above the header.
    pub(crate) skip_lines: u64,
    /// Sheet of a workbook; none for the first visible one.
    pub(crate) sheet: Option<String>,
    /// Key of the array that contains the records of a JSON object.
    pub(crate) records: Option<String>,
}

impl Default for FileLayout {
    fn default() -> Self {
        Self { delimiter: b',', quote: Some(b'"'), encoding: None, skip_lines: 0, sheet: None, records: None }
    }
}
