//! Detection of a format by the first bytes of a file.

/// Name of a format that is not a text table; none for a text table.
pub(crate) fn sniff_format(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(1024)];
    let magics: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "a zip or Excel file"),
        (b"\xd0\xcf\x11\xe0", "an old Excel file"),
        (b"\x1f\x8b", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"PAR1", "a Parquet file"),
        (b"%PDF", "a PDF file"),
        (b"\xff\xfe", "UTF-16 text"),
        (b"\xfe\xff", "UTF-16 text"),
    ];
    if let Some((_, found)) = magics.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(found);
    }
    // A NUL in a later row is an error of that row; the header of a text table contains none.
    if head.split(|byte| *byte == b'\n').next().is_some_and(|header| header.contains(&0)) {
        return Some("a binary file");
    }
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let tags = ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--"];
    tags.iter().any(|tag| text.starts_with(tag)).then_some("an HTML or XML page")
}
