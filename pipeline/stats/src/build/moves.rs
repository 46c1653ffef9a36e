//! Moved facts and retractions in the inputs of partitions.

use std::{collections::BTreeMap, path::PathBuf};

use xxhash_rust::xxh3::xxh3_128;

use super::builder::Builder;
use crate::staging::{MovedKeys, MovedVersion, StagingRequest};

impl Builder<'_> {
    /// Request to stage files of a table.
    pub(super) fn staging_request<'a>(&'a self, table: &str, files: &'a [PathBuf]) -> StagingRequest<'a> {
        StagingRequest {
            files,
            as_of: self.as_of(),
            days: &self.dimensions.days,
            retractions: &self.retractions,
            moved: self.moved.get(table).unwrap_or(&self.unmoved),
        }
    }

    /// Fingerprints of the moved facts that have a version in each slot. All versions count: one elsewhere decides
    /// whether that in the slot holds.
    pub(super) fn moved_fingerprints(
        &self,
        table: &str,
        slot_of: impl Fn(&MovedVersion) -> Option<i32>,
    ) -> BTreeMap<i32, u128> {
        let mut sums: BTreeMap<i32, u128> = BTreeMap::new();
        for (id, versions) in self.moved.get(table).into_iter().flat_map(MovedKeys::iter) {
            let retracted = versions.iter().map(|version| self.retractions.known(version.order.2));
            let text = format!("{id} {versions:?} {:?}", retracted.collect::<Vec<_>>());
            let hash = xxh3_128(text.as_bytes());
            let mut slots: Vec<i32> = versions.iter().filter_map(&slot_of).collect();
            slots.sort_unstable();
            slots.dedup();
            for slot in slots {
                let sum = sums.entry(slot).or_default();
                *sum = sum.wrapping_add(hash);
            }
        }
        sums
    }
}
