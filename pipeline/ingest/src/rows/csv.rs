//! Rows of separated values.
//!
//! A line without a quote is split where its delimiters are; every other row is read by
//! `csv-core`. Both agree on what a row is (a test holds them against each other).

use std::{borrow::Cow, ops::Range};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr3};

use crate::{
    reason::Reason,
    refused::FileRefused,
    rows::{Step, blocks::Blocks, disguise::disguise, encoding::TextEncoding, guard::guarded, trimmed},
};

/// How the text of a file is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextForm {
    pub(crate) delimiter: u8,
    /// None: found by looking.
    pub(crate) encoding: Option<TextEncoding>,
}

pub(crate) struct CsvRows<'a> {
    file: String,
    blocks: Blocks<'a>,
    form: TextForm,
    reader: Reader,
    /// Where the cells of the row lie: in the window, or in `unescaped`.
    cells: Vec<Range<usize>>,
    row: Range<usize>,
    is_unescaped: bool,
    unescaped: Vec<u8>,
    ends: Vec<usize>,
    /// Cells of a row in CP949.
    decoded: Option<Vec<String>>,
    line: u64,
    next_line: u64,
    pub(crate) header: Vec<String>,
}

impl<'a> CsvRows<'a> {
    pub(crate) fn open(file: &str, mut blocks: Blocks<'a>, form: TextForm) -> Result<Self, FileRefused> {
        while !blocks.is_at_end && blocks.rest().len() < 1 << 16 {
            blocks.more(1)?;
        }
        if let Some(found) = disguise(blocks.rest()) {
            return Err(match found {
                "UTF-16 text" => {
                    FileRefused::NotUtf8 { file: file.to_owned(), found: "it is UTF-16".to_owned() }
                }
                found => FileRefused::NotATable { file: file.to_owned(), found, wanted: "CSV" },
            });
        }
        if blocks.rest().starts_with(b"\xef\xbb\xbf") {
            blocks.advance(3);
        }
        let mut rows = Self {
            file: file.to_owned(),
            blocks,
            form,
            reader: ReaderBuilder::new().delimiter(form.delimiter).build(),
            cells: Vec::new(),
            row: 0..0,
            is_unescaped: false,
            unescaped: Vec::new(),
            ends: vec![0; 64],
            decoded: None,
            line: 1,
            next_line: 1,
            header: Vec::new(),
        };
        if !rows.find()? {
            return Err(FileRefused::Empty { file: file.to_owned() });
        }
        if !rows.is_text() {
            return Err(FileRefused::NotUtf8 {
                file: file.to_owned(),
                found: format!("the header on line {} has other bytes", rows.line),
            });
        }
        rows.decode();
        rows.header =
            (0..rows.cells.len()).map(|place| rows.cell(place).unwrap_or_default().to_owned()).collect();
        Ok(rows)
    }

    pub(crate) fn step(&mut self) -> Result<Step, FileRefused> {
        if !self.find()? {
            return Ok(Step::End);
        }
        if !self.is_text() {
            return Ok(Step::Bad(Reason::BadEncoding));
        }
        if memchr(0, self.raw()).is_some() {
            return Ok(Step::Bad(Reason::NulByte));
        }
        if self.cells.len() != self.header.len() {
            return Ok(Step::Bad(Reason::RaggedRow));
        }
        self.decode();
        Ok(Step::Row)
    }

    pub(crate) fn is_cp949(&self) -> bool {
        self.form.encoding == Some(TextEncoding::Cp949)
    }

    /// The line on which the row starts, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The bytes of the row as they are in the file, without the line break.
    pub(crate) fn raw(&self) -> &[u8] {
        self.blocks.piece(self.row.start, self.row.end)
    }

    /// How many cells the row has.
    #[cfg(test)]
    pub(crate) fn width(&self) -> usize {
        self.cells.len()
    }

    /// The text of the row and where its cells lie in it, unless they had to be decoded.
    pub(crate) fn text(&self) -> Option<(&str, &[Range<usize>], usize)> {
        let (bytes, base) = match (&self.decoded, self.is_unescaped) {
            (Some(_), _) => return None,
            (None, true) => (&self.unescaped[..self.cells.last()?.end], 0),
            (None, false) => (self.raw(), self.row.start),
        };
        Some((std::str::from_utf8(bytes).ok()?, &self.cells, base))
    }

    /// A cell without the space around it; none if nothing is left.
    pub(crate) fn cell(&self, place: usize) -> Option<&str> {
        match &self.decoded {
            Some(decoded) => trimmed(decoded.get(place)?),
            None => trimmed(std::str::from_utf8(self.bytes(place)?).ok()?),
        }
    }

    fn bytes(&self, place: usize) -> Option<&[u8]> {
        let cell = self.cells.get(place)?;
        Some(if self.is_unescaped {
            &self.unescaped[cell.clone()]
        } else {
            self.blocks.piece(cell.start, cell.end)
        })
    }

