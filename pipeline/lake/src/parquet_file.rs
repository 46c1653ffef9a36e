//! Parquet files: written once, flushed to the disk, never changed.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, RecordBatch},
    compute::cast,
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use parquet::{
    arrow::{ArrowWriter, ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use crate::error::LakeError;

/// A Parquet file that no log names yet.
#[derive(Clone, Debug)]
pub struct Part {
    /// Path relative to the folder of its table.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How many rows it holds.
    pub rows: u64,
}

/// Writes batches of one schema to `folder/name` and flushes file and folder.
pub(crate) fn write_part(
    folder: &Path,
    name: &str,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<Part, LakeError> {
    std::fs::create_dir_all(folder).map_err(LakeError::io("make folder", folder))?;
    let path = folder.join(name);
    // Under another name first: plain copies of older runs may be hard links to the same bytes.
    let beside = folder.join(format!(".{name}.tmp"));
    let file = File::create(&beside).map_err(LakeError::io("create", &beside))?;
    // A fixed writer name keeps equal contents equal in bytes.
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_created_by("slotcast".to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(&file, Arc::clone(schema), Some(properties))?;
    let mut rows = 0;
    for batch in batches {
        rows += batch.num_rows() as u64;
        writer.write(batch)?;
    }
    writer.close()?;
    file.sync_all().map_err(LakeError::io("flush", &beside))?;
    std::fs::rename(&beside, &path).map_err(LakeError::io("rename", &beside))?;
    sync_folder(folder)?;
    let bytes = file.metadata().map_err(LakeError::io("read", &path))?.len();
    Ok(Part { name: name.to_owned(), bytes, rows })
}

/// Flushes a folder, so that new names in it survive a power loss.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    let open = || File::open(folder)?.sync_all();
    open().map_err(LakeError::io("flush folder", folder))
}

/// Reads whole files into memory; for tables that are small by nature.
///
/// # Errors
/// When a file is absent or is not Parquet.
pub fn read_parts(paths: &[PathBuf]) -> Result<Vec<RecordBatch>, LakeError> {
    let mut batches = Vec::new();
    for path in paths {
        for batch in open_part(path)?.build()? {
            batches.push(batch?);
        }
    }
    Ok(batches)
}

/// Reads one column of whole files; nothing from files that lack it.
pub(crate) fn read_column(paths: &[PathBuf], name: &str) -> Result<Vec<ArrayRef>, LakeError> {
    let mut arrays = Vec::new();
    for path in paths {
        let part = open_part(path)?;
        let mask = ProjectionMask::columns(part.parquet_schema(), [name]);
        for batch in part.with_projection(mask).build()? {
            arrays.extend(batch?.columns().first().cloned());
        }
    }
    Ok(arrays)
}

fn open_part(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, LakeError> {
    let file = File::open(path).map_err(LakeError::io("open", path))?;
    Ok(ParquetRecordBatchReaderBuilder::try_new(file)?)
}

/// The same batch with types that a Delta table can hold: string views and
/// dictionaries become plain text, unsigned numbers signed, decimals money, timestamps microseconds in UTC.
///
/// # Errors
/// When a value does not fit its new type.
pub fn text_columns(batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let kind = plain_type(field.data_type());
        columns.push(if &kind == field.data_type() { Arc::clone(column) } else { cast(column, &kind)? });
        fields.push(Field::new(field.name(), kind, true));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn plain_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(_, _) => DataType::Utf8,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Int8 | DataType::Int16 | DataType::Int32 => DataType::Int64,
        DataType::Float16 | DataType::Float32 => DataType::Float64,
        DataType::Timestamp(_, _) => crate::contract::instant_type(),
        DataType::Null => DataType::Utf8,
        DataType::Decimal128(_, _) | DataType::Decimal256(_, _) => crate::contract::money_type(),
        other => other.clone(),
    }
}
