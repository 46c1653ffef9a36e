//! Stale partitions, grouped into jobs.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    fingerprint::fingerprint,
    partition::{Partition, PartitionInputs, PartitionOutputs},
};
use crate::{registry::BuildStep, staging::Validity};

/// Number of partitions of a group; a job takes whole groups.
const GROUP_PARTITIONS: u64 = 4;

/// A partition to rebuild.
#[derive(Clone, Debug)]
pub(super) struct StalePartition {
    pub(super) partition: Partition,
    pub(super) inputs: PartitionInputs,
    pub(super) reason: &'static str,
    /// Time up to which its facts are visible, if its outputs are identified by their inputs.
    pub(super) visible_until: String,
    /// Approximate number of facts.
    pub(super) rows: u64,
}

impl StalePartition {
    /// Fingerprint of the inputs.
    pub(super) fn fingerprint(&self) -> String {
        let PartitionInputs { definition, terms, facts } = self.inputs.clone();
        fingerprint([definition, terms, facts, self.visible_until.clone()])
    }
}

/// Results of a job.
pub(super) struct BuiltPartitions {
    pub(super) partitions: Vec<StalePartition>,
    pub(super) outputs: PartitionOutputs,
    pub(super) validity: Validity,
    /// Slots of the days of the outputs of each partition.
    pub(super) slots_of_days: BTreeMap<Partition, BTreeSet<i32>>,
}

/// Jobs of whole groups, none of them above `max_rows` if that is possible.
pub(super) fn jobs(
    step: BuildStep,
    partitions: Vec<StalePartition>,
    max_rows: u64,
) -> Vec<Vec<StalePartition>> {
    let mut jobs: Vec<Vec<StalePartition>> = Vec::new();
    let mut rows = 0;
    for stale in partitions {
        let is_same_group = jobs
            .last()
            .and_then(|job| job.last())
            .is_some_and(|last| last.partition.group(step) == stale.partition.group(step));
        if jobs.is_empty() || (!is_same_group && rows + stale.rows * GROUP_PARTITIONS > max_rows) {
            jobs.push(Vec::new());
            rows = 0;
        }
        rows += stale.rows;
        jobs.last_mut().expect("a job was pushed").push(stale);
    }
    jobs
}
