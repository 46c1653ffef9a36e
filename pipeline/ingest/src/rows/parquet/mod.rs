//! Rows of a Parquet file, cell by cell as text.
//!
//! Times with a zone become RFC 3339 with offset, times without one stay naive, decimals
//! and days keep their digits: the same checks then hold for every form of file.
//!
//! The decoder trusts the counts and sizes that a file claims. So footer, page headers and
//! lengths are checked before it sees them, and a panic of it refuses the file.

mod delta;
mod footer;
mod page_header;
mod pages;
#[cfg(test)]
mod tests;
mod thrift;
mod types;

use std::{borrow::Cow, fs::File, io::Read};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchReader, StringArray},
    compute::{CastOptions, cast_with_options},
    datatypes::DataType,
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::{
    arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups},
    errors::{ParquetError, Result as ParquetResult},
    file::reader::ChunkReader,
};

use self::{
    footer::read_footer,
    pages::CheckedRowGroups,
    types::{read_types, unvalidated},
};
use crate::{
    inbox::InboxFile,
    progress::Progress,
    refused::FileRefused,
    rows::{
        Step,
        guard::{decode, guarded},
        ndjson::as_json,
        trimmed,
        wrapping::Wrapping,
    },
};

/// Rows decoded at a time.
const BATCH: usize = 8192;

/// Bytes of a wrapped file when unpacked.
const LARGEST_UNPACKED: u64 = 1 << 30;

pub(crate) struct ParquetRows {
    file: String,
    reader: ParquetRecordBatchReader,
    /// Columns whose arrays are yet to be validated.
    unvalidated: Vec<bool>,
    /// Rows that the footer claims, less those read.
    missing: usize,
    columns: Vec<StringArray>,
    row: usize,
    rows: usize,
    line: u64,
    pub(crate) header: Vec<String>,
}

impl ParquetRows {
    pub(crate) fn open(
        file: &InboxFile,
        wrapping: Wrapping,
        progress: &dyn Progress,
    ) -> Result<Self, FileRefused> {
        if wrapping == Wrapping::Plain {
            let opened = File::open(&file.path)
                .map_err(|source| FileRefused::Unreadable { file: file.name.clone(), source })?;
            progress.bytes(opened.metadata().map_or(0, |found| found.len()));
            return Self::from(file, opened);
        }
        // The footer comes last, so a wrapped file has to be held whole.
        let mut input = wrapping.open(file, progress)?.take(LARGEST_UNPACKED + 1);
        let bytes = wrapping.read_to_end(&file.name, &mut input)?;
        if bytes.len() as u64 > LARGEST_UNPACKED {
            return Err(FileRefused::LargeArchive { file: file.name.clone() });
        }
        Self::from(file, bytes::Bytes::from(bytes))
    }

    fn from<T: ChunkReader + 'static>(file: &InboxFile, input: T) -> Result<Self, FileRefused> {
        decode(&file.name, "Parquet", || {
            Self::read(&file.name, input).map_err(|error| broken(&file.name, &error))
        })
    }

    fn read<T: ChunkReader + 'static>(file: &str, input: T) -> ParquetResult<Self> {
        let metadata = read_footer(&input)?;
        let types = read_types(metadata.file_metadata())?;
        let unvalidated = unvalidated(metadata.file_metadata().schema_descr());
        let groups = CheckedRowGroups::new(input, metadata);
        let reader = ParquetRecordBatchReader::try_new_with_row_groups(&types, &groups, BATCH, None)?;
        let schema = reader.schema();
        let header: Vec<String> =
            schema.fields().iter().map(|field| field.name().trim().to_owned()).collect();
        if header.is_empty() {
            return Err(ParquetError::General("the schema has no column".to_owned()));
        }
        Ok(Self {
            file: file.to_owned(),
            reader,
            unvalidated,
            missing: groups.num_rows(),
            columns: Vec::new(),
            row: 0,
            rows: 0,
            line: 0,
            header,
        })
    }

    pub(crate) fn step(&mut self) -> Result<Step, FileRefused> {
        self.row += 1;
        self.line += 1;
        while self.row >= self.rows {
            let found = guarded(|| self.next_batch())
                .map_err(|panicked| panicked.damaged(&self.file, "Parquet"))?
                .map_err(|error| broken(&self.file, &error))?;
            if !found {
                return Ok(Step::End);
            }
        }
        Ok(Step::Row)
    }

    /// Decodes the next rows; false at the end of the file.
    fn next_batch(&mut self) -> ParquetResult<bool> {
        let Some(batch) = self.reader.next().transpose()? else {
            if self.missing > 0 {
                let claim = format!("{} rows that the footer claims are missing", self.missing);
                return Err(ParquetError::General(claim));
            }
            return Ok(false);
        };
        for (column, _) in batch.columns().iter().zip(&self.unvalidated).filter(|(_, own)| **own) {
            column.to_data().validate_full()?;
        }
        let rows = RecordBatch::num_rows(&batch);
        let more = || ParquetError::General("it has more rows than the footer claims".to_owned());
        self.missing = self.missing.checked_sub(rows).ok_or_else(more)?;
        self.columns = batch.columns().iter().map(as_text).collect();
        (self.row, self.rows) = (0, rows);
        Ok(true)
    }

    /// The row's number, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        as_json(&self.header, |place| self.cell(place).map(Cow::Borrowed))
    }

    pub(crate) fn cell(&self, place: usize) -> Option<&str> {
        let column = self.columns.get(place)?;
        column.is_valid(self.row).then(|| trimmed(column.value(self.row))).flatten()
    }
}

fn broken(file: &str, error: &ParquetError) -> FileRefused {
    FileRefused::BrokenParquet { file: file.to_owned(), message: error.to_string() }
}

fn as_text(column: &ArrayRef) -> StringArray {
    if column.data_type() == &DataType::Date64 {
        // A day, though kept in milliseconds: as text it would get a time of day.
        if let Ok(days) = cast_with_options(column, &DataType::Date32, &CastOptions::default()) {
            return as_text(&days);
        }
    }
    let is_nested =
        column.data_type().is_nested() || matches!(column.data_type(), DataType::FixedSizeBinary(_));
    // What is no text in a binary column is no value either; `safe` makes it null.
    let options = CastOptions { safe: true, ..CastOptions::default() };
    if let (false, Ok(text)) = (is_nested, cast_with_options(column, &DataType::Utf8, &options)) {
        return text.as_string::<i32>().clone();
    }
    let options = FormatOptions::default();
    let Ok(formatter) = ArrayFormatter::try_new(column.as_ref(), &options) else {
        return StringArray::new_null(column.len());
    };
    (0..column.len()).map(|row| column.is_valid(row).then(|| formatter.value(row).to_string())).collect()
}
