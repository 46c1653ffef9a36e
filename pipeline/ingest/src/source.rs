//! The rows of one file: where each starts, which cells it has, and which are no rows at all.
//!
//! The whole file is held in memory: the line, the raw text of a bad row and the
//! content hash then all come from the same bytes.

use std::{fs, ops::Range};

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::{attributes::Inference, inbox::InboxFile, reason::Reason, refused::FileRefused};

/// The forms in which a file may come. Others (NDJSON, Parquet, compressed) are a new variant here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Comma-separated values, or another separator stated by the mapping.
    Csv,
}

impl Shape {
    /// The shape that a file name promises.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        extension.eq_ignore_ascii_case("csv").then_some(Self::Csv)
    }
}

/// A file's bytes and their hash.
pub(crate) struct Bytes {
    pub(crate) all: Vec<u8>,
    pub(crate) content_hash: String,
}

impl Bytes {
    pub(crate) fn read(file: &InboxFile) -> Result<Self, FileRefused> {
        let all = fs::read(&file.path)
            .map_err(|source| FileRefused::Unreadable { file: file.name.clone(), source })?;
        let content_hash = blake3::hash(&all).to_hex().to_string();
        Ok(Self { all, content_hash })
    }
}

/// Where a row lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowAt {
    /// Line on which it starts, from 1.
    pub(crate) line: u64,
    /// Its bytes, without the line break.
    pub(crate) span: Range<usize>,
}

/// One step through the rows.
pub(crate) enum Step {
    /// No more rows.
    End,
    /// A row with as many cells as the header.
    Row(RowAt),
    /// A row that cannot be read.
    Bad(RowAt, Reason),
}

/// The rows of a CSV file.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    start: usize,
    delimiter: u8,
    is_utf8: bool,
    reader: Reader<&'a [u8]>,
    record: ByteRecord,
    line: u64,
    /// The header, cells trimmed.
    pub(crate) header: Vec<String>,
    /// The row read last, to see how the file ends.
    last: Option<RowAt>,
}

impl<'a> Source<'a> {
    /// Reads the header, after a look at whether this is text at all.
    pub(crate) fn open(file: &str, bytes: &'a [u8], delimiter: u8) -> Result<Self, FileRefused> {
        if let Some(found) = disguise(bytes) {
            return Err(match found {
                "UTF-16 text" => {
                    FileRefused::NotUtf8 { file: file.to_owned(), found: "it is UTF-16".to_owned() }
                }
                found => FileRefused::NotCsv { file: file.to_owned(), found },
            });
        }
        let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(&bytes[start..]);
        let mut source = Self {
            bytes,
            start,
            delimiter,
            is_utf8: std::str::from_utf8(bytes).is_ok(),
            reader,
            record: ByteRecord::new(),
            line: 1,
            header: Vec::new(),
            last: None,
        };
        let Some(at) = source.advance(file)? else {
            return Err(FileRefused::Empty { file: file.to_owned() });
        };
        for cell in &source.record {
            let cell = std::str::from_utf8(cell).map_err(|_| FileRefused::NotUtf8 {
                file: file.to_owned(),
                found: format!("the header on line {} has other bytes", at.line),
            })?;
            source.header.push(cell.trim().to_owned());
        }
        for (place, name) in source.header.iter().enumerate() {
            if !name.is_empty() && source.header[..place].contains(name) {
                return Err(FileRefused::ColumnTwice { file: file.to_owned(), column: name.clone() });
            }
        }
        Ok(source)
    }

    /// The next row; its cells are then had from [`Self::cell`].
    pub(crate) fn step(&mut self, file: &str) -> Result<Step, FileRefused> {
        let Some(at) = self.advance(file)? else {
            self.must_end_well(file)?;
            return Ok(Step::End);
        };
        if self.record.len() != self.header.len() {
            return Ok(Step::Bad(at, Reason::RaggedRow));
        }
        if !self.is_utf8 && std::str::from_utf8(&self.bytes[at.span.clone()]).is_err() {
            return Ok(Step::Bad(at, Reason::BadEncoding));
        }
        Ok(Step::Row(at))
    }

