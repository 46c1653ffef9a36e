//! Reader for JSON records: an object per line, the objects of an array, or single objects over several lines.
//!
//! An array is read element by element, so its size does not matter.

use std::{borrow::Cow, collections::HashSet};

use memchr::memchr;
use serde_json::Value;

use crate::{
    report::{file_error::FileError, reject_reason::RejectReason},
    source::{
        file_layout::FileLayout,
        json_cursor::JsonCursor,
        json_fields::{JsonFields, parse_fields},
        json_values::{separators, starts_with_pretty_object},
        panic_guard::decode,
        read_window::ReadWindow,
        record::{NextRecord, trim_cell},
        text_start::start_text,
    },
};

/// Shape of a JSON file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JsonShape {
    /// One object per line.
    Lines,
    /// Elements of an array.
    Array,
    /// Elements of the arrays that are the values of a key, in one object or several.
    KeyedArray,
    /// Objects over several lines.
    Objects,
    /// Behind the end of the array.
    End,
}

pub(crate) struct JsonReader<'a> {
    cursor: JsonCursor<'a>,
    shape: JsonShape,
    record: (usize, usize),
    cells: Vec<Option<String>>,
    /// Key of the array with the records.
    records: Option<String>,
    line: u64,
    pub(crate) header: Vec<String>,
}

impl<'a> JsonReader<'a> {
    /// Collects the keys of all records, in order of first occurrence.
    pub(crate) fn collect_keys(
        file: &str,
        window: ReadWindow<'a>,
        layout: &FileLayout,
    ) -> Result<Vec<String>, FileError> {
        let mut reader = Self::open(file, window, layout, Vec::new())?;
        let mut known = HashSet::new();
        let (mut keys, mut records) = (Vec::new(), 0_u64);
        while reader.find_record()? {
            records += 1;
            for key in reader.fields()?.into_iter().flatten().map(|(key, _)| key) {
                if known.insert(key.clone()) {
                    keys.push(key);
                }
            }
        }
        if records == 0 {
            return Err(FileError::Empty { file: file.to_owned() });
        }
        if keys.is_empty() {
            return Err(FileError::WrongFormat {
                file: file.to_owned(),
                found: "text without a single JSON object",
                expected: "JSON",
            });
        }
        Ok(keys)
    }

