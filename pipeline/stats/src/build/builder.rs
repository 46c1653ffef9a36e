//! A build in progress: its inputs, its state, and the reuse of partitions.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::SchemaRef;
use slotcast_lake::Snapshot;

use super::{
    build_state::BuildState,
    context::{BuildContext, BuildOptions, PreviousBuild},
    dimensions::Dimensions,
    file_index::{FileIndex, index_files, max_keys},
    moved_facts::{MovedByTable, by_table},
    partition::{Partition, PartitionInputs, PartitionOutput, PartitionOutputs},
    partition_store::{PartitionStore, PartitionWrite},
    report::RebuiltPartition,
    schemas::{Definitions, Schemas, definitions, schemas},
    stale::StalePartition,
};
use crate::{
    engine::{MemoryLimit, QueryResult, Session},
    error::StatsError,
    registry::{BuildStep, Relation},
    staging::{MovedKeys, Retractions},
};

/// Facts that are staged at once without a memory limit.
const MAX_STAGED_ROWS: u64 = 1_000_000;
/// Memory of a staged fact and of the results computed from it, with a margin.
const ROW_BYTES: u64 = 400;

/// A build in progress.
pub(super) struct Builder<'a> {
    pub(super) facts: &'a [Snapshot],
    pub(super) previous: &'a PreviousBuild,
    pub(super) context: &'a BuildContext,
    pub(super) memory: MemoryLimit,
    pub(super) store: PartitionStore,
    pub(super) dimensions: Dimensions,
    /// State of the last build.
    pub(super) old: BuildState,
    /// State that this build leaves.
    pub(super) new: BuildState,
    /// First time at which the facts, as they were known then, differ from those of the last build.
    pub(super) changed_from: i64,
    pub(super) retractions: Retractions,
    /// Facts that have versions in several partitions.
    pub(super) moved: MovedByTable,
    /// The moved facts of a table without any.
    pub(super) unmoved: MovedKeys,
    pub(super) definitions: Definitions,
    pub(super) schemas: Schemas,
    pub(super) rebuilt: Vec<RebuiltPartition>,
    /// Files of relations that are built as one.
    pub(super) whole: BTreeMap<&'static str, BTreeSet<String>>,
}

impl<'a> Builder<'a> {
    pub(super) async fn open(
        facts: &'a [Snapshot],
        previous: &'a PreviousBuild,
        context: &'a BuildContext,
        options: &BuildOptions,
        store: PartitionStore,
    ) -> Result<Self, StatsError> {
        let old = match options.full {
            true => BuildState::default(),
            false => BuildState::read(previous)?,
        };
        let as_of = context.as_of.timestamp_micros();
        let retractions = Retractions::new(context.source_files.retracted(), as_of);
        let index = index_files(facts, &old, &retractions, max_keys(options.memory.bytes))?;
        let FileIndex { files, moved, changed_from } = index;
        let dimensions = Dimensions::open(facts, &files, &retractions, context, &options.memory).await?;
        let definitions = definitions(context);
        let schemas = schemas(previous, &old, &definitions, &dimensions, context, &options.memory).await?;
        Ok(Self {
            facts,
            previous,
            context,
            memory: options.memory.clone(),
            store,
            dimensions,
            old,
            moved: by_table(&moved),
            unmoved: MovedKeys::default(),
            new: BuildState { files, moved, ..BuildState::default() },
            changed_from,
            retractions,
            definitions,
            schemas,
            rebuilt: Vec::new(),
            whole: BTreeMap::new(),
        })
    }

    pub(super) fn as_of(&self) -> i64 {
        self.context.as_of.timestamp_micros()
    }

    /// Number of facts that may be staged at once.
    pub(super) fn max_staged_rows(&self) -> u64 {
        match self.memory.bytes {
            Some(bytes) => (bytes as u64 / ROW_BYTES / 2).clamp(10_000, MAX_STAGED_ROWS),
            None => MAX_STAGED_ROWS,
        }
    }

    pub(super) fn snapshot(&self, table: &str) -> Option<&Snapshot> {
        self.facts.iter().find(|snapshot| snapshot.table.name == table)
    }

