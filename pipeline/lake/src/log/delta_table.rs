//! Delta tables: opening, creation, and the diagnosis of a truncated log.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::datatypes::{Schema, SchemaRef};
use deltalake::{
    DeltaTable, DeltaTableBuilder, DeltaTableError,
    kernel::{StructType, engine::arrow_conversion::TryIntoKernel},
    operations::create::CreateBuilder,
};
use url::Url;

use super::durable_store::DurableStore;
use crate::error::LakeError;

type DeltaResult<T> = Result<T, DeltaTableError>;

/// Opens the table in a folder at a version, or at its newest one. `None` if there is no table yet.
///
/// `name` is the name of the table in errors. If the newest entry of its log is truncated, the error names
/// the entry.
pub(crate) async fn open(
    folder: &Path,
    name: &str,
    version: Option<u64>,
) -> Result<Option<DeltaTable>, LakeError> {
    load(folder, version).await.map_err(|error| match truncated_entry(folder) {
        Some(path) => LakeError::Damaged {
            path,
            reason: "its text is cut off; without this file the table has its previous version".to_owned(),
        },
        None => LakeError::delta(name)(error),
    })
}

async fn load(folder: &Path, version: Option<u64>) -> DeltaResult<Option<DeltaTable>> {
    if !folder.join("_delta_log").is_dir() {
        return Ok(None);
    }
    let mut builder = builder(folder)?;
    if let Some(version) = version {
        builder = builder.with_version(version);
    }
    match builder.load().await {
        // Delta reads an empty entry as one without changes.
        Ok(table) if is_newest_entry_empty(folder, &table) => {
            Err(DeltaTableError::Generic("its newest log entry is empty".to_owned()))
        }
        Ok(table) => Ok(Some(table)),
        // A killed process may have left the folder without a first entry.
        Err(DeltaTableError::NotATable(_)) if version.is_none() => Ok(None),
        Err(other) => Err(other),
    }
}

fn is_newest_entry_empty(folder: &Path, table: &DeltaTable) -> bool {
    let entry = table.version().map(|version| folder.join(format!("_delta_log/{version:020}.json")));
    entry.is_some_and(|entry| std::fs::metadata(entry).is_ok_and(|found| found.len() == 0))
}

/// The newest entry of a log if its text is truncated. Own entries are flushed before they are visible, so
/// this takes a disk that ignores flushes, or another tool.
fn truncated_entry(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder.join("_delta_log")).ok()?.flatten().map(|entry| entry.path());
    let newest = entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).max()?;
    let text = std::fs::read_to_string(&newest).unwrap_or_default();
    let is_json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    (text.is_empty() || !text.lines().all(is_json)).then_some(newest)
}

/// Makes an empty table. Its log keeps all entries: old runs must stay readable.
pub(crate) async fn create(folder: &Path, schema: &SchemaRef) -> DeltaResult<DeltaTable> {
    std::fs::create_dir_all(folder)?;
    let columns: Vec<_> = kernel_schema(schema)?.fields().cloned().collect();
    CreateBuilder::new()
        .with_log_store(builder(folder)?.build_storage()?)
        .with_columns(columns)
        .with_configuration([("delta.enableExpiredLogCleanup", Some("false"))])
        .await
}

/// The Arrow schema of an opened table.
pub(crate) fn arrow_schema(table: &DeltaTable) -> DeltaResult<SchemaRef> {
    let schema = table.snapshot()?.snapshot().arrow_schema();
    Ok(Arc::clone(&schema))
}

pub(crate) fn kernel_schema(schema: &Schema) -> DeltaResult<StructType> {
    Ok(schema.try_into_kernel()?)
}

/// A builder whose log goes through the durable store.
fn builder(folder: &Path) -> DeltaResult<DeltaTableBuilder> {
    let absolute = std::path::absolute(folder)?;
    let address = Url::from_directory_path(&absolute)
        .map_err(|()| DeltaTableError::InvalidTableLocation(absolute.display().to_string()))?;
    let store = Arc::new(DurableStore::default());
    Ok(DeltaTableBuilder::from_url(address.clone())?.with_storage_backend(store, address))
}
