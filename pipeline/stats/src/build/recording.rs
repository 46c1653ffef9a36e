//! Records rebuilt partitions in the state of a build, and finishes the build.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use slotcast_lake::with_run_id;

use super::{
    builder::Builder,
    partition::{CachedPartition, Partition, PartitionOutputs},
    report::{BuildReport, BuiltRelation, RebuiltPartition},
    stale::{BuiltPartitions, StalePartition},
};
use crate::{
    calendar::date_of,
    error::StatsError,
    registry::{BuildStep, RELATIONS, Relation},
    staging::Validity,
};

impl Builder<'_> {
    /// Records rebuilt partitions, and the new files of the other partitions of their groups.
    pub(super) fn record(
        &mut self,
        step: BuildStep,
        stale: &[StalePartition],
        mut outputs: PartitionOutputs,
        cached: impl Fn(&Self, &StalePartition) -> CachedPartition,
    ) {
        for own in stale {
            let slot = date_of(own.partition.slot);
            self.rebuilt.push(RebuiltPartition { step, slot, reason: own.reason });
            let outputs = outputs.remove(&own.partition).unwrap_or_default();
            let cached = CachedPartition { outputs, ..cached(self, own) };
            self.new.partitions.insert((step, own.partition), cached);
        }
        for (partition, outputs) in outputs {
            let entry = self.new.partitions.entry((step, partition));
            entry.and_modify(|cached| cached.outputs.extend(outputs));
        }
    }

    /// Records the partitions of some jobs.
    pub(super) fn record_all(
        &mut self,
        step: BuildStep,
        built: Vec<BuiltPartitions>,
        validity_of: impl Fn(&Self, Partition, Validity) -> Validity,
    ) {
        for job in built {
            self.record(step, &job.partitions, job.outputs, |builder, stale| {
                let validity = validity_of(builder, stale.partition, job.validity);
                CachedPartition {
                    valid_from: validity.from,
                    valid_until: validity.until,
                    known_from: validity.known_from,
                    slots_of_days: job.slots_of_days.get(&stale.partition).cloned().unwrap_or_default(),
                    ..CachedPartition::timeless(stale.inputs.clone())
                }
            });
        }
    }

    /// Every stored relation, with the state as further ones.
    pub(super) fn finish(mut self) -> Result<BuildReport, StatsError> {
        self.new.check_files()?;
        for (name, rows) in self.new.tables()? {
            let file = self.store.write_file(name, "all", &rows.into())?;
            self.whole.insert(name, file.into_iter().collect());
        }
        let reused = self.new.partitions.len().saturating_sub(self.rebuilt.len());
        let mut files: BTreeMap<&'static str, BTreeSet<String>> = self.whole;
        let is_partitioned =
            |relation: &&Relation| relation.kind.is_stored() && relation.step != BuildStep::Market;
        for relation in RELATIONS.iter().filter(is_partitioned) {
            files.insert(relation.name, self.new.files_of(relation.step, relation.name));
        }
        let mut written = self.store.into_written();
        let mut relations = Vec::new();
        for (name, files) in files {
            let (schema, written) = match (written.remove(name), self.previous.get(name)) {
                (Some(written), _) => written,
                (None, Some(previous)) => (previous.schema.clone(), Vec::new()),
                (None, None) => {
                    let empty = RecordBatch::new_empty(self.schemas[name].clone());
                    (with_run_id(&empty, "")?.schema(), Vec::new())
                }
            };
            relations.push(BuiltRelation { name, schema, files, written });
        }
        Ok(BuildReport {
            relations,
            findings: Vec::new(),
            rebuilt: self.rebuilt,
            reused,
            seconds: Vec::new(),
        })
    }
}
