//! The Delta log of one table: create, read a version, commit adds and removes.

use std::{collections::HashMap, path::Path, sync::Arc};

use arrow::datatypes::{Schema, SchemaRef};
use deltalake::{
    DeltaTable, DeltaTableBuilder, DeltaTableError,
    kernel::{
        Action, Add, MetadataExt, StructType,
        engine::arrow_conversion::TryIntoKernel,
        transaction::{CommitBuilder, CommitProperties},
    },
    operations::create::CreateBuilder,
    protocol::{DeltaOperation, SaveMode},
};
use url::Url;

use crate::parquet_file::Part;

type DeltaResult<T> = Result<T, DeltaTableError>;

fn address(folder: &Path) -> DeltaResult<Url> {
    let absolute = std::path::absolute(folder)?;
    Url::from_directory_path(&absolute)
        .map_err(|()| DeltaTableError::InvalidTableLocation(absolute.display().to_string()))
}

/// Opens a table at a version, or at its head; `None` where there is no table yet.
pub(crate) async fn open(folder: &Path, version: Option<u64>) -> DeltaResult<Option<DeltaTable>> {
    if !folder.join("_delta_log").is_dir() {
        return Ok(None);
    }
    let mut builder = DeltaTableBuilder::from_url(address(folder)?)?;
    if let Some(version) = version {
        builder = builder.with_version(version);
    }
    match builder.load().await {
        Ok(table) => Ok(Some(table)),
        // A killed process may have left the folder without a first entry.
        Err(DeltaTableError::NotATable(_)) if version.is_none() => Ok(None),
        Err(other) => Err(other),
    }
}

fn kernel_schema(schema: &Schema) -> DeltaResult<StructType> {
    Ok(schema.try_into_kernel()?)
}

/// Makes an empty table. Old log entries are never cleaned up: old runs must stay readable.
pub(crate) async fn create(folder: &Path, schema: &SchemaRef) -> DeltaResult<DeltaTable> {
    std::fs::create_dir_all(folder)?;
    let columns: Vec<_> = kernel_schema(schema)?.fields().cloned().collect();
    CreateBuilder::new()
        .with_location(address(folder)?.to_string())
        .with_columns(columns)
        .with_configuration([("delta.enableExpiredLogCleanup", Some("false"))])
        .await
}

/// Commits new parts and, in the same entry, removes the files whose path `removes` accepts.
pub(crate) async fn commit(
    table: &DeltaTable,
    schema: Option<&SchemaRef>,
    adds: &[Part],
    removes: impl Fn(&str) -> bool,
) -> DeltaResult<u64> {
    let state = table.snapshot()?;
    let mut actions = Vec::new();
    if let Some(schema) = schema {
        actions.push(Action::Metadata(state.metadata().clone().with_schema(&kernel_schema(schema)?)?));
    }
    // A path that is added again must not be removed in the same entry: readers let the remove win.
    let is_added = |path: &str| adds.iter().any(|part| part.name == path);
    for file in state.log_data().iter().filter(|file| removes(&file.path()) && !is_added(&file.path())) {
        actions.push(Action::Remove(file.remove_action(true)));
    }
    actions.extend(adds.iter().map(|part| Action::Add(add_action(part))));
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let properties = CommitProperties::default().with_cleanup_expired_logs(Some(false));
    let committed = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(state), table.log_store(), operation)
        .await?;
    Ok(committed.version())
}

fn add_action(part: &Part) -> Add {
    Add {
        path: part.name.clone(),
        size: i64::try_from(part.bytes).unwrap_or(i64::MAX),
        partition_values: HashMap::new(),
        // The time of the file is of no use to us, and equal runs should have equal logs.
        modification_time: 0,
        data_change: true,
        stats: Some(format!("{{\"numRecords\":{}}}", part.rows)),
        ..Add::default()
    }
}

/// The Arrow schema of an opened table.
pub(crate) fn arrow_schema(table: &DeltaTable) -> DeltaResult<SchemaRef> {
    let schema = table.snapshot()?.snapshot().arrow_schema();
    Ok(Arc::clone(&schema))
}
