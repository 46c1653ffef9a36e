//! Outcome of reading one record, and the text of its cells.

use crate::report::reject_reason::RejectReason;

/// Outcome of reading one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextRecord {
    /// End of the file.
    End,
    /// A record with as many cells as the header.
    Valid,
    /// A record that cannot be read.
    Malformed(RejectReason),
}

/// Trims a cell; none if nothing is left.
#[inline]
pub(crate) fn trim_cell(text: &str) -> Option<&str> {
    let is_graphic = |byte: &u8| byte.is_ascii_graphic();
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(is_graphic) && bytes.last().is_some_and(is_graphic) {
        return Some(text);
    }
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}
