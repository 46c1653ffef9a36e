//! Rows that are versions of one key, and the time at which each was superseded.

use std::{collections::BTreeMap, ops::Range};

use hashbrown::{HashMap, HashTable};

/// Index of a row: its batch and its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowIndex {
    pub(crate) batch: u32,
    pub(crate) row: u32,
}

/// Sort key of the versions of one key: time recorded or else known, time known, file, line.
pub(crate) type VersionOrder = (i64, i64, i64, i64);

/// Time at which each superseded row was superseded.
pub(crate) type SupersededTimes = HashMap<RowIndex, i64>;

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

    /// Time at which each superseded row was superseded. The index is empty afterwards.
    pub(crate) fn take_superseded(&mut self, order: impl Fn(RowIndex) -> VersionOrder) -> SupersededTimes {
        let mut times = SupersededTimes::new();
        self.firsts.clear();
        for (_, rows) in self.repeated.drain() {
            for_each_superseded(rows, &order, |row, end| {
                times.insert(row, end);
            });
        }
        times
    }
}

/// Calls `each` with every superseded version of one key and the time at which a later version was first known.
pub(crate) fn for_each_superseded<V: Copy>(
    mut versions: Vec<V>,
    order: impl Fn(V) -> VersionOrder,
    mut each: impl FnMut(V, i64),
) {
    versions.sort_by_key(|version| order(*version));
    let mut earliest: Option<i64> = None;
    for version in versions.into_iter().rev() {
        if let Some(earliest) = earliest {
            each(version, earliest);
        }
        let known_at = order(version).1;
        earliest = Some(earliest.map_or(known_at, |earliest| earliest.min(known_at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_ends_when_a_later_one_is_known() {
        // One key, recorded on days 1, 2, 3; the second version arrives after the third.
        let rows = [(1, 1, 0, 0), (2, 9, 0, 0), (3, 3, 0, 0)];
        let at = |row| RowIndex { batch: 0, row };
        let mut versions = VersionIndex::default();
        for row in 0..3 {
            versions.insert(at(row), 7, |_| true);
        }
        versions.insert(at(3), 7, |_| false);
        let ends = versions.take_superseded(|index| rows[index.row as usize]);
        let ended = |row| ends.get(&at(row)).copied();
        assert_eq!([0, 1, 2, 3].map(ended), [Some(3), Some(3), None, None]);
    }
}
