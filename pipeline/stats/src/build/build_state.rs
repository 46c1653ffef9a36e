//! State that one build leaves to the next: partitions, the files of facts, and the facts that have moved.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, AsArray, RecordBatch, StringArray},
    datatypes::DataType,
};
use serde::Serialize;
use slotcast_lake::Snapshot;

use super::{
    context::PreviousBuild,
    fingerprint::fingerprint,
    known_files::KnownFiles,
    moved_facts::{MovedFacts, moved_facts_table, read_moved_facts},
    partition::{CachedPartition, Partition, PartitionGroup},
};
use crate::{
    engine::schema_of,
    error::StatsError,
    registry::{BUILD_FILES, BUILD_MOVED_FACTS, BUILD_PARTITIONS, BuildStep},
};

/// State of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BuildState {
    pub(super) partitions: BTreeMap<(BuildStep, Partition), CachedPartition>,
    pub(super) files: KnownFiles,
    pub(super) moved: MovedFacts,
}

impl BuildState {
    /// Reads the state of a build; empty if a table is missing, has another shape or is inconsistent.
    pub(super) fn read(previous: &PreviousBuild) -> Result<Self, StatsError> {
        let [Some(partitions), Some(files), Some(moved)] =
            [BUILD_PARTITIONS, BUILD_FILES, BUILD_MOVED_FACTS].map(|name| previous.get(name))
        else {
            return Ok(Self::default());
        };
        let Some(moved) = read_moved_facts(moved)? else { return Ok(Self::default()) };
        let mut state = Self { moved, ..Self::default() };
        for [step, key, cached] in rows(partitions)? {
            let (Some(step), Ok(partition), Ok(cached)) =
                (BuildStep::parse(&step), serde_json::from_str(&key), serde_json::from_str(&cached))
            else {
                return Ok(Self::default());
            };
            state.partitions.insert((step, partition), cached);
        }
        for [table, file, known] in rows(files)? {
            let Ok(known) = serde_json::from_str(&known) else { return Ok(Self::default()) };
            state.files.insert((table, file), known);
        }
        Ok(if state.check_files().is_ok() { state } else { Self::default() })
    }

    /// Checks that every group of partitions has one file per relation: rows in two files would count twice.
    pub(super) fn check_files(&self) -> Result<(), StatsError> {
        let mut files: BTreeMap<(BuildStep, &str, PartitionGroup), &str> = BTreeMap::new();
        for ((step, partition), cached) in &self.partitions {
            for (relation, output) in &cached.outputs {
                let Some(file) = output.file.as_deref() else { continue };
                let first = *files.entry((*step, relation.as_str(), partition.group(*step))).or_insert(file);
                if first != file {
                    let message = format!("relation `{relation}` has one group in `{first}` and `{file}`");
                    return Err(StatsError::Internal(message));
                }
            }
        }
        Ok(())
    }

    /// The state as relations.
    pub(super) fn tables(&self) -> Result<[(&'static str, RecordBatch); 3], StatsError> {
        let partitions = self
            .partitions
            .iter()
            .map(|((step, partition), cached)| [step.as_str().to_owned(), json(partition), json(cached)]);
        let files =
            self.files.iter().map(|((table, file), known)| [table.clone(), file.clone(), json(known)]);
        Ok([
            (BUILD_PARTITIONS, text_table(["step", "partition", "cached"], partitions)?),
            (BUILD_FILES, text_table(["table_name", "file", "summary"], files)?),
            (BUILD_MOVED_FACTS, moved_facts_table(&self.moved)?),
        ])
    }

    /// Partitions of a step.
    pub(super) fn of_step(&self, step: BuildStep) -> impl Iterator<Item = (Partition, &CachedPartition)> {
        let own = self.partitions.iter().filter(move |((own, _), _)| *own == step);
        own.map(|((_, partition), cached)| (*partition, cached))
    }

    /// Files that contain a relation, each once.
    pub(super) fn files_of(&self, step: BuildStep, relation: &str) -> BTreeSet<String> {
        self.of_step(step).filter_map(|(_, cached)| cached.outputs.get(relation)?.file.clone()).collect()
    }

    /// Fingerprint of a relation in these partitions.
    pub(super) fn fingerprint(
        &self,
        step: BuildStep,
        relation: &str,
        partitions: impl Iterator<Item = Partition>,
    ) -> String {
        fingerprint(partitions.filter_map(|partition| {
            let output = self.partitions.get(&(step, partition))?.outputs.get(relation)?;
            (output.rows > 0).then(|| format!("{relation} {partition:?} {}", output.fingerprint))
        }))
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("names and numbers can be written as JSON")
}

/// The last three columns of a snapshot; no rows if they are not text.
fn rows(snapshot: &Snapshot) -> Result<Vec<[String; 3]>, StatsError> {
    let mut rows = Vec::new();
    for batch in snapshot.read()? {
        // The first column is the run's id.
        let Some([a, b, c]) = batch
            .columns()
            .last_chunk::<3>()
            .map(|columns| columns.each_ref().map(|column| column.as_string_opt::<i32>()))
        else {
            return Ok(Vec::new());
        };
        let (Some(a), Some(b), Some(c)) = (a, b, c) else { return Ok(Vec::new()) };
        rows.extend((0..batch.num_rows()).map(|row| [a, b, c].map(|column| column.value(row).to_owned())));
    }
    Ok(rows)
}

fn text_table(names: [&str; 3], rows: impl Iterator<Item = [String; 3]>) -> Result<RecordBatch, StatsError> {
    let rows: Vec<[String; 3]> = rows.collect();
    let column = |index: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(row[index].as_str())).collect::<StringArray>())
    };
    let schema = schema_of(names.map(|name| (name, DataType::Utf8)));
    Ok(RecordBatch::try_new(schema, (0..3).map(column).collect())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::partition::{PartitionInputs, PartitionOutput};

    fn state(files: [&str; 2]) -> BuildState {
        let mut state = BuildState::default();
        for (slot, file) in (0..).zip(files) {
            let output = PartitionOutput { fingerprint: String::new(), rows: 1, file: Some(file.to_owned()) };
            let outputs = BTreeMap::from([("offer_feature_values".to_owned(), output)]);
            let cached = CachedPartition { outputs, ..CachedPartition::timeless(PartitionInputs::default()) };
            state.partitions.insert((BuildStep::Features, Partition::of_slot(slot)), cached);
        }
        state
    }

    #[test]
    fn a_group_has_one_file() {
        assert!(state(["a", "a"]).check_files().is_ok());
        let error = state(["a", "b"]).check_files().unwrap_err().to_string();
        assert!(error.contains("`offer_feature_values`") && error.contains("`b`"), "{error}");
    }
}
