//! The Delta log of one table: create, read a version, commit adds and removes.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::datatypes::{Schema, SchemaRef};
use chrono::SecondsFormat;
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
use slotcast_core::{DateTime, Utc};
use url::Url;

use crate::{
    flushed_store::FlushedStore,
    parquet_file::{Part, Span},
};

type DeltaResult<T> = Result<T, DeltaTableError>;

fn address(folder: &Path) -> DeltaResult<Url> {
    let absolute = std::path::absolute(folder)?;
    Url::from_directory_path(&absolute)
        .map_err(|()| DeltaTableError::InvalidTableLocation(absolute.display().to_string()))
}

/// A table whose log is written through the store that flushes.
fn builder(folder: &Path) -> DeltaResult<DeltaTableBuilder> {
    let address = address(folder)?;
    let store = Arc::new(FlushedStore::default());
    Ok(DeltaTableBuilder::from_url(address.clone())?.with_storage_backend(store, address))
}

/// Opens a table at a version, or at its head; `None` where there is no table yet.
pub(crate) async fn open(folder: &Path, version: Option<u64>) -> DeltaResult<Option<DeltaTable>> {
    if !folder.join("_delta_log").is_dir() {
        return Ok(None);
    }
    let mut builder = builder(folder)?;
    if let Some(version) = version {
        builder = builder.with_version(version);
    }
    match builder.load().await {
        // Delta takes an empty entry for one that changes nothing.
        Ok(table) if is_empty_entry(folder, &table) => {
            Err(DeltaTableError::Generic("its newest log entry is empty".to_owned()))
        }
        Ok(table) => Ok(Some(table)),
        // A killed process may have left the folder without a first entry.
        Err(DeltaTableError::NotATable(_)) if version.is_none() => Ok(None),
        Err(other) => Err(other),
    }
}

fn is_empty_entry(folder: &Path, table: &DeltaTable) -> bool {
    let entry = table.version().map(|version| folder.join(format!("_delta_log/{version:020}.json")));
    entry.is_some_and(|entry| std::fs::metadata(entry).is_ok_and(|found| found.len() == 0))
}

fn kernel_schema(schema: &Schema) -> DeltaResult<StructType> {
    Ok(schema.try_into_kernel()?)
}

/// Makes an empty table. Old log entries are never cleaned up: old runs must stay readable.
pub(crate) async fn create(folder: &Path, schema: &SchemaRef) -> DeltaResult<DeltaTable> {
    std::fs::create_dir_all(folder)?;
    let columns: Vec<_> = kernel_schema(schema)?.fields().cloned().collect();
    CreateBuilder::new()
        .with_log_store(builder(folder)?.build_storage()?)
        .with_columns(columns)
        .with_configuration([("delta.enableExpiredLogCleanup", Some("false"))])
        .await
}

/// What a commit does to the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Other rows than before.
    Rows,
    /// The same rows in other files: whoever follows the log has nothing to read anew.
    Layout,
}

/// Commits new parts and, in the same entry, removes the files whose path `removes` accepts.
pub(crate) async fn commit(
    table: &DeltaTable,
    schema: Option<&SchemaRef>,
    adds: &[Part],
    removes: impl Fn(&str) -> bool,
    effect: Effect,
) -> DeltaResult<u64> {
    let data_change = effect == Effect::Rows;
    let state = table.snapshot()?;
    let mut actions = Vec::new();
    if let Some(schema) = schema {
        actions.push(Action::Metadata(state.metadata().clone().with_schema(&kernel_schema(schema)?)?));
    }
    // A path that is added again must not be removed in the same entry: readers let the remove win.
    let is_added = |path: &str| adds.iter().any(|part| part.name == path);
    for file in state.log_data().iter().filter(|file| removes(&file.path()) && !is_added(&file.path())) {
        actions.push(Action::Remove(file.remove_action(data_change)));
    }
    actions.extend(adds.iter().map(|part| Action::Add(Add { data_change, ..add_action(part) })));
    let operation = match effect {
        Effect::Rows => DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None },
        Effect::Layout => DeltaOperation::Optimize { predicate: None, target_size: 0 },
    };
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
        stats: Some(statistics(part)),
        ..Add::default()
    }
}

fn statistics(part: &Part) -> String {
    let mut statistics = serde_json::json!({ "numRecords": part.rows });
    if let Some(span) = &part.span {
        let text = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
        let text = |micros| text(micros).to_rfc3339_opts(SecondsFormat::Micros, true);
        statistics["minValues"] = serde_json::json!({ span.column: text(span.first) });
        statistics["maxValues"] = serde_json::json!({ span.column: text(span.last) });
    }
    statistics.to_string()
}

/// First and last moment of a file, from its statistics in the log. Checkpoints may keep
/// milliseconds only, so the last moment is taken a millisecond later.
pub(crate) fn span(statistics: &str, column: &'static str) -> Option<Span> {
    let statistics: serde_json::Value = serde_json::from_str(statistics).ok()?;
    let moment = |key: &str| -> Option<i64> {
        let text = statistics.get(key)?.get(column)?.as_str()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_micros())
    };
    Some(Span { column, first: moment("minValues")?, last: moment("maxValues")? + 999 })
}

/// The newest entry of a log that does not read back, if it is cut off. Our own entries are flushed
/// before they are seen, so this is a disk that lies, or a lake that another tool wrote to.
pub(crate) fn torn_entry(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder.join("_delta_log")).ok()?.flatten().map(|entry| entry.path());
    let newest = entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).max()?;
    let text = std::fs::read_to_string(&newest).unwrap_or_default();
    let is_whole = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    (text.is_empty() || !text.lines().all(is_whole)).then_some(newest)
}

/// The Arrow schema of an opened table.
pub(crate) fn arrow_schema(table: &DeltaTable) -> DeltaResult<SchemaRef> {
    let schema = table.snapshot()?.snapshot().arrow_schema();
    Ok(Arc::clone(&schema))
}
