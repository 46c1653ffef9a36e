//! Reading of Parquet files.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchReader},
    datatypes::SchemaRef,
};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};

use crate::error::LakeError;

/// Reads whole files into memory; for small tables.
///
/// # Errors
/// If a file is missing or is not Parquet.
pub fn read_parquet_files(paths: &[PathBuf]) -> Result<Vec<RecordBatch>, LakeError> {
    let mut batches = Vec::new();
    for path in paths {
        for batch in open(path)?.build()? {
            batches.push(batch?);
        }
    }
    Ok(batches)
}

/// The batches of one Parquet file, read one by one.
pub struct ParquetBatches(ParquetRecordBatchReader);

impl ParquetBatches {
    pub(crate) fn schema(&self) -> SchemaRef {
        self.0.schema()
    }
}

impl Iterator for ParquetBatches {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(LakeError::Arrow))
    }
}

/// Reads one file batch by batch.
///
/// # Errors
/// If it is missing or is not Parquet.
pub fn read_parquet(path: &Path) -> Result<ParquetBatches, LakeError> {
    Ok(ParquetBatches(open(path)?.build()?))
}

/// Reads one column of whole files. Files without the column add nothing.
pub(crate) fn read_column(paths: &[PathBuf], name: &str) -> Result<Vec<ArrayRef>, LakeError> {
    let mut arrays = Vec::new();
    for path in paths {
        let reader = open(path)?;
        let mask = ProjectionMask::columns(reader.parquet_schema(), [name]);
        for batch in reader.with_projection(mask).build()? {
            arrays.extend(batch?.columns().first().cloned());
        }
    }
    Ok(arrays)
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, LakeError> {
    let file = File::open(path).map_err(LakeError::io("open", path))?;
    Ok(ParquetRecordBatchReaderBuilder::try_new(file)?)
}
