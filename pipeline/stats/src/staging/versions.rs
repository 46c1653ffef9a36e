//! Which rows are versions of one another, and when each was superseded.

use std::{collections::BTreeMap, ops::Range};

use hashbrown::{HashMap, HashTable};

/// The place of a row: its batch, its row there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) batch: u32,
    pub(crate) row: u32,
}

/// What orders versions of one key, ascending: when it was recorded or else known, when it was known,
/// the file and the line that brought it.
pub(crate) type Order = (i64, i64, i64, i64);

/// When rows were superseded; those that hold are not among them.
pub(crate) type Ends = HashMap<Place, i64>;

/// Stretches of rows, each with its batch.
pub(crate) type Runs = Vec<(usize, Range<usize>)>;

/// The stretches of rows of each campaign or product, in the order of their numbers. Parts are sorted by
/// them, so stretches are few. `numbers` has one slice a batch.
pub(crate) fn runs_of<'a>(numbers: impl Iterator<Item = &'a [i64]>) -> BTreeMap<i64, Runs> {
    let mut runs: BTreeMap<i64, Runs> = BTreeMap::new();
    for (batch, own) in numbers.enumerate() {
        let mut start = 0;
        for run in own.chunk_by(|a, b| a == b) {
            runs.entry(run[0]).or_default().push((batch, start..start + run.len()));
            start += run.len();
        }
    }
    runs
}

/// Rows by their key. Keys are compared by hash first and then by what they say.
#[derive(Default)]
pub(crate) struct Versions {
    firsts: HashTable<(u64, Place)>,
    repeated: HashMap<Place, Vec<Place>>,
}

impl Versions {
    /// Meets a row.
    pub(crate) fn meet(&mut self, place: Place, hash: u64, same: impl Fn(Place) -> bool) {
        let entry = self.firsts.entry(hash, |(held, first)| *held == hash && same(*first), |(held, _)| *held);
        match entry {
            hashbrown::hash_table::Entry::Occupied(found) => {
                let first = found.get().1;
                self.repeated.entry(first).or_insert_with(|| vec![first]).push(place);
            }
            hashbrown::hash_table::Entry::Vacant(free) => {
                free.insert((hash, place));
            }
        }
    }

    /// When each superseded row was: the first moment at which a version that goes before it was known.
    /// Keys are forgotten, so that those of something else may be met.
    pub(crate) fn superseded(&mut self, order: impl Fn(Place) -> Order) -> Ends {
        let mut moments = Ends::new();
        self.firsts.clear();
        for (_, places) in self.repeated.drain() {
            end_versions(places, &order, |place, end| {
                moments.insert(place, end);
            });
        }
        moments
    }
}

/// Calls with each superseded version of one key, and when it was: the first moment at which a version that goes
/// before it was known.
pub(crate) fn end_versions<V: Copy>(
    mut versions: Vec<V>,
    order: impl Fn(V) -> Order,
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
    fn a_version_ends_when_one_that_goes_before_it_is_known() {
        // Of one key: recorded on day 1, 2, 3; the second arrives after the third.
        let rows = [(1, 1, 0, 0), (2, 9, 0, 0), (3, 3, 0, 0)];
        let place = |row| Place { batch: 0, row };
        let mut versions = Versions::default();
        for row in 0..3 {
            versions.meet(place(row), 7, |_| true);
        }
        versions.meet(place(3), 7, |_| false);
        let ends = versions.superseded(|place| rows[place.row as usize]);
        let ended = |row| ends.get(&place(row)).copied();
        assert_eq!([0, 1, 2, 3].map(ended), [Some(3), Some(3), None, None]);
    }
}
