//! Rows that are versions of one key.

use std::{collections::BTreeMap, ops::Range};

use hashbrown::{HashMap, HashTable};

use super::held::{HeldTimes, Interval, RowIndex, Version, held_intervals};

/// Runs of consecutive rows, each with its batch.
pub(crate) type RowRuns = Vec<(usize, Range<usize>)>;

/// Runs of each campaign or product, in the order of their keys. Files are sorted by them, so runs are few. `keys` has
/// one slice per batch.
pub(crate) fn runs_of<'a>(keys: impl Iterator<Item = &'a [i64]>) -> BTreeMap<i64, RowRuns> {
    let mut runs: BTreeMap<i64, RowRuns> = BTreeMap::new();
    for (batch, own) in keys.enumerate() {
        let mut start = 0;
        for run in own.chunk_by(|a, b| a == b) {
            runs.entry(run[0]).or_default().push((batch, start..start + run.len()));
            start += run.len();
        }
    }
    runs
}

/// Rows by their key. Keys are compared by hash first, then by value.
#[derive(Default)]
pub(crate) struct VersionIndex {
    firsts: HashTable<(u64, RowIndex)>,
    repeated: HashMap<RowIndex, Vec<RowIndex>>,
}

impl VersionIndex {
    /// Adds a row. `same` compares its key with that of an earlier row.
    pub(crate) fn insert(&mut self, row: RowIndex, hash: u64, same: impl Fn(RowIndex) -> bool) {
        let entry =
            self.firsts.entry(hash, |(known, first)| *known == hash && same(*first), |(known, _)| *known);
        match entry {
            hashbrown::hash_table::Entry::Occupied(found) => {
                let first = found.get().1;
                self.repeated.entry(first).or_insert_with(|| vec![first]).push(row);
            }
            hashbrown::hash_table::Entry::Vacant(free) => {
                free.insert((hash, row));
            }
        }
    }

    /// Adds the intervals of every row whose key has several versions. The index is empty afterwards.
    pub(crate) fn hold(&mut self, held: &mut HeldTimes, version: impl Fn(RowIndex) -> Version) {
        self.firsts.clear();
        for (_, rows) in self.repeated.drain() {
            let versions: Vec<Version> = rows.iter().map(|row| version(*row)).collect();
            held.extend(rows.into_iter().zip(held_intervals(&versions)));
        }
    }
}

/// Adds the intervals of rows of retracted files that are the only version of their key.
pub(crate) fn hold_retracted(
    held: &mut HeldTimes,
    rows: impl IntoIterator<Item = RowIndex>,
    version: impl Fn(RowIndex) -> Version,
) {
    for row in rows {
        let version = version(row);
        let interval = Interval { starts_at: version.known_at(), ends_at: version.retracted_from };
        held.entry(row).or_insert_with(|| vec![interval]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_key_are_versions() {
        let at = |row| RowIndex { batch: 0, row };
        let orders = [(1, 1, 0, 0), (3, 3, 0, 0), (2, 2, 0, 0)];
        let version = |index: RowIndex| {
            let retracted_from = (index.row == 2).then_some(8);
            Version { order: orders[index.row as usize], retracted_from }
        };
        let mut versions = VersionIndex::default();
        versions.insert(at(0), 7, |_| true);
        versions.insert(at(1), 7, |_| true);
        // The same hash, but another key.
        versions.insert(at(2), 7, |_| false);
        let mut held = HeldTimes::new();
        versions.hold(&mut held, version);
        hold_retracted(&mut held, [at(2)], version);
        let ends = [0, 1, 2].map(|row| held[&at(row)].iter().map(|own| own.ends_at).collect::<Vec<_>>());
        assert_eq!(ends, [vec![Some(3)], vec![None], vec![Some(8)]]);
    }
}
