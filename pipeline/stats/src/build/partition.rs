//! Partitions: the units that are rebuilt or reused.
//!
//! A partition is the campaigns of a slot, the days from one opening to the next, or the offers of a slot at one
//! distance before its opening. It is stale if the fingerprints of its inputs have changed, or if `as_of` has left the
//! interval in which the result is valid.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::registry::BuildStep;

/// Key of a partition within its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Partition {
    /// Slot date as a day number.
    pub(super) slot: i32,
    /// Distance of T before the opening; 0 for steps other than features.
    pub(super) days_before_open: u32,
}

/// Key of the partitions that share a file: distance, number of the period.
pub(super) type PartitionGroup = (u32, i32);

impl Partition {
    pub(super) fn of_slot(slot: i32) -> Self {
        Self { slot, days_before_open: 0 }
    }

    /// Partitions of one group share a file: few files exist, and little is copied if one partition changes.
    pub(super) fn group(self, step: BuildStep) -> PartitionGroup {
        let days = if step == BuildStep::Features { 182 } else { 28 };
        (self.days_before_open, self.slot.div_euclid(days))
    }
}

/// Fingerprints of the inputs of a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartitionInputs {
    /// Queries of the relations, calendar, settings.
    pub(super) definition: String,
    /// Terms of the campaigns.
    pub(super) terms: String,
    /// Files of facts, or outputs of other partitions.
    pub(super) facts: String,
}

/// Rows of one relation in a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartitionOutput {
    pub(super) fingerprint: String,
    pub(super) rows: u64,
    /// File that contains the rows; none without rows.
    pub(super) file: Option<String>,
}

/// Outputs of partitions by the name of the relation.
pub(super) type PartitionOutputs = BTreeMap<Partition, BTreeMap<String, PartitionOutput>>;

/// A partition in the state of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CachedPartition {
    pub(super) inputs: PartitionInputs,
    /// Interval of `as_of` in which the outputs are valid, in microseconds.
    pub(super) valid_from: i64,
    pub(super) valid_until: i64,
    /// Time at which the first of its facts was known.
    pub(super) known_from: i64,
    /// Slots of the days of the outputs, if rows may be outside the partition's own days.
    pub(super) slots_of_days: BTreeSet<i32>,
    pub(super) outputs: BTreeMap<String, PartitionOutput>,
}

impl CachedPartition {
    /// A partition that is valid at every `as_of` while its inputs are unchanged.
    pub(super) fn timeless(inputs: PartitionInputs) -> Self {
        let (valid_from, valid_until, known_from) = (i64::MIN, i64::MAX, i64::MAX);
        Self {
            inputs,
            valid_from,
            valid_until,
            known_from,
            slots_of_days: BTreeSet::new(),
            outputs: BTreeMap::new(),
        }
    }
}
