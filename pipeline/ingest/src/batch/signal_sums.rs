//! Sums of signals without an id: rows of one file with an equal key are added up.
//!
//! A source with hourly counts may split one hour over several rows; the sum is the fact.
//! Its hash is the hash of one row with the sum.

use std::collections::{BTreeMap, HashSet};

use arrow::{
    array::{Array, AsArray},
    datatypes::{Int64Type, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use slotcast_lake::contract::ContractTable;

use crate::batch::{
    chunk_slice::{ChunkSlice, SliceRow},
    replaced_rows::NewRows,
    row_hash::{ColumnHash, hash_rows},
};

/// Columns that are not part of the key.
const VALUE_COLUMNS: [&str; 2] = ["count", "recorded_at"];

/// Count and recording time of a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SignalSum {
    pub(crate) count: i64,
    pub(crate) recorded_at: Option<i64>,
}

/// Sums among the rows of a task.
#[derive(Default)]
pub(crate) struct SignalSums {
    /// Sum and its hash, by the first row of each key.
    sums: HashMap<SliceRow, (SignalSum, u128)>,
    /// First row of the key, by each further row.
    addends: HashMap<SliceRow, SliceRow>,
}

impl SignalSums {
    pub(crate) fn new(table: &'static ContractTable, slices: &[ChunkSlice], seed: u64) -> Self {
        let mut sums = Self::default();
        if table.name != "social_signals" {
            return sums;
        }
        let mut keys: HashMap<(usize, u128), SliceRow> = HashMap::new();
        for (index, slice) in slices.iter().enumerate() {
            let chunk = &slice.chunk;
            let ids = slice.column("signal_id");
            if ids.is_some_and(|ids| ids.null_count() == 0) {
                continue;
            }
            let (Some(counts), Some(recorded)) = (slice.column("count"), slice.column("recorded_at")) else {
                continue;
            };
            let counts = counts.as_primitive::<Int64Type>();
            let recorded = recorded.as_primitive::<TimestampMicrosecondType>();
            let hashes =
                hash_rows(table, chunk.fields.iter(), &chunk.columns, &slice.rows, &VALUE_COLUMNS, seed);
            for (row, key) in slice.rows.iter().zip(hashes) {
                let number = *row as usize;
                if ids.is_some_and(|ids| ids.is_valid(number)) {
                    continue;
                }
                let at = SliceRow { slice: index as u32, row: *row };
                let first = *keys.entry((chunk.file, key)).or_insert(at);
                let (sum, hash) = sums.sums.entry(first).or_default();
                sum.count = sum.count.saturating_add(counts.value(number));
                // The sum is known when its last row is.
                let recorded_at = recorded.is_valid(number).then(|| recorded.value(number));
                sum.recorded_at = sum.recorded_at.max(recorded_at);
                *hash = key;
                if first != at {
                    sums.addends.insert(at, first);
                }
            }
        }
        let column = |name| ColumnHash::new(table, name, seed);
        if let (Some(count), Some(recorded)) = (column("count"), column("recorded_at")) {
            for (sum, hash) in sums.sums.values_mut() {
                *hash = hash.wrapping_add(count.cell(&sum.count.to_le_bytes()));
                let recorded_at = sum.recorded_at.map_or(0, |at| recorded.cell(&at.to_le_bytes()));
                *hash = hash.wrapping_add(recorded_at);
            }
        }
        sums
    }

    /// Returns whether the task has any row without an id.
    pub(crate) fn has_any(&self) -> bool {
        !self.sums.is_empty()
    }

    /// Sum and its hash, for the first row of a key.
    pub(crate) fn sum(&self, at: SliceRow) -> Option<(SignalSum, u128)> {
        if self.sums.is_empty() { None } else { self.sums.get(&at).copied() }
    }

    /// Returns whether the row is part of the sum of an earlier row.
    pub(crate) fn is_addend(&self, at: SliceRow) -> bool {
        !self.addends.is_empty() && self.addends.contains_key(&at)
    }

    /// Adds the further rows of new sums to the new rows of their files.
    pub(crate) fn add_new_addends(
        &self,
        slices: &[ChunkSlice],
        accepted: &[SliceRow],
        new_rows: &mut BTreeMap<usize, NewRows>,
    ) {
        if self.addends.is_empty() {
            return;
        }
        let accepted: HashSet<SliceRow> = accepted.iter().copied().collect();
        for (addend, _) in self.addends.iter().filter(|(_, first)| accepted.contains(*first)) {
            let chunk = &slices[addend.slice as usize].chunk;
            new_rows.entry(chunk.file).or_default().rows.push(chunk.first_row + addend.row as usize);
        }
    }
}
