//! Start of a text file: byte order mark, declared encoding, format.

use crate::{
    report::file_error::FileError,
    source::{encoding::TextEncoding, read_window::ReadWindow, sniff::sniff_format},
};

/// Bytes that are read before the format is detected.
const SNIFF_BYTES: usize = 1 << 16;

/// Skips the byte order mark, converts a declared encoding, and checks the format.
///
/// Returns the encoding, if the mark or the mapping states it.
pub(super) fn start_text(
    file: &str,
    window: &mut ReadWindow<'_>,
    declared: Option<TextEncoding>,
    expected: &'static str,
) -> Result<Option<TextEncoding>, FileError> {
    window.fill_to(SNIFF_BYTES, 1)?;
    let rest = window.rest();
    let marked = encoding_rs::Encoding::for_bom(rest);
    let encoding = marked.map(|(encoding, _)| TextEncoding(encoding)).or(declared);
    if marked.is_none()
        && let Some(found) = sniff_format(rest, encoding.is_some())
    {
        return Err(FileError::WrongFormat { file: file.to_owned(), found, expected });
    }
    window.advance(marked.map_or(0, |(_, length)| length));
    if let Some(encoding) = encoding.filter(|encoding| !encoding.is_utf8()) {
        window.transcode(encoding)?;
    }
    if marked.is_some()
        && let Some(found) = sniff_format(window.rest(), true)
    {
        return Err(FileError::WrongFormat { file: file.to_owned(), found, expected });
    }
    Ok(encoding)
}
