//! Snapshots: tables at one version.

use std::path::PathBuf;

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::SchemaRef,
};

use super::{
    layout::TableId,
    parquet_reader::{read_column, read_parquet_files},
    time_range::TimeRange,
};
use crate::error::LakeError;

/// A file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Its path.
    pub path: PathBuf,
    /// Its name inside the table.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Number of rows, if the log contains it.
    pub rows: Option<u64>,
    /// Time range of the rows, if the log contains it.
    pub time_range: Option<TimeRange>,
}

/// A table at one version.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The table.
    pub table: TableId,
    /// The version.
    pub version: u64,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its files, sorted by name.
    pub files: Vec<DataFile>,
}

impl Snapshot {
    /// Reads the whole table; for small tables.
    ///
    /// # Errors
    /// If a file is missing or is not Parquet.
    pub fn read(&self) -> Result<Vec<RecordBatch>, LakeError> {
        read_parquet_files(&self.paths())
    }

    /// Reads one column of the whole table.
    ///
    /// # Errors
    /// If a file is missing or is not Parquet.
    pub fn read_column(&self, name: &str) -> Result<Vec<ArrayRef>, LakeError> {
        read_column(&self.paths(), name)
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }
}