    pub(crate) fn open(
        file: &str,
        mut window: ReadWindow<'a>,
        layout: &FileLayout,
        header: Vec<String>,
    ) -> Result<Self, FileError> {
        start_text(file, &mut window, layout.encoding, "JSON")?;
        let mut reader = Self {
            cursor: JsonCursor { file: file.to_owned(), window, next_line: 1 },
            shape: JsonShape::Lines,
            record: (0, 0),
            cells: Vec::new(),
            records: layout.records.clone(),
            line: 1,
            header,
        };
        reader.find_shape()?;
        Ok(reader)
    }

    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        if !self.find_record()? {
            return Ok(NextRecord::End);
        }
        if std::str::from_utf8(self.raw()).is_err() {
            return Ok(NextRecord::Malformed(RejectReason::BadEncoding));
        }
        let Some(mut fields) = self.fields()? else {
            return Ok(NextRecord::Malformed(RejectReason::BadJson));
        };
        let take =
            |key: &String| fields.iter_mut().find(|(own, _)| own == key).and_then(|(_, text)| text.take());
        self.cells = self.header.iter().map(take).collect();
        if self.cells.iter().flatten().any(|text| text.contains('\0')) {
            return Ok(NextRecord::Malformed(RejectReason::NulByte));
        }
        Ok(NextRecord::Valid)
    }

    /// Fields of the current record; none if it is not a JSON object.
    fn fields(&self) -> Result<Option<JsonFields>, FileError> {
        decode(&self.cursor.file, "JSON", || Ok(parse_fields(self.raw())))
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn raw(&self) -> &[u8] {
        self.cursor.window.slice(self.record.0, self.record.1)
    }

    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        trim_cell(self.cells.get(column)?.as_deref()?)
    }

    /// Decides by the first value, and moves to the first record.
    fn find_shape(&mut self) -> Result<(), FileError> {
        let rest = self.cursor.window.rest();
        let start = separators(rest, false);
        let value = &rest[start..];
        if value.starts_with(b"[") {
            self.cursor.consume(start + 1);
            self.shape = JsonShape::Array;
        } else if value.starts_with(b"{") && self.records.is_some() {
            self.cursor.consume(start);
            self.shape = JsonShape::KeyedArray;
            self.enter_array()?;
        } else if starts_with_pretty_object(value) {
            self.shape = JsonShape::Objects;
        }
        Ok(())
    }

    /// Moves from the start of an object into the array of its key.
    fn enter_array(&mut self) -> Result<(), FileError> {
        self.cursor.consume(1);
        let mut found = Vec::new();
        while let Some(key) = self.cursor.next_key()? {
            let first = self.cursor.skip_separators(false)?;
            if Some(&key) == self.records.as_ref() && first == Some(b'[') {
                self.cursor.consume(1);
                return Ok(());
            }
            found.push(key);
            self.cursor.skip_value()?;
        }
        let key = self.records.clone().unwrap_or_default();
        Err(FileError::MissingRecords { file: self.cursor.file.clone(), key, found })
    }

    /// Moves from the end of an array behind the end of its object.
    fn leave_object(&mut self) -> Result<(), FileError> {
        while self.cursor.next_key()?.is_some() {
            self.cursor.skip_separators(false)?;
            self.cursor.skip_value()?;
        }
        Ok(())
    }

    /// Finds the next record; false at the end of the file.
    fn find_record(&mut self) -> Result<bool, FileError> {
        match self.shape {
            JsonShape::Lines => self.find_line(),
            JsonShape::End => Ok(false),
            JsonShape::Objects => match self.cursor.skip_separators(false)? {
                None => Ok(false),
                Some(_) => self.take_value(),
            },
            JsonShape::Array | JsonShape::KeyedArray => self.find_element(),
        }
    }

    /// Finds the next element of an array; false at the end of the file.
    fn find_element(&mut self) -> Result<bool, FileError> {
        loop {
            match self.cursor.skip_separators(true)? {
                None => return Err(self.cursor.truncated()),
                Some(b']') => self.cursor.consume(1),
                Some(_) => return self.take_value(),
            }
            if self.shape == JsonShape::KeyedArray {
                self.leave_object()?;
            }
            match self.cursor.skip_separators(false)? {
                None => break,
                // A file of several pages has several objects.
                Some(b'{') if self.shape == JsonShape::KeyedArray => self.enter_array()?,
                Some(_) => {
                    return Err(FileError::TextBehindArray {
                        file: self.cursor.file.clone(),
                        line: self.cursor.next_line,
                    });
                }
            }
        }
        self.shape = JsonShape::End;
        Ok(false)
    }

    /// Finds the next line that is not empty; false at the end of the file.
    fn find_line(&mut self) -> Result<bool, FileError> {
        loop {
            self.line = self.cursor.next_line;
            let rest = self.cursor.window.rest();
            let (length, consumed) = match memchr(b'\n', rest) {
                Some(at) => (at, at + 1),
                None if !self.cursor.window.is_at_end => {
                    self.cursor.window.fill(self.line)?;
                    continue;
                }
                None if rest.is_empty() => return Ok(false),
                None => (rest.len(), rest.len()),
            };
            self.cursor.next_line += 1;
            let is_empty = rest[..length].trim_ascii().is_empty();
            let start = self.cursor.window.start();
            self.cursor.window.advance(consumed);
            if !is_empty {
                let has_return = self.cursor.window.slice(start, start + length).ends_with(b"\r");
                self.record = (start, start + length - usize::from(has_return));
                return Ok(true);
            }
        }
    }

    /// Takes the value at the start of the window as a record.
    fn take_value(&mut self) -> Result<bool, FileError> {
        let length = self.cursor.value_length()?;
        self.line = self.cursor.next_line;
        let start = self.cursor.window.start();
        self.cursor.consume(length);
        self.record = (start, start + length);
        Ok(true)
    }
}

/// Formats a row as JSON, for formats without row text.
pub(crate) fn row_to_json<'c>(header: &[String], cell: impl Fn(usize) -> Option<Cow<'c, str>>) -> Vec<u8> {
    let cells = header.iter().enumerate().map(|(column, name)| {
        (name.clone(), cell(column).map_or(Value::Null, |text| Value::String(text.into_owned())))
    });
    Value::Object(cells.collect()).to_string().into_bytes()
}
