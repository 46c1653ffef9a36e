//! Detection of a format by the first bytes of a file.

/// Bytes at the start that are compared.
const HEAD_BYTES: usize = 1024;

/// Name of a format that is not a text table; none for a text table.
///
/// Text in a declared encoding may have NUL bytes.
pub(crate) fn sniff_format(bytes: &[u8], has_encoding: bool) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let magics: [(&[u8], &str); 10] = [
        (b"PK\x03\x04", "a zip or Excel file"),
        (b"\xd0\xcf\x11\xe0", "an old Excel file"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"BZh", "a bzip2 file"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"\xfd7zXZ", "an xz file"),
        (b"PAR1", "a Parquet file"),
        (b"%PDF", "a PDF file"),
    ];
    if let Some((_, found)) = magics.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(found);
    }
    if !has_encoding && is_utf16(head) {
        return Some("UTF-16 text without a byte order mark");
    }
    // A NUL in a later row is an error of that row; the header of a text table contains none.
    if !has_encoding && head.split(|byte| *byte == b'\n').next().is_some_and(|header| header.contains(&0)) {
        return Some("a binary file");
    }
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let tags = ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--", "<table", "<meta"];
    tags.iter().any(|tag| text.starts_with(tag)).then_some("an HTML or XML page")
}

/// Returns whether every second byte is a NUL, as in Latin text of UTF-16.
fn is_utf16(head: &[u8]) -> bool {
    let nuls = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let half = head.len() / 2;
    half >= 4 && (nuls(0) * 10 > half * 9 && nuls(1) == 0 || nuls(1) * 10 > half * 9 && nuls(0) == 0)
}
