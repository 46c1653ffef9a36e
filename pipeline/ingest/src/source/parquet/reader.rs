//! Reader for Parquet records, with cells as text.
//!
//! Times with a zone become RFC 3339 with offset, times without one stay naive, decimals and
//! days keep their digits. So the same checks apply to all file formats. INT96 timestamps are
//! instants in UTC.
//!
//! The decoder trusts the counts and sizes in a file. So footer, page headers and lengths are
//! checked first, and a panic of the decoder becomes an error of the file.

use std::{borrow::Cow, fs::File, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchReader, StringArray},
    compute::{CastOptions, cast_with_options},
    datatypes::{DataType, Field},
    json::writer::{EncoderOptions, make_encoder},
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::{
    arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups},
    errors::{ParquetError, Result as ParquetResult},
    file::reader::ChunkReader,
};

use super::{
    footer::read_footer,
    pages::CheckedRowGroups,
    types::{arrow_types, int96_columns, unvalidated_columns},
};
use crate::{
    report::{file_error::FileError, progress::Progress},
    source::{
        file::{Compression, InboxFile},
        json::row_to_json,
        panic_guard::{decode, guarded},
        record::{NextRecord, trim_cell},
    },
};

/// Rows per decoded batch.
const BATCH_ROWS: usize = 8192;

pub(crate) struct ParquetReader {
    file: String,
    reader: ParquetRecordBatchReader,
    /// Columns with arrays that the decoder does not validate.
    unvalidated: Vec<bool>,
    /// Rows in the footer minus rows read.
    unread_rows: usize,
    columns: Vec<StringArray>,
    row: usize,
    rows: usize,
    line: u64,
    pub(crate) header: Vec<String>,
    /// Columns of timestamps without a zone.
    pub(crate) naive: Vec<usize>,
    /// Columns of INT96 timestamps.
    pub(crate) int96: Vec<usize>,
}

impl ParquetReader {
    pub(crate) fn open(
        file: &InboxFile,
        compression: Compression,
        progress: &dyn Progress,
    ) -> Result<Self, FileError> {
        if compression == Compression::None {
            let opened = File::open(&file.path)
                .map_err(|source| FileError::Unreadable { file: file.name.clone(), source })?;
            progress.bytes(opened.metadata().map_or(0, |found| found.len()));
            return Self::from_input(file, opened);
        }
        // The footer is at the end, so a compressed file is decompressed into memory.
        Self::from_input(file, bytes::Bytes::from(compression.read_whole(file, progress)?))
    }

    fn from_input<T: ChunkReader + 'static>(file: &InboxFile, input: T) -> Result<Self, FileError> {
        decode(&file.name, "Parquet", || {
            Self::read(&file.name, input).map_err(|error| invalid_parquet(&file.name, &error))
        })
    }

    fn read<T: ChunkReader + 'static>(file: &str, input: T) -> ParquetResult<Self> {
        let metadata = read_footer(&input)?;
        let types = arrow_types(metadata.file_metadata())?;
        let unvalidated = unvalidated_columns(metadata.file_metadata().schema_descr());
        let int96 = int96_columns(metadata.file_metadata().schema_descr());
        let groups = CheckedRowGroups::new(input, metadata);
        let reader = ParquetRecordBatchReader::try_new_with_row_groups(&types, &groups, BATCH_ROWS, None)?;
        let schema = reader.schema();
        let header: Vec<String> =
            schema.fields().iter().map(|field| field.name().trim().to_owned()).collect();
        if header.is_empty() {
            return Err(ParquetError::General("the schema has no column".to_owned()));
        }
        let is_naive = |data_type: &DataType| matches!(data_type, DataType::Timestamp(_, None));
        let fields = schema.fields().iter().enumerate();
        let naive = fields.filter(|(_, field)| is_naive(field.data_type())).map(|(column, _)| column);
        let naive = naive.collect();
        let int96 = int96.iter().enumerate().filter(|(_, is_int96)| **is_int96);
        Ok(Self {
            naive,
            int96: int96.map(|(column, _)| column).collect(),
            file: file.to_owned(),
            reader,
            unvalidated,
            unread_rows: groups.num_rows(),
            columns: Vec::new(),
            row: 0,
            rows: 0,
            line: 0,
            header,
        })
    }

    pub(crate) fn next_record(&mut self) -> Result<NextRecord, FileError> {
        self.row += 1;
        self.line += 1;
        while self.row >= self.rows {
            let found = guarded(|| self.next_batch())
                .map_err(|panic| panic.into_damaged(&self.file, "Parquet"))?
                .map_err(|error| invalid_parquet(&self.file, &error))?;
            if !found {
                return Ok(NextRecord::End);
            }
        }
        Ok(NextRecord::Valid)
    }

    /// Decodes the next batch; false at the end of the file.
    fn next_batch(&mut self) -> ParquetResult<bool> {
        let Some(batch) = self.reader.next().transpose()? else {
            if self.unread_rows > 0 {
                let message = format!("{} rows of the footer are missing", self.unread_rows);
                return Err(ParquetError::General(message));
            }
            return Ok(false);
        };
        for (column, _) in
            batch.columns().iter().zip(&self.unvalidated).filter(|(_, is_unvalidated)| **is_unvalidated)
        {
            column.to_data().validate_full()?;
        }
        let rows = RecordBatch::num_rows(&batch);
        let more = || ParquetError::General("it has more rows than the footer".to_owned());
        self.unread_rows = self.unread_rows.checked_sub(rows).ok_or_else(more)?;
        self.columns = batch.columns().iter().map(to_text).collect();
        (self.row, self.rows) = (0, rows);
        Ok(true)
    }

    /// Number of the record, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn raw(&self) -> Vec<u8> {
        row_to_json(&self.header, |column| self.cell(column).map(Cow::Borrowed))
    }

    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        let column = self.columns.get(column)?;
        column.is_valid(self.row).then(|| trim_cell(column.value(self.row))).flatten()
    }
}

