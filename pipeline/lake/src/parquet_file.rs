//! Parquet files: written once, flushed to the disk, never changed.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, AsArray, RecordBatch, RecordBatchReader, StringArray},
    compute::{cast, max, min},
    datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType},
};
use parquet::{
    arrow::{
        ArrowWriter, ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
        arrow_writer::ArrowWriterOptions,
    },
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};

use crate::{error::LakeError, steps::step};

/// A Parquet file that no log names yet.
#[derive(Clone, Debug)]
pub struct Part {
    /// Path relative to the folder of its table.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// First and last moment of its facts, where it holds facts.
    pub span: Option<Span>,
}

/// A stretch of time in one column, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The column.
    pub column: &'static str,
    /// Its least value, in microseconds since the epoch.
    pub first: i64,
    /// Its greatest value.
    pub last: i64,
}

impl Span {
    /// Whether two stretches of the same column have a moment in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The stretch of this column that the rows of a batch cover, and what `wider` covers.
    pub(crate) fn over(wider: Option<Self>, column: &'static str, batch: &RecordBatch) -> Option<Self> {
        let times = batch.column_by_name(column)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        let Some((first, last)) = min(times).zip(max(times)) else { return wider };
        Some(match wider {
            Some(wider) => Self { column, first: first.min(wider.first), last: last.max(wider.last) },
            None => Self { column, first, last },
        })
    }
}

/// Columns whose values hardly ever repeat: a dictionary of them would only cost.
const WITHOUT_DICTIONARY: [&str; 4] = ["event_id", "order_id", "signal_id", "customer_id"];

/// A codec that sets itself up for every page of every column costs more than it saves below so many rows.
const SMALL: usize = 4_096;

/// Writes batches to `folder/name`. Dictionaries become plain text. The file is not flushed:
/// that is for the commit that names it.
pub(crate) fn write_part(
    folder: &Path,
    name: &str,
    batches: &[RecordBatch],
    span: Option<Span>,
) -> Result<Part, LakeError> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let codec = if rows < SMALL { Compression::SNAPPY } else { zstd()? };
    let part = write_with(codec, folder, name, &schema, batches.iter().cloned().map(Ok))?;
    Ok(Part { span, ..part })
}

/// The same for batches that come one by one, so that never all of them are in memory.
pub(crate) fn write_rows(
    folder: &Path,
    name: &str,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<Part, LakeError> {
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
) -> Result<Part, LakeError> {
    std::fs::create_dir_all(folder).map_err(LakeError::io("make folder", folder))?;
    let path = folder.join(name);
    // Under another name first: plain copies of older runs may be hard links to the same bytes.
    let beside = folder.join(format!(".{name}.tmp"));
    let written = write_to(codec, &beside, schema, batches);
    let (bytes, rows) = written.inspect_err(|_| {
        // A full disk should not stay full of us; the error that follows says the rest.
        let _ = std::fs::remove_file(&beside);
    })?;
    step("part renamed");
    std::fs::rename(&beside, &path).map_err(LakeError::io("rename", &beside))?;
    Ok(Part { name: name.to_owned(), bytes, rows, span: None })
}

fn write_to(
    codec: Compression,
    path: &Path,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, LakeError>>,
) -> Result<(u64, u64), LakeError> {
    let file = File::create(path).map_err(LakeError::io("create", path))?;
    // Without the Arrow schema in the file, readers see text where a dictionary was written.
    let options =
        ArrowWriterOptions::new().with_properties(properties(codec, schema)).with_skip_arrow_metadata(true);
    let buffered = BufWriter::with_capacity(1 << 18, &file);
    let mut writer = ArrowWriter::try_new_with_options(buffered, Arc::clone(schema), options)?;
    let mut rows = 0;
    for batch in batches {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(|error| full_disk(path, error))?;
    }
    writer.close().map_err(|error| full_disk(path, error))?;
    let bytes = file.metadata().map_err(LakeError::io("read", path))?.len();
    Ok((bytes, rows))
}

/// Whole numbers and times are packed by their differences, which is quicker than a dictionary and
/// leaves nothing to compress; of ids, which mostly begin as the one before does, only the end is kept.
fn properties(codec: Compression, schema: &Schema) -> WriterProperties {
    // A fixed writer name keeps equal contents equal in bytes.
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
            // Least and greatest text of a file that is sorted by other columns prune nothing, and
            // finding them costs two comparisons a value.
            properties = properties.set_column_statistics_enabled(column.clone(), EnabledStatistics::None);
        }
        if WITHOUT_DICTIONARY.contains(&field.name().as_str()) {
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column.clone(), Encoding::DELTA_BYTE_ARRAY)
                .set_column_compression(column, Compression::UNCOMPRESSED);
        }
    }
    properties.build()
}

/// Parquet hides the error of the disk in one of its own.
fn full_disk(path: &Path, error: ParquetError) -> LakeError {
    let hidden = match &error {
        ParquetError::External(source) => source.downcast_ref::<std::io::Error>(),
        _ => None,
    };
    match hidden {
        Some(source) => LakeError::io("write", path)(std::io::Error::new(source.kind(), source.to_string())),
        None => LakeError::Parquet(error),
    }
}

/// Flushes a part that a log entry is about to name.
pub(crate) fn flush_part(folder: &Path, name: &str) -> Result<(), LakeError> {
    let path = folder.join(name);
    let flush = || File::open(&path)?.sync_all();
    flush().map_err(LakeError::io("flush", &path))
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

/// The batches of one Parquet file, one after another.
pub struct PartRows(ParquetRecordBatchReader);

impl PartRows {
    pub(crate) fn schema(&self) -> SchemaRef {
        self.0.schema()
    }
}

impl Iterator for PartRows {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(LakeError::Arrow))
    }
}

/// Reads a file without holding all of it.
///
/// # Errors
/// When it is absent or is not Parquet.
pub fn read_part(path: &Path) -> Result<PartRows, LakeError> {
    Ok(PartRows(open_part(path)?.build()?))
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

/// The same rows, each with the id of the run that made it, in front.
///
/// # Errors
/// When Arrow refuses.
pub fn with_run_id(batch: &RecordBatch, run_id: &str) -> Result<RecordBatch, LakeError> {
    let mut fields = vec![Arc::new(Field::new("run_id", DataType::Utf8, true))];
    fields.extend(batch.schema().fields().iter().cloned());
    let ids = StringArray::from_iter_values(std::iter::repeat_n(run_id, batch.num_rows()));
    let mut columns: Vec<ArrayRef> = vec![Arc::new(ids)];
    columns.extend(batch.columns().iter().cloned());
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
