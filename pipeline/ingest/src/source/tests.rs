//! CSV records compared with the `csv` crate.

use std::io::Read;

use proptest::prelude::*;

use crate::{
    report::file_error::FileError,
    source::{
        csv::CsvReader, csv_dialect::CsvDialect, file::Compression, read_window::ReadWindow,
        record::NextRecord,
    },
};

/// A reader that returns a few bytes at a time.
struct SlowReader(Vec<u8>, usize);

impl Read for SlowReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let end = (self.1 + 7).min(self.0.len());
        let piece = &self.0[self.1..end];
        buffer[..piece.len()].copy_from_slice(piece);
        self.1 = end;
        Ok(piece.len())
    }
}

fn open(text: &[u8]) -> Result<CsvReader<'static>, FileError> {
    let window = ReadWindow::new("f.csv", Box::new(SlowReader(text.to_vec(), 0)), Compression::None);
    CsvReader::open("f.csv", window, CsvDialect { delimiter: b',', encoding: None })
}

fn read_records(text: &str) -> Vec<(u64, String, usize)> {
    let mut reader = open(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    loop {
        match reader.next_record().unwrap() {
            NextRecord::End => return found,
            NextRecord::Valid | NextRecord::Malformed(_) => {
                let raw = String::from_utf8_lossy(reader.raw()).into_owned();
                found.push((reader.line(), raw, reader.width()));
            }
        }
    }
}

#[test]
fn line_numbers() {
    for line_break in ["\n", "\r\n"] {
        let text = ["\u{feff}a,b", "1,\"x", "y\"", "", "", "2,z", "3"].join(line_break);
        let quoted = format!("1,\"x{line_break}y\"");
        let expected = vec![(2, quoted, 2), (6, "2,z".to_owned(), 2), (7, "3".to_owned(), 1)];
        assert_eq!(read_records(&text), expected);
        assert_eq!(read_records(&format!("{text}{line_break}")), expected);
    }
}

#[test]
fn byte_order_mark_is_skipped() {
    assert_eq!(open("\u{feff} a ,b\n".as_bytes()).unwrap().header, ["a", "b"]);
}

#[test]
fn unclosed_quotes_are_errors() {
    for (row, open_quote) in [
        ("1,\"x", true),
        ("1,5\" disc", false),
        ("1,\"a\"\"", true),
        ("1,\"a\"\"\"", false),
        ("\"", true),
        ("\"\",\"a,b\"", false),
        ("\"a\"b,\"", true),
    ] {
        let mut reader = open(format!("a,b\n{row}").as_bytes()).unwrap();
        let record = reader.next_record();
        assert_eq!(matches!(record, Err(FileError::Truncated { line: 2, .. })), open_quote, "{row}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Fast path and quoted path give the records of the `csv` crate.
    #[test]
    fn records_equal_those_of_the_csv_crate(text in "[a\u{ac00}1 ,\"\n\r]{0,60}") {
        let whole = format!("x,y\n{text}");
        let mut expected = Vec::new();
        let mut csv_reader = csv::ReaderBuilder::new().flexible(true).from_reader(whole.as_bytes());
        for record in csv_reader.byte_records() {
            expected.push(record.unwrap().iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect::<Vec<_>>());
        }
        let mut found = Vec::new();
        let mut reader = open(whole.as_bytes()).unwrap();
        loop {
            match reader.next_record() {
                Ok(NextRecord::End) => break,
                // The last record ends inside a quote; `csv` returns the rest.
                Err(_) => { expected.pop(); break; }
                Ok(_) => found.push((0..reader.width()).map(|column| reader.cell(column).unwrap_or_default().to_owned()).collect::<Vec<_>>()),
            }
        }
        prop_assert_eq!(found, expected);
    }
}
