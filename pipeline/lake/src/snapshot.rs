//! A table as it was at one version.

use std::path::PathBuf;

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::SchemaRef,
};

use crate::{
    error::LakeError,
    layout::TableId,
    parquet_file::{Span, read_column, read_parts},
};

/// A file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name inside the table.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How many rows it holds, where the log says so.
    pub rows: Option<u64>,
    /// First and last moment of its facts, where the log says so.
    pub span: Option<Span>,
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
    /// Reads the whole table; for tables that are small by nature.
    ///
    /// # Errors
    /// When a file is absent or is not Parquet.
    pub fn read(&self) -> Result<Vec<RecordBatch>, LakeError> {
        read_parts(&self.paths())
    }

    /// Reads one column of the whole table.
    ///
    /// # Errors
    /// When a file is absent or is not Parquet.
    pub fn read_column(&self, name: &str) -> Result<Vec<ArrayRef>, LakeError> {
        read_column(&self.paths(), name)
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }
}