    /// A cell of the row read last, without the space around it; none if nothing is left.
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        let text = std::str::from_utf8(self.record.get(column)?).ok()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The raw text of a row.
    pub(crate) fn raw(&self, at: &RowAt) -> &'a [u8] {
        &self.bytes[at.span.clone()]
    }

    /// What the cells of some columns allow, over the whole file. Reads it once more.
    pub(crate) fn infer(&self, file: &str, columns: &[usize]) -> Result<Vec<Inference>, FileRefused> {
        let mut found = vec![Inference::default(); columns.len()];
        let mut again = Self::open(file, self.bytes, self.delimiter)?;
        loop {
            match again.step(file)? {
                Step::End => return Ok(found),
                Step::Bad(..) => {}
                Step::Row(_) => {
                    for (inference, column) in found.iter_mut().zip(columns) {
                        if let Some(cell) = again.cell(*column) {
                            inference.see(cell);
                        }
                    }
                }
            }
        }
    }

    /// The csv crate counts an empty line, and the second half of a line break,
    /// as the start of the row that follows; a reader of `rejects` would not.
    fn advance(&mut self, file: &str) -> Result<Option<RowAt>, FileRefused> {
        let from = self.position();
        let more = self.reader.read_byte_record(&mut self.record);
        let more =
            more.map_err(|error| FileRefused::Engine { file: file.to_owned(), message: error.to_string() })?;
        if !more {
            return Ok(None);
        }
        let mut span = from..self.position();
        while matches!(self.bytes.get(span.start), Some(b'\r' | b'\n')) && span.start < span.end {
            self.line += u64::from(self.bytes[span.start] == b'\n');
            span.start += 1;
        }
        let line = self.line;
        let breaks = self.bytes[span.clone()].iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(breaks).unwrap_or(u64::MAX);
        while span.end > span.start && matches!(self.bytes[span.end - 1], b'\r' | b'\n') {
            span.end -= 1;
        }
        let at = RowAt { line, span };
        self.last = Some(at.clone());
        Ok(Some(at))
    }

    fn position(&self) -> usize {
        self.start + usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX)
    }

    /// An unclosed quote swallows the rest of the file into the last row.
    fn must_end_well(&self, file: &str) -> Result<(), FileRefused> {
        match &self.last {
            Some(at) if is_open(&self.bytes[at.span.clone()], self.delimiter) => {
                Err(FileRefused::Truncated { file: file.to_owned(), line: at.line })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a row ends inside a quoted cell.
fn is_open(row: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    let mut bytes = row.iter().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            if *byte == b'"' && bytes.next_if(|next| **next == b'"').is_none() {
                quoted = false;
            }
        } else if *byte == b'"' && at_start {
            quoted = true;
        }
        at_start = !quoted && *byte == delimiter;
    }
    quoted
}

/// What a file is that is no CSV, by its first bytes.
fn disguise(bytes: &[u8]) -> Option<&'static str> {
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
    if head.contains(&0) {
        return Some("a binary file");
    }
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let tags = ["<!doctype", "<html", "<head", "<body", "<?xml", "<!--"];
    tags.iter().any(|tag| text.starts_with(tag)).then_some("an HTML or XML page")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, String, usize)> {
        let mut source = Source::open("f.csv", text.as_bytes(), b',').unwrap();
        let mut found = Vec::new();
        loop {
            match source.step("f.csv").unwrap() {
                Step::End => return found,
                Step::Row(at) | Step::Bad(at, _) => {
                    let raw = String::from_utf8_lossy(source.raw(&at)).into_owned();
                    found.push((at.line, raw, source.record.len()));
                }
            }
        }
    }

    #[test]
    fn lines_are_right_whatever_breaks_them() {
        for line_break in ["\n", "\r\n"] {
            let text = ["\u{feff}a,b", "1,\"x", "y\"", "", "", "2,z", "3"].join(line_break);
            let quoted = format!("1,\"x{line_break}y\"");
            let expected = vec![(2, quoted, 2), (6, "2,z".to_owned(), 2), (7, "3".to_owned(), 1)];
            assert_eq!(rows(&text), expected);
            assert_eq!(rows(&format!("{text}{line_break}")), expected);
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_header() {
        let source = Source::open("f.csv", "\u{feff} a ,b\n".as_bytes(), b',').unwrap();
        assert_eq!(source.header, ["a", "b"]);
    }

    #[test]
    fn an_open_quote_is_told_from_a_quote_in_a_cell() {
        for (row, open) in [
            ("1,\"x", true),
            ("1,5\" disc", false),
            ("1,\"a\"\"", true),
            ("1,\"a\"\"\"", false),
            ("\"", true),
            ("\"\",\"a,b\"", false),
            ("\"a\"b,\"", true),
        ] {
            assert_eq!(is_open(row.as_bytes(), b','), open, "{row}");
        }
    }

    #[test]
    fn only_csv_is_read() {
        assert_eq!(Shape::of("a.csv"), Some(Shape::Csv));
        assert_eq!(Shape::of("A.CSV"), Some(Shape::Csv));
        assert_eq!((Shape::of("a.csv.gz"), Shape::of("csv")), (None, None));
    }
}