fn invalid_parquet(file: &str, error: &ParquetError) -> FileError {
    FileError::InvalidParquet { file: file.to_owned(), message: error.to_string() }
}

/// Converts a column to text.
fn to_text(column: &ArrayRef) -> StringArray {
    if column.data_type() == &DataType::Date64 {
        // A day stored in milliseconds: its text would have a time of day.
        if let Ok(days) = cast_with_options(column, &DataType::Date32, &CastOptions::default()) {
            return to_text(&days);
        }
    }
    let is_nested =
        column.data_type().is_nested() || matches!(column.data_type(), DataType::FixedSizeBinary(_));
    // With `safe`, binary values that are not UTF-8 become null.
    let options = CastOptions { safe: true, ..CastOptions::default() };
    if let (false, Ok(text)) = (is_nested, cast_with_options(column, &DataType::Utf8, &options)) {
        return text.as_string::<i32>().clone();
    }
    if column.data_type().is_nested()
        && let Some(text) = to_json(column)
    {
        return text;
    }
    let options = FormatOptions::default();
    let Ok(formatter) = ArrayFormatter::try_new(column.as_ref(), &options) else {
        return StringArray::new_null(column.len());
    };
    (0..column.len()).map(|row| column.is_valid(row).then(|| formatter.value(row).to_string())).collect()
}

/// Converts a column of structs, lists or maps to JSON texts; none if it has values that JSON lacks.
fn to_json(column: &ArrayRef) -> Option<StringArray> {
    let field = Arc::new(Field::new("value", column.data_type().clone(), true));
    let options = EncoderOptions::default();
    let mut encoder = make_encoder(&field, column.as_ref(), &options).ok()?;
    let mut json = Vec::new();
    let mut text = |row: usize| {
        json.clear();
        encoder.encode(row, &mut json);
        std::str::from_utf8(&json).ok().map(str::to_owned)
    };
    Some((0..column.len()).map(|row| if column.is_valid(row) { text(row) } else { None }).collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{Decimal128Array, Int64Array, ListArray, StructArray};

    use super::*;

    #[test]
    fn nested_columns_are_json() {
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1_000_000_000_000_000_001), None]));
        let prices =
            Decimal128Array::from(vec![Some(1_050), Some(1)]).with_precision_and_scale(18, 2).unwrap();
        let field = |name: &str, data_type| Arc::new(Field::new(name, data_type, true));
        let items: ArrayRef = Arc::new(StructArray::from(vec![
            (field("id", DataType::Int64), ids),
            (field("price", DataType::Decimal128(18, 2)), Arc::new(prices) as ArrayRef),
        ]));
        let text = to_text(&items);
        assert!(text.value(0).contains(r#""id":1000000000000000001"#), "{}", text.value(0));
        assert!(text.value(0).contains("10.50"), "{}", text.value(0));
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<arrow::datatypes::Int64Type, _, _>([
            Some(vec![Some(1), None]),
            None,
            Some(vec![]),
        ]));
        let text = to_text(&list);
        assert_eq!(text.iter().collect::<Vec<_>>(), [Some("[1,null]"), None, Some("[]")]);
    }
}