    /// Whether the row is text, in the encoding declared or found.
    fn is_text(&mut self) -> bool {
        let raw = self.blocks.piece(self.row.start, self.row.end);
        if raw.is_ascii() {
            return true;
        }
        let encoding = *self.form.encoding.get_or_insert_with(|| {
            // The first letters that are not ASCII decide, with as many of the lines after them as there are.
            let ahead = self.blocks.piece(self.row.start, self.blocks.start() + self.blocks.rest().len());
            TextEncoding::of(ahead).unwrap_or(TextEncoding::Utf8)
        });
        encoding.holds(raw)
    }

    fn decode(&mut self) {
        self.decoded = None;
        let raw = self.blocks.piece(self.row.start, self.row.end);
        if self.form.encoding == Some(TextEncoding::Cp949) && !raw.is_ascii() {
            let cell = |place| TextEncoding::Cp949.decode(self.bytes(place).unwrap_or_default());
            let cells =
                (0..self.cells.len()).map(|place| cell(place).map(Cow::into_owned).unwrap_or_default());
            self.decoded = Some(cells.collect());
        }
    }

    /// Finds the next row that is not an empty line.
    fn find(&mut self) -> Result<bool, FileRefused> {
        let mut looked_at = 0;
        loop {
            self.line = self.next_line;
            let rest = self.blocks.rest();
            let found = memchr3(b'\n', b'\r', b'"', &rest[looked_at..]).map(|at| at + looked_at);
            let (length, taken) = match found {
                None if !self.blocks.is_at_end => {
                    looked_at = rest.len();
                    self.blocks.more(self.line)?;
                    continue;
                }
                None if rest.is_empty() => return Ok(false),
                None => (rest.len(), rest.len()),
                Some(at) if rest[at] == b'"' => {
                    let found = guarded(|| self.find_quoted());
                    return found.unwrap_or_else(|panicked| Err(panicked.damaged(&self.file, "CSV")));
                }
                Some(at) if rest[at] == b'\n' => (at, at + 1),
                // A carriage return at the end of the window may have its other half behind it.
                Some(at) if at + 1 == rest.len() && !self.blocks.is_at_end => {
                    looked_at = at;
                    self.blocks.more(self.line)?;
                    continue;
                }
                Some(at) => (at, at + 1 + usize::from(rest.get(at + 1) == Some(&b'\n'))),
            };
            self.next_line += 1;
            let start = self.blocks.start();
            self.blocks.advance(taken);
            looked_at = 0;
            if length > 0 {
                self.split(start..start + length);
                return Ok(true);
            }
        }
    }

    fn split(&mut self, row: Range<usize>) {
        self.is_unescaped = false;
        self.cells.clear();
        let mut from = row.start;
        for at in memchr_iter(self.form.delimiter, self.blocks.piece(row.start, row.end)) {
            self.cells.push(from..row.start + at);
            from = row.start + at + 1;
        }
        self.cells.push(from..row.end);
        self.row = row;
    }

    /// A row with a quote somewhere in it.
    fn find_quoted(&mut self) -> Result<bool, FileRefused> {
        let (length, cells) = loop {
            self.reader.reset();
            let rest = self.blocks.rest();
            self.unescaped.resize(rest.len() + 1, 0);
            let (mut read, mut written, mut cells) = (0, 0, 0);
            let ended = loop {
                let (result, taken, given, ended) = self.reader.read_record(
                    &rest[read..],
                    &mut self.unescaped[written..],
                    &mut self.ends[cells..],
                );
                (read, written, cells) = (read + taken, written + given, cells + ended);
                match result {
                    ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                    // The output is as large as the input, so it never fills.
                    ReadRecordResult::OutputFull => self.unescaped.resize(self.unescaped.len() * 2, 0),
                    // An empty input after the last byte ends the row.
                    ReadRecordResult::InputEmpty if self.blocks.is_at_end => {}
                    ReadRecordResult::InputEmpty => break false,
                    ReadRecordResult::Record | ReadRecordResult::End => break true,
                }
            };
            // The other half of a line break may lie behind the window.
            let is_whole = ended && (read < rest.len() || self.blocks.is_at_end);
            if is_whole {
                let broken = rest[..read].ends_with(b"\r") && rest.get(read) == Some(&b'\n');
                break (read + usize::from(broken), cells);
            }
            self.blocks.more(self.line)?;
        };
        let start = self.blocks.start();
        let rest = self.blocks.rest();
        let mut end = length;
        while end > 0 && matches!(rest[end - 1], b'\r' | b'\n') {
            end -= 1;
        }
        if length == rest.len() && self.blocks.is_at_end && is_open(&rest[..length], self.form.delimiter) {
            return Err(FileRefused::Truncated { file: self.file.clone(), line: self.line });
        }
        self.next_line += line_breaks(&rest[..end]) + u64::from(end < length);
        self.is_unescaped = true;
        self.cells.clear();
        let mut from = 0;
        for end in &self.ends[..cells] {
            self.cells.push(from..*end);
            from = *end;
        }
        self.row = start..start + end;
        self.blocks.advance(length);
        Ok(true)
    }
}

fn line_breaks(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
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
