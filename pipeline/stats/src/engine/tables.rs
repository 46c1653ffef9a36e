//! Tables of a session: Parquet files of the lake, and rows in memory.

use std::{path::PathBuf, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use datafusion::{
    catalog::{MemTable, TableProvider},
    datasource::{
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::Result as EngineResult,
};
use slotcast_lake::Snapshot;

use crate::error::StatsError;

/// Rows of a query.
#[derive(Clone, Debug)]
pub(crate) struct QueryResult {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl From<RecordBatch> for QueryResult {
    fn from(batch: RecordBatch) -> Self {
        Self { schema: batch.schema(), batches: vec![batch] }
    }
}

impl QueryResult {
    pub(crate) fn row_count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// A schema of nullable columns.
pub(crate) fn schema_of<'a>(columns: impl IntoIterator<Item = (&'a str, DataType)>) -> SchemaRef {
    let fields = columns.into_iter().map(|(name, data_type)| Field::new(name, data_type, true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A column that the batch must have.
pub(crate) fn required_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, StatsError> {
    batch.column_by_name(name).ok_or_else(|| StatsError::Internal(format!("there is no column `{name}`")))
}

/// A table over the Parquet files of a snapshot; columns that older files lack are null.
pub(crate) fn parquet_table(snapshot: &Snapshot) -> EngineResult<Arc<dyn TableProvider>> {
    let files: Vec<_> = snapshot.files.iter().map(|file| file.path.clone()).collect();
    parquet_files(&files, &snapshot.schema)
}

/// A table over these Parquet files.
pub(crate) fn parquet_files(files: &[PathBuf], schema: &SchemaRef) -> EngineResult<Arc<dyn TableProvider>> {
    if files.is_empty() {
        return empty_table(Arc::clone(schema));
    }
    let mut urls = Vec::new();
    for file in files {
        urls.push(ListingTableUrl::parse(std::path::absolute(file)?.to_string_lossy())?);
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::clone(schema));
    Ok(Arc::new(ListingTable::try_new(config)?))
}

pub(crate) fn empty_table(schema: SchemaRef) -> EngineResult<Arc<dyn TableProvider>> {
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![]])?))
}

pub(crate) fn memory_table(rows: &QueryResult) -> EngineResult<Arc<dyn TableProvider>> {
    Ok(Arc::new(MemTable::try_new(Arc::clone(&rows.schema), vec![rows.batches.clone()])?))
}
