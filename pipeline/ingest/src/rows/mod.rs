//! The rows of one file: where each starts, which cells it has, and which are no rows at all.

mod blocks;
mod csv;
mod disguise;
pub(crate) mod encoding;
pub(crate) mod guard;
mod json_text;
mod ndjson;
mod parquet;
#[cfg(test)]
mod tests;
mod wrapping;

use std::{borrow::Cow, ops::Range};

use crate::{inbox::InboxFile, progress::Progress, reason::Reason, refused::FileRefused};

pub(crate) use self::csv::TextForm;
use self::{blocks::Blocks, csv::CsvRows, ndjson::NdjsonRows, parquet::ParquetRows, wrapping::Wrapping};

/// The forms in which a file may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Comma-separated values, or another separator stated by the mapping.
    Csv,
    /// The same, separated by tabs.
    Tsv,
    /// A JSON object a line.
    Ndjson,
    Parquet,
}

impl Shape {
    /// The shape that a file name promises, wrapped or not.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (_, extension) = Wrapping::of(name).1.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// One step through the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// No more rows.
    End,
    /// A row with as many cells as the header.
    Row,
    /// A row that cannot be read.
    Bad(Reason),
}

/// The rows of a file of any form.
pub(crate) enum Rows<'a> {
    Csv(Box<CsvRows<'a>>),
    Ndjson(NdjsonRows<'a>),
    Parquet(ParquetRows),
}

impl<'a> Rows<'a> {
    /// Reads the header, after a look at whether this is what its name says.
    pub(crate) fn open(
        file: &InboxFile,
        form: TextForm,
        progress: &'a dyn Progress,
    ) -> Result<Self, FileRefused> {
        let (wrapping, _) = Wrapping::of(&file.name);
        let blocks = || Ok(Blocks::new(&file.name, wrapping.open(file, progress)?, wrapping));
        match Shape::of(&file.name).unwrap_or(Shape::Csv) {
            Shape::Csv => Ok(Self::Csv(Box::new(CsvRows::open(&file.name, blocks()?, form)?))),
            Shape::Tsv => {
                let form = TextForm { delimiter: b'\t', ..form };
                Ok(Self::Csv(Box::new(CsvRows::open(&file.name, blocks()?, form)?)))
            }
            Shape::Ndjson => {
                let first = Blocks::new(&file.name, wrapping.open(file, &())?, wrapping);
                let header = NdjsonRows::keys(&file.name, first)?;
                Ok(Self::Ndjson(NdjsonRows::open(&file.name, blocks()?, header)?))
            }
            Shape::Parquet => Ok(Self::Parquet(ParquetRows::open(file, wrapping, progress)?)),
        }
    }

    /// The names of the columns, without space around them.
    pub(crate) fn header(&self) -> &[String] {
        match self {
            Self::Csv(rows) => &rows.header,
            Self::Ndjson(rows) => &rows.header,
            Self::Parquet(rows) => &rows.header,
        }
    }

    /// The next row; its cells are then had from [`Self::cell`].
    pub(crate) fn step(&mut self) -> Result<Step, FileRefused> {
        match self {
            Self::Csv(rows) => rows.step(),
            Self::Ndjson(rows) => rows.step(),
            Self::Parquet(rows) => rows.step(),
        }
    }

    /// The row read last, to read several cells of it.
    pub(crate) fn row(&self) -> Row<'_> {
        let text = match self {
            Self::Csv(rows) => rows.text(),
            Self::Ndjson(_) | Self::Parquet(_) => None,
        };
        match text {
            Some((text, cells, base)) => Row::Text { text, cells, base },
            None => Row::Cells(self),
        }
    }

    /// A cell of the row read last, without the space around it; none if nothing is left.
    #[inline]
    pub(crate) fn cell(&self, place: usize) -> Option<&str> {
        match self {
            Self::Csv(rows) => rows.cell(place),
            Self::Ndjson(rows) => rows.cell(place),
            Self::Parquet(rows) => rows.cell(place),
        }
    }

    /// Whether the text is CP949, as far as it was read.
    pub(crate) fn is_cp949(&self) -> bool {
        matches!(self, Self::Csv(rows) if rows.is_cp949())
    }

    /// Where the row read last starts: its line, or its number in a file without lines; from 1.
    pub(crate) fn line(&self) -> u64 {
        match self {
            Self::Csv(rows) => rows.line(),
            Self::Ndjson(rows) => rows.line(),
            Self::Parquet(rows) => rows.line(),
        }
    }

    /// Bytes of the row read last; none where rows are decoded many at a time.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Csv(rows) => rows.raw().len(),
            Self::Ndjson(rows) => rows.raw().len(),
            Self::Parquet(_) => 0,
        }
    }

    /// The raw text of the row read last.
    pub(crate) fn raw(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Csv(rows) => Cow::Borrowed(rows.raw()),
            Self::Ndjson(rows) => Cow::Borrowed(rows.raw()),
            Self::Parquet(rows) => Cow::Owned(rows.raw()),
        }
    }
}

/// A row, whose text was looked at once for all of its cells.
pub(crate) enum Row<'a> {
    Text { text: &'a str, cells: &'a [Range<usize>], base: usize },
    Cells(&'a Rows<'a>),
}

impl Row<'_> {
    /// A cell, without the space around it; none if nothing is left.
    #[inline]
    pub(crate) fn cell(&self, place: usize) -> Option<&str> {
        match self {
            Self::Text { text, cells, base } => {
                let cell = cells.get(place)?;
                trimmed(text.get(cell.start - base..cell.end - base)?)
            }
            Self::Cells(rows) => rows.cell(place),
        }
    }
}

/// Text without the space around it; none if nothing is left.
#[inline]
fn trimmed(text: &str) -> Option<&str> {
    let is_plain = |byte: &u8| byte.is_ascii_graphic();
    let bytes = text.as_bytes();
    if bytes.first().is_some_and(is_plain) && bytes.last().is_some_and(is_plain) {
        return Some(text);
    }
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}
