//! Rows of a Parquet file, cell by cell as text.
//!
//! Times with a zone become RFC 3339 with offset, times without one stay naive, decimals
//! and days keep their digits: the same checks then hold for every form of file.

use std::{borrow::Cow, fs::File, io::Read};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    compute::{CastOptions, cast_with_options},
    datatypes::DataType,
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::{
    arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    file::reader::ChunkReader,
};

use crate::{
    inbox::InboxFile,
    progress::Progress,
    refused::FileRefused,
    rows::{Step, ndjson::as_json, trimmed, wrapping::Wrapping},
};

pub(crate) struct ParquetRows {
    file: String,
    reader: ParquetRecordBatchReader,
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
        let mut bytes = Vec::new();
        let read = wrapping.open(file, progress)?.read_to_end(&mut bytes);
        read.map_err(|error| wrapping.failed(&file.name, error))?;
        Self::from(file, bytes::Bytes::from(bytes))
    }

    fn from<T: ChunkReader + 'static>(file: &InboxFile, input: T) -> Result<Self, FileRefused> {
        let broken = |message: String| FileRefused::BrokenParquet { file: file.name.clone(), message };
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(input).map_err(|error| broken(error.to_string()))?;
        let header = builder.schema().fields().iter().map(|field| field.name().trim().to_owned()).collect();
        let reader = builder.with_batch_size(8192).build().map_err(|error| broken(error.to_string()))?;
        Ok(Self { file: file.name.clone(), reader, columns: Vec::new(), row: 0, rows: 0, line: 0, header })
    }

    pub(crate) fn step(&mut self) -> Result<Step, FileRefused> {
        let broken = |message: String| FileRefused::BrokenParquet { file: self.file.clone(), message };
        self.row += 1;
        self.line += 1;
        while self.row >= self.rows {
            match self.reader.next() {
                None => return Ok(Step::End),
                Some(Err(error)) => return Err(broken(error.to_string())),
                Some(Ok(batch)) => {
                    self.columns = batch.columns().iter().map(as_text).collect();
                    (self.row, self.rows) = (0, RecordBatch::num_rows(&batch));
                }
            }
        }
        Ok(Step::Row)
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
