//! CSV records: quotes, encodings, lines, and a comparison with the `csv` crate.

use std::io::Read;

use proptest::prelude::*;

use crate::{
    report::{file_error::FileError, reject_reason::RejectReason},
    source::{
        csv::CsvReader, file::Compression, file_layout::FileLayout, read_window::ReadWindow,
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
    CsvReader::open("f.csv", window, &FileLayout::default())
}

/// First cell and error of each record, by line.
fn read_lines(text: impl AsRef<[u8]>, layout: &FileLayout) -> Vec<(u64, String, Option<RejectReason>)> {
    let window = ReadWindow::new("f.csv", Box::new(SlowReader(text.as_ref().to_vec(), 0)), Compression::None);
    let mut reader = CsvReader::open("f.csv", window, layout).unwrap();
    let mut found = Vec::new();
    loop {
        let error = match reader.next_record().unwrap() {
            NextRecord::End => return found,
            NextRecord::Valid => None,
            NextRecord::Malformed(reason) => Some(reason),
        };
        found.push((reader.line(), reader.cell(1).unwrap_or_default().to_owned(), error));
    }
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
fn unclosed_quotes_of_the_last_line_are_errors() {
    for (row, open_quote) in [
        ("1,\"x", true),
        ("1,5\" disc", false),
        ("1,\"a\"\"", true),
        ("1,\"a\"\"\"", false),
        ("\"", true),
        ("\"\",\"a,b\"", false),
        // Text behind a closing quote.
        ("\"a\"b,\"", false),
    ] {
        let mut reader = open(format!("a,b\n{row}").as_bytes()).unwrap();
        let record = reader.next_record();
        assert_eq!(matches!(record, Err(FileError::Truncated { line: 2, .. })), open_quote, "{row}");
    }
}

/// Lines of the valid records, and lines of those with a stray quote.
fn stray_lines(text: &str, quote: Option<u8>) -> (Vec<u64>, Vec<u64>) {
    let found = read_lines(text, &FileLayout { quote, ..FileLayout::default() });
    let lines = |wanted: Option<RejectReason>| {
        found.iter().filter(|own| own.2 == wanted).map(|own| own.0).collect::<Vec<_>>()
    };
    (lines(None), lines(Some(RejectReason::StrayQuote)))
}

#[test]
fn stray_quotes_are_faults_of_their_row() {
    let table = |rows: &[&str]| format!("id,text,n\n{}\n", rows.join("\n"));
    for (text, valid, stray) in [
        // Text behind a closing quote.
        (table(&["1,\"a\"b,1", "2,b,1"]), vec![3], vec![2]),
        (table(&["1,\"9 inch,1", "2,b,1", "3,9\" plate,1", "4,d,1"]), vec![3, 4, 5], vec![2]),
        // The next quote closes the cell at the end of a cell or of a line: csvkit#433, CSV.jl#1096.
        (table(&["1,\"9 inch,1", "2,b,1", "3,plate 9\",1", "4,d,1"]), vec![3, 4, 5], vec![2]),
        (table(&["1,b,\"9 inch", "2,b,1", "3,b,plate 9\"", "4,d,1"]), vec![3, 4, 5], vec![2]),
        // Nothing closes it.
        (table(&["1,\"9 inch,1", "2,b,1", "3,\"\",1"]), vec![3, 4], vec![2]),
        // Quotes escaped by a backslash: polars#15022, csvlint.rb#187.
        (table(&["1,\"a \\\" b\",1", "2,b,1", "3,\"a \\\" c\",1", "4,d,1"]), vec![3, 5], vec![2, 4]),
        // Cells over several lines, and blanks behind the quote.
        (table(&["1,\"a\nb, c\n\nd\",1", "2,\"b\" ,1", "3,5\" disc,1"]), vec![2, 6, 7], vec![]),
        (table(&["1,\"a\r\nb\",1", "2,\"x, y\nz\",1"]), vec![2, 4], vec![]),
    ] {
        assert_eq!(stray_lines(&text, Some(b'"')), (valid, stray), "{text}");
    }
}

#[test]
fn other_quotes() {
    // Unescaped inches in a feed: max-mapper/binary-csv#7, pandas#21695.
    let text = "id,text\n1,\"16\n2,b\n3,\"12\" x\n";
    assert_eq!(stray_lines(text, None), (vec![2, 3, 4], vec![]));
    let layout = FileLayout { quote: Some(b'\''), ..FileLayout::default() };
    let found = read_lines("id,text\n1,'a, ''b'' \"'\n", &layout);
    assert_eq!(found, [(2, "a, 'b' \"".to_owned(), None)]);
}

#[test]
fn lines_above_the_header() {
    // Quotes in skipped lines have no meaning: pandas#14459.
    let text = "title, with \"\n\n\"period\"x\nid,text\n1,a\n";
    let layout = FileLayout { skip_lines: 3, ..FileLayout::default() };
    assert_eq!(read_lines(text, &layout), [(5, "a".to_owned(), None)]);
    let window = ReadWindow::new("f.csv", Box::new(SlowReader(b"a\nb\n".to_vec(), 0)), Compression::None);
    let found = CsvReader::open("f.csv", window, &layout);
    assert!(matches!(found, Err(FileError::NoHeader { skipped: 3, .. })));
}

#[test]
fn encodings_of_files() {
    use encoding_rs::{EUC_KR, GB18030, SHIFT_JIS, UTF_16LE};
    let text = "id,text\n1,plain\n2,表示ソース|能力\n3,\"限定, マグカップ\"\n";
    let expected = [(2, "plain"), (3, "表示ソース|能力"), (4, "限定, マグカップ")];
    let expected = expected.map(|(line, cell)| (line, cell.to_owned(), None));
    let (bytes, _, _) = SHIFT_JIS.encode(text);
    assert_eq!(read_lines(&bytes, &FileLayout::default()), expected);
    // A UTF-16 file with a byte order mark, as Excel saves `Unicode text`.
    for is_little in [true, false] {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let utf16: Vec<u8> =
            units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        assert_eq!(read_lines(&utf16, &FileLayout::default()), expected);
    }
    let encoding = Some(crate::source::encoding::TextEncoding(UTF_16LE));
    let unmarked: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_lines(&unmarked, &FileLayout { encoding, ..FileLayout::default() }), expected);
    // An invalid character is a fault of its row, and the delimiter is not part of a character.
    let (korean, _, _) = EUC_KR.encode("id,text\n1,한정판 머그컵\n");
    let broken = [&*korean, b"2,\xb0\xff\n3,x\n"].concat();
    let found = read_lines(&broken, &FileLayout::default());
    assert_eq!(found[1].2, Some(RejectReason::BadEncoding));
    assert_eq!((found[0].1.as_str(), found[2].1.as_str()), ("한정판 머그컵", "x"));
    // A delimiter that is the second byte of a character: 0x7c in GB18030.
    let (chinese, _, _) = GB18030.encode("id|text\n1|限量马克杯 東|\n");
    let layout = FileLayout {
        delimiter: b'|',
        encoding: Some(crate::source::encoding::TextEncoding(GB18030)),
        ..FileLayout::default()
    };
    assert_eq!(read_lines(&chinese, &layout)[0].2, Some(RejectReason::RaggedRow));
    let (chinese, _, _) = GB18030.encode("id|text\n1|瞸\n");
    assert!(chinese[8..].contains(&b'|'));
    assert_eq!(read_lines(&chinese, &layout), [(2, "瞸".to_owned(), None)]);
}

/// Rows of cells with quotes, delimiters and line breaks.
fn cells() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = "[a\u{ac00}1 ,\"\n\r]{0,6}";
    proptest::collection::vec(proptest::collection::vec(cell, 3), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Rows that the `csv` crate writes are read with its cells.
    #[test]
    fn records_equal_those_of_the_csv_crate(rows in cells(), terminator in prop::sample::select(vec!["\n", "\r\n"])) {
        let terminator = if terminator == "\n" { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["x", "y", "z"]).unwrap();
        // More than two delimiters, so that no line looks like a row.
        let rows: Vec<Vec<String>> = rows.into_iter().map(|mut row| { row[1].push_str("!,,,"); row }).collect();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let text = writer.into_inner().unwrap();
        let mut reader = open(&text).unwrap();
        let mut found = Vec::new();
        while let NextRecord::Valid = reader.next_record().unwrap() {
            found.push((0..3).map(|column| reader.cell(column).unwrap_or_default().to_owned()).collect::<Vec<_>>());
        }
        let trimmed = |row: &Vec<String>| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(found, rows.iter().map(trimmed).collect::<Vec<_>>());
    }

    /// Every line is in exactly one record, whatever the quotes are.
    #[test]
    fn every_line_is_in_one_record(text in "[a1 ,\"\n]{0,60}") {
        let whole = format!("x,y\n{text}\n");
        let mut reader = open(whole.as_bytes()).unwrap();
        let (mut records, mut next) = (Vec::new(), 2);
        while reader.next_record().unwrap() != NextRecord::End {
            let raw = String::from_utf8(reader.raw().to_vec()).unwrap();
            prop_assert!(reader.line() >= next);
            next = reader.line() + raw.matches('\n').count() as u64 + 1;
            records.push(raw);
        }
        let lines = |text: &str| text.split('\n').filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(lines(&records.join("\n")), lines(&text));
    }
}
