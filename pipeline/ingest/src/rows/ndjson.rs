//! Rows of JSON, one object a line.

use std::borrow::Cow;

use memchr::memchr;
use serde_json::Value;

use crate::{
    reason::Reason,
    refused::FileRefused,
    rows::{
        Step,
        blocks::Blocks,
        disguise::disguise,
        guard::decode,
        json_text::{Texts, texts},
        trimmed,
    },
};

pub(crate) struct NdjsonRows<'a> {
    file: String,
    blocks: Blocks<'a>,
    row: (usize, usize),
    cells: Vec<Option<String>>,
    line: u64,
    next_line: u64,
    pub(crate) header: Vec<String>,
}

impl<'a> NdjsonRows<'a> {
    /// Every key that any line of the file has, in the order in which they come first.
    pub(crate) fn keys(file: &str, blocks: Blocks<'a>) -> Result<Vec<String>, FileRefused> {
        let mut rows = Self::open(file, blocks, Vec::new())?;
        let mut known = std::collections::HashSet::new();
        let (mut keys, mut lines) = (Vec::new(), 0_u64);
        while rows.find()? {
            lines += 1;
            for key in rows.texts()?.into_iter().flatten().map(|(key, _)| key) {
                if known.insert(key.clone()) {
                    keys.push(key);
                }
            }
        }
        if lines == 0 {
            return Err(FileRefused::Empty { file: file.to_owned() });
        }
        if keys.is_empty() {
            return Err(FileRefused::NotATable {
                file: file.to_owned(),
                found: "text without a single JSON object",
                wanted: "NDJSON",
            });
        }
        Ok(keys)
    }

    pub(crate) fn open(file: &str, mut blocks: Blocks<'a>, header: Vec<String>) -> Result<Self, FileRefused> {
        blocks.more(1)?;
        if let Some(found) = disguise(blocks.rest()) {
            return Err(FileRefused::NotATable { file: file.to_owned(), found, wanted: "NDJSON" });
        }
        if blocks.rest().starts_with(b"\xef\xbb\xbf") {
            blocks.advance(3);
        }
        let file = file.to_owned();
        Ok(Self { file, blocks, row: (0, 0), cells: Vec::new(), line: 1, next_line: 1, header })
    }

    pub(crate) fn step(&mut self) -> Result<Step, FileRefused> {
        if !self.find()? {
            return Ok(Step::End);
        }
        if std::str::from_utf8(self.raw()).is_err() {
            return Ok(Step::Bad(Reason::BadEncoding));
        }
        let Some(mut found) = self.texts()? else { return Ok(Step::Bad(Reason::BadJson)) };
        let take =
            |key: &String| found.iter_mut().find(|(own, _)| own == key).and_then(|(_, text)| text.take());
        self.cells = self.header.iter().map(take).collect();
        if self.cells.iter().flatten().any(|text| text.contains('\0')) {
            return Ok(Step::Bad(Reason::NulByte));
        }
        Ok(Step::Row)
    }

    /// Keys and texts of the line; none if it is no object.
    fn texts(&self) -> Result<Option<Texts>, FileRefused> {
        decode(&self.file, "JSON", || Ok(texts(self.raw())))
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn raw(&self) -> &[u8] {
        self.blocks.piece(self.row.0, self.row.1)
    }

    pub(crate) fn cell(&self, place: usize) -> Option<&str> {
        trimmed(self.cells.get(place)?.as_deref()?)
    }

    fn find(&mut self) -> Result<bool, FileRefused> {
        loop {
            self.line = self.next_line;
            let rest = self.blocks.rest();
            let (length, taken) = match memchr(b'\n', rest) {
                Some(at) => (at, at + 1),
                None if !self.blocks.is_at_end => {
                    self.blocks.more(self.line)?;
                    continue;
                }
                None if rest.is_empty() => return Ok(false),
                None => (rest.len(), rest.len()),
            };
            self.next_line += 1;
            let is_empty = rest[..length].trim_ascii().is_empty();
            let start = self.blocks.start();
            self.blocks.advance(taken);
            if !is_empty {
                let cut = usize::from(self.blocks.piece(start, start + length).ends_with(b"\r"));
                self.row = (start, start + length - cut);
                return Ok(true);
            }
        }
    }
}

/// A row as JSON, for forms that have no text of their own.
pub(crate) fn as_json<'c>(header: &[String], cell: impl Fn(usize) -> Option<Cow<'c, str>>) -> Vec<u8> {
    let cells = header.iter().enumerate().map(|(place, name)| {
        (name.clone(), cell(place).map_or(Value::Null, |text| Value::String(text.into_owned())))
    });
    Value::Object(cells.collect()).to_string().into_bytes()
}
