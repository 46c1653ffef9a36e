//! Reader for the records of a file of any format.

use std::{borrow::Cow, ops::Range};

use crate::{
    report::{file_error::FileError, progress::Progress},
    source::{
        csv::CsvReader,
        csv_dialect::CsvDialect,
        file::{Compression, FileFormat, InboxFile},
        ndjson::NdjsonReader,
        parquet::reader::ParquetReader,
        read_window::ReadWindow,
        record::{NextRecord, trim_cell},
    },
};

/// Reader for the records of a file of any format.
pub(crate) enum RecordReader<'a> {
    Csv(Box<CsvReader<'a>>),
    Ndjson(NdjsonReader<'a>),
    Parquet(ParquetReader),
}

impl<'a> RecordReader<'a> {
    /// Opens a file, checks its format and reads its header.
    pub(crate) fn open(
        file: &InboxFile,
        dialect: CsvDialect,
        progress: &'a dyn Progress,
    ) -> Result<Self, FileError> {
        let (compression, _) = Compression::from_name(&file.name);
        let window = || Ok(ReadWindow::new(&file.name, compression.open(file, progress)?, compression));
        match FileFormat::from_name(&file.name).unwrap_or(FileFormat::Csv) {
            FileFormat::Csv => Ok(Self::Csv(Box::new(CsvReader::open(&file.name, window()?, dialect)?))),
            FileFormat::Tsv => {
                let dialect = CsvDialect { delimiter: b'\t', ..dialect };
                Ok(Self::Csv(Box::new(CsvReader::open(&file.name, window()?, dialect)?)))
            }
            FileFormat::Ndjson => {
                let first_pass = ReadWindow::new(&file.name, compression.open(file, &())?, compression);
                let header = NdjsonReader::collect_keys(&file.name, first_pass)?;
                Ok(Self::Ndjson(NdjsonReader::open(&file.name, window()?, header)?))
            }
            FileFormat::Parquet => Ok(Self::Parquet(ParquetReader::open(file, compression, progress)?)),
        }
    }

    /// Trimmed column names.
    pub(crate) fn header(&self) -> &[String] {
        match self {
            Self::Csv(reader) => &reader.header,
            Self::Ndjson(reader) => &reader.header,
            Self::Parquet(reader) => &reader.header,
        }
    }

    /// Reads the next record. [`Self::cell`] then returns its cells.
    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        match self {
            Self::Csv(reader) => reader.next_record(),
            Self::Ndjson(reader) => reader.next_record(),
            Self::Parquet(reader) => reader.next_record(),
        }
    }

    /// View of the current record, for reading several of its cells.
    pub(crate) fn record(&self) -> RecordView<'_> {
        let text = match self {
            Self::Csv(reader) => reader.text(),
            Self::Ndjson(_) | Self::Parquet(_) => None,
        };
        match text {
            Some((text, cells, base)) => RecordView::Text { text, cells, base },
            None => RecordView::Reader(self),
        }
    }

    /// Trimmed cell of the current record; none if it is empty.
    #[inline]
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        match self {
            Self::Csv(reader) => reader.cell(column),
            Self::Ndjson(reader) => reader.cell(column),
            Self::Parquet(reader) => reader.cell(column),
        }
    }

    /// Returns whether the text read so far is CP949.
    pub(crate) fn is_cp949(&self) -> bool {
        matches!(self, Self::Csv(reader) if reader.is_cp949())
    }

    /// First line of the current record, from 1; its number in a format without lines.
    pub(crate) fn line(&self) -> u64 {
        match self {
            Self::Csv(reader) => reader.line(),
            Self::Ndjson(reader) => reader.line(),
            Self::Parquet(reader) => reader.line(),
        }
    }

    /// Bytes of the current record; 0 for Parquet, which is decoded in batches.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Csv(reader) => reader.raw().len(),
            Self::Ndjson(reader) => reader.raw().len(),
            Self::Parquet(_) => 0,
        }
    }

    /// Raw text of the current record.
    pub(crate) fn raw(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Csv(reader) => Cow::Borrowed(reader.raw()),
            Self::Ndjson(reader) => Cow::Borrowed(reader.raw()),
            Self::Parquet(reader) => Cow::Owned(reader.raw()),
        }
    }
}

/// The current record, with its text validated once for all cells.
pub(crate) enum RecordView<'a> {
    Text { text: &'a str, cells: &'a [Range<usize>], base: usize },
    Reader(&'a RecordReader<'a>),
}

impl RecordView<'_> {
    /// Trimmed cell; none if it is empty.
    #[inline]
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        match self {
            Self::Text { text, cells, base } => {
                let cell = cells.get(column)?;
                trim_cell(text.get(cell.start - base..cell.end - base)?)
            }
            Self::Reader(reader) => reader.cell(column),
        }
    }
}
