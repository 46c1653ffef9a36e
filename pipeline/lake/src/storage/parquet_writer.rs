//! Writing of Parquet files: once, under a temporary name first, never changed later.

use std::{fs::File, io::BufWriter, path::Path, sync::Arc};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Schema, SchemaRef},
};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};

use super::time_range::TimeRange;
use crate::{error::LakeError, fail_point::fail_point};

/// A Parquet file that no log entry names yet.
#[derive(Clone, Debug)]
pub struct UncommittedFile {
    /// Path relative to the folder of its table.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Number of rows.
    pub rows: u64,
    /// Time range of the rows, if they are facts.
    pub time_range: Option<TimeRange>,
}

/// Columns with nearly unique values, for which a dictionary would be overhead.
const UNIQUE_COLUMNS: [&str; 4] = ["event_id", "order_id", "signal_id", "customer_id"];

/// Rows from which zstd is used: below, its setup per page of every column costs more than it saves.
const MIN_ROWS_FOR_ZSTD: usize = 4_096;

/// Writes batches to `folder/name`. Dictionaries become plain text. The commit flushes the file later.
pub(crate) fn write_parquet(
    folder: &Path,
    name: &str,
    batches: &[RecordBatch],
    time_range: Option<TimeRange>,
) -> Result<UncommittedFile, LakeError> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let codec = if rows < MIN_ROWS_FOR_ZSTD { Compression::SNAPPY } else { zstd()? };
    let file = write_with(codec, folder, name, &schema, batches.iter().cloned().map(Ok))?;
    Ok(UncommittedFile { time_range, ..file })
}

/// [`write_parquet`] for batches that are made one by one, so that memory contains only one of them.
pub(crate) fn write_parquet_stream(
    folder: &Path,
    name: &str,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<UncommittedFile, LakeError> {
    write_with(zstd()?, folder, name, schema, batches)
}

fn zstd() -> Result<Compression, LakeError> {
    Ok(Compression::ZSTD(ZstdLevel::try_new(1)?))
}

fn write_with(
    codec: Compression,
    folder: &Path,
    name: &str,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<UncommittedFile, LakeError> {
    std::fs::create_dir_all(folder).map_err(LakeError::io("make folder", folder))?;
    let path = folder.join(name);
    // A new file under a temporary name: publications of older runs may be hard links to the old bytes.
    let temporary = folder.join(format!(".{name}.tmp"));
    let written = write_to(codec, &temporary, schema, batches);
    let (bytes, rows) = written.inspect_err(|_| {
        // A full disk keeps no partial file. The original error is more useful than one of the removal.
        let _ = std::fs::remove_file(&temporary);
    })?;
    fail_point("data file renamed");
    std::fs::rename(&temporary, &path).map_err(LakeError::io("rename", &temporary))?;
    Ok(UncommittedFile { name: name.to_owned(), bytes, rows, time_range: None })
}

fn write_to(
    codec: Compression,
    path: &Path,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<(u64, u64), LakeError> {
    let file = File::create(path).map_err(LakeError::io("create", path))?;
    // Without the Arrow schema in the file, readers get text instead of dictionaries.
    let options =
        ArrowWriterOptions::new().with_properties(properties(codec, schema)).with_skip_arrow_metadata(true);
    let buffered = BufWriter::with_capacity(1 << 18, &file);
    let mut writer = ArrowWriter::try_new_with_options(buffered, Arc::clone(schema), options)?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(|error| write_error(path, error))?;
    }
    writer.close().map_err(|error| write_error(path, error))?;
    let bytes = file.metadata().map_err(LakeError::io("read", path))?.len();
    Ok((bytes, rows))
}

/// Encodings per column.
///
/// Integers and times are delta-encoded: faster than a dictionary, and nothing is left to compress. Ids
/// share prefixes with their predecessors, so their delta encoding stores suffixes.
fn properties(codec: Compression, schema: &Schema) -> WriterProperties {
    // A constant writer name makes equal contents equal in bytes.
    let mut properties = WriterProperties::builder()
        .set_compression(codec)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("slotcast".to_owned());
    for field in schema.fields() {
        let column = ColumnPath::from(field.name().as_str());
        if matches!(field.data_type(), DataType::Int64 | DataType::Timestamp(..) | DataType::Date32) {
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column.clone(), Encoding::DELTA_BINARY_PACKED)
                .set_column_compression(column, Compression::UNCOMPRESSED);
            continue;
        }
        if matches!(field.data_type(), DataType::Utf8 | DataType::Binary | DataType::Dictionary(..)) {
            // Files are sorted by other columns, so text statistics prune nothing and cost two
            // comparisons per value.
            properties = properties.set_column_statistics_enabled(column.clone(), EnabledStatistics::None);
        }
        if UNIQUE_COLUMNS.contains(&field.name().as_str()) {
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column.clone(), Encoding::DELTA_BYTE_ARRAY)
                .set_column_compression(column, Compression::UNCOMPRESSED);
        }
    }
    properties.build()
}

/// The error of the disk, which Parquet wraps in one of its own.
fn write_error(path: &Path, error: ParquetError) -> LakeError {
    let wrapped = match &error {
        ParquetError::External(source) => source.downcast_ref::<std::io::Error>(),
        _ => None,
    };
    match wrapped {
        Some(source) => LakeError::io("write", path)(std::io::Error::new(source.kind(), source.to_string())),
        None => LakeError::Parquet(error),
    }
}