    /// The reason why a partition with these inputs is stale; none if it can be reused.
    pub(super) fn staleness(
        &self,
        step: BuildStep,
        partition: Partition,
        inputs: &PartitionInputs,
    ) -> Option<&'static str> {
        let Some(cached) = self.old.partitions.get(&(step, partition)) else { return Some("new partition") };
        let as_of = self.as_of();
        if cached.inputs.definition != inputs.definition {
            Some("queries or settings changed")
        } else if cached.inputs.terms != inputs.terms {
            Some("terms of campaigns changed")
        } else if cached.inputs.facts != inputs.facts {
            Some("new facts")
        } else if as_of < cached.valid_from || as_of >= cached.valid_until {
            Some("time passed: something opened, closed, settled or became visible")
        } else {
            None
        }
    }

    /// Reuses the partitions that are up to date and returns the others. Each comes with its inputs and its
    /// approximate number of facts.
    pub(super) fn split_stale(
        &mut self,
        step: BuildStep,
        partitions: Vec<(Partition, PartitionInputs, u64)>,
    ) -> Vec<StalePartition> {
        let mut stale = Vec::new();
        for (partition, inputs, rows) in partitions {
            match self.staleness(step, partition, &inputs) {
                Some(reason) => {
                    let visible_until = String::new();
                    stale.push(StalePartition { partition, inputs, reason, visible_until, rows });
                }
                None => self.reuse(step, partition),
            }
        }
        stale
    }

    /// Takes a partition from the last build, unless this build has recorded it already: a rewritten group has a new
    /// file, and features are built for two slots.
    pub(super) fn reuse(&mut self, step: BuildStep, partition: Partition) {
        if let Some(cached) = self.old.partitions.get(&(step, partition)) {
            self.new.partitions.entry((step, partition)).or_insert_with(|| cached.clone());
        }
    }

    pub(super) fn schema(&self, relation: &str) -> Result<SchemaRef, StatsError> {
        let schema = self.schemas.get(relation).cloned();
        schema.ok_or_else(|| StatsError::Internal(format!("relation `{relation}` has no schema")))
    }

    /// Registers a stored relation: the files of these partitions, or all of them.
    pub(super) fn register_stored(
        &self,
        session: &Session,
        relation: &'static Relation,
        partitions: Option<&BTreeSet<Partition>>,
    ) -> Result<(), StatsError> {
        let files: BTreeSet<String> = match partitions {
            None => self.new.files_of(relation.step, relation.name),
            Some(partitions) => self
                .new
                .of_step(relation.step)
                .filter(|(partition, _)| partitions.contains(partition))
                .filter_map(|(_, cached)| cached.outputs.get(relation.name)?.file.clone())
                .collect(),
        };
        let table = self.store.table(relation.name, &files, &self.schema(relation.name)?)?;
        session.put(relation.name, table)
    }

    /// Writes the rows of rebuilt partitions, with the other partitions of their groups.
    pub(super) fn write_partitions(
        &self,
        step: BuildStep,
        stale: &[StalePartition],
        rows: Vec<(&'static Relation, QueryResult)>,
        is_identified_by_inputs: bool,
    ) -> Result<PartitionOutputs, StatsError> {
        let rebuilt: BTreeSet<Partition> = stale.iter().map(|stale| stale.partition).collect();
        let by_inputs = |partition: Partition| {
            let stale = stale.iter().find(|stale| stale.partition == partition);
            stale.map(StalePartition::fingerprint).unwrap_or_default()
        };
        let by_inputs: &dyn Fn(Partition) -> String = &by_inputs;
        let mut outputs = PartitionOutputs::new();
        for (relation, rows) in &rows {
            let stored: BTreeMap<Partition, PartitionOutput> = self
                .new
                .of_step(step)
                .filter_map(|(partition, cached)| {
                    Some((partition, cached.outputs.get(relation.name)?.clone()))
                })
                .collect();
            let write = PartitionWrite {
                relation,
                rebuilt: &rebuilt,
                rows,
                stored: &stored,
                fingerprints: is_identified_by_inputs.then_some(by_inputs),
            };
            for (partition, output) in self.store.write_partitions(&write, &self.dimensions)? {
                outputs.entry(partition).or_default().insert(relation.name.to_owned(), output);
            }
        }
        Ok(outputs)
    }
}
