//! Rows of text against the crate that reads them elsewhere.

use std::io::Read;

use proptest::prelude::*;

use super::{
    blocks::Blocks,
    csv::{CsvRows, TextForm},
    wrapping::Wrapping,
    *,
};

/// A reader that gives a few bytes at a time.
struct Slow(Vec<u8>, usize);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let end = (self.1 + 7).min(self.0.len());
        let piece = &self.0[self.1..end];
        buffer[..piece.len()].copy_from_slice(piece);
        self.1 = end;
        Ok(piece.len())
    }
}

fn open(text: &[u8]) -> Result<CsvRows<'static>, FileRefused> {
    let blocks = Blocks::new("f.csv", Box::new(Slow(text.to_vec(), 0)), Wrapping::Plain);
    CsvRows::open("f.csv", blocks, TextForm { delimiter: b',', encoding: None })
}

fn rows(text: &str) -> Vec<(u64, String, usize)> {
    let mut source = open(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    loop {
        match source.step().unwrap() {
            Step::End => return found,
            Step::Row | Step::Bad(_) => {
                let raw = String::from_utf8_lossy(source.raw()).into_owned();
                found.push((source.line(), raw, source.width()));
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
    assert_eq!(open("\u{feff} a ,b\n".as_bytes()).unwrap().header, ["a", "b"]);
}

#[test]
fn an_open_quote_is_told_from_a_quote_in_a_cell() {
    for (row, open_quote) in [
        ("1,\"x", true),
        ("1,5\" disc", false),
        ("1,\"a\"\"", true),
        ("1,\"a\"\"\"", false),
        ("\"", true),
        ("\"\",\"a,b\"", false),
        ("\"a\"b,\"", true),
    ] {
        let mut source = open(format!("a,b\n{row}").as_bytes()).unwrap();
        let step = source.step();
        assert_eq!(matches!(step, Err(FileRefused::Truncated { line: 2, .. })), open_quote, "{row}");
    }
}

#[test]
fn names_promise_a_shape() {
    for (name, shape) in [
        ("a.csv", Some(Shape::Csv)),
        ("A.CSV.GZ", Some(Shape::Csv)),
        ("a.tsv.zst", Some(Shape::Tsv)),
        ("a.jsonl", Some(Shape::Ndjson)),
        ("a.ndjson.gz", Some(Shape::Ndjson)),
        ("a.parquet", Some(Shape::Parquet)),
        ("a.xlsx", None),
        ("csv", None),
        ("a.gz", None),
    ] {
        assert_eq!(Shape::of(name), shape, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What the quick way finds is what `csv` finds.
    #[test]
    fn rows_are_those_of_the_csv_crate(text in "[a\u{ac00}1 ,\"\n\r]{0,60}") {
        let whole = format!("x,y\n{text}");
        let mut theirs = Vec::new();
        let mut reader = ::csv::ReaderBuilder::new().flexible(true).from_reader(whole.as_bytes());
        for record in reader.byte_records() {
            theirs.push(record.unwrap().iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect::<Vec<_>>());
        }
        let mut ours = Vec::new();
        let mut source = open(whole.as_bytes()).unwrap();
        loop {
            match source.step() {
                Ok(Step::End) => break,
                // The last row ends inside a quote; theirs is whatever is left.
                Err(_) => { theirs.pop(); break; }
                Ok(_) => ours.push((0..source.width()).map(|place| source.cell(place).unwrap_or_default().to_owned()).collect::<Vec<_>>()),
            }
        }
        prop_assert_eq!(ours, theirs);
    }
}
