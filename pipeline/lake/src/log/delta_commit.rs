//! Commits of adds and removes to the log of a Delta table.

use std::collections::HashMap;

use arrow::datatypes::SchemaRef;
use deltalake::{
    DeltaTable, DeltaTableError,
    kernel::{
        Action, Add, MetadataExt,
        transaction::{CommitBuilder, CommitProperties},
    },
    protocol::{DeltaOperation, SaveMode},
};

use super::{delta_table::kernel_schema, file_statistics};
use crate::storage::UncommittedFile;

/// Effect of a commit on the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Rows change.
    Rows,
    /// The same rows move to other files. Consumers of the log need not read them again.
    Layout,
}

/// Commits new files and, in the same entry, removes the files whose path `removes` accepts.
pub(crate) async fn commit(
    table: &DeltaTable,
    schema: Option<&SchemaRef>,
    adds: &[UncommittedFile],
    removes: impl Fn(&str) -> bool,
    effect: Effect,
) -> Result<u64, DeltaTableError> {
    let data_change = effect == Effect::Rows;
    let state = table.snapshot()?;
    let mut actions = Vec::new();
    if let Some(schema) = schema {
        actions.push(Action::Metadata(state.metadata().clone().with_schema(&kernel_schema(schema)?)?));
    }
    // In one entry a remove overrides an add, so a path that is added again must not be removed.
    let is_added = |path: &str| adds.iter().any(|file| file.name == path);
    for file in state.log_data().iter().filter(|file| removes(&file.path()) && !is_added(&file.path())) {
        actions.push(Action::Remove(file.remove_action(data_change)));
    }
    actions.extend(adds.iter().map(|file| Action::Add(Add { data_change, ..add_action(file) })));
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

fn add_action(file: &UncommittedFile) -> Add {
    Add {
        path: file.name.clone(),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        partition_values: HashMap::new(),
        // Equal runs have equal logs, so no file time is recorded.
        modification_time: 0,
        stats: Some(file_statistics::to_json(file)),
        ..Add::default()
    }
}
