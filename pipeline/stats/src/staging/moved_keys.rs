//! Facts that a correction moved to another campaign, product or time.
//!
//! Versions of one key in different places are staged in different partitions, so staging one partition reads all of them.

use std::collections::{BTreeMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::{
    held::{HeldTimes, Interval, RowIndex, Version, VersionOrder, held_intervals},
    retractions::Retractions,
    validity::Validity,
};

/// A version of a moved fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MovedVersion {
    pub(crate) order: VersionOrder,
    /// Campaign or product.
    pub(crate) entity: String,
    /// Time of the event, in microseconds.
    pub(crate) occurred_at: i64,
}

/// Moved facts of one table by id, with every version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MovedKeys {
    versions: BTreeMap<String, Vec<MovedVersion>>,
    hashes: HashSet<u64>,
}

/// A staged row of a moved fact.
pub(crate) struct MovedRow<'a> {
    pub(crate) row: RowIndex,
    pub(crate) id: &'a str,
    pub(crate) entity: &'a str,
    pub(crate) occurred_at: i64,
    pub(crate) order: VersionOrder,
}

impl MovedKeys {
    pub(crate) fn new(versions: BTreeMap<String, Vec<MovedVersion>>) -> Self {
        let hashes = versions.keys().map(|id| xxh3_64(id.as_bytes())).collect();
        Self { versions, hashes }
    }

    /// Whether a fact with this hash of its id may have moved.
    pub(crate) fn may_contain(&self, hash: u64) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&hash)
    }

    /// Every moved fact with its versions.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[MovedVersion])> {
        self.versions.iter().map(|(id, versions)| (id.as_str(), versions.as_slice()))
    }

    /// Sets the intervals of rows of moved facts by all of their versions, and narrows the interval of `as_of` in which
    /// this result is valid.
    pub(crate) fn hold(
        &self,
        held: &mut HeldTimes,
        rows: Vec<MovedRow<'_>>,
        as_of: i64,
        retractions: &Retractions,
        validity: &mut Validity,
    ) {
        let mut seen = HashSet::new();
        for own in rows {
            let Some(versions) = self.versions.get(own.id) else { continue };
            let visible: Vec<&MovedVersion> = versions
                .iter()
                .filter(|version| {
                    let (_, known_at, source_file, _) = version.order;
                    validity.narrow(known_at.max(version.occurred_at + 1), as_of)
                        & retractions.ever_valid(source_file, known_at, validity)
                })
                .collect();
            let is_own = |version: &&MovedVersion| {
                version.order == own.order
                    && version.entity == own.entity
                    && version.occurred_at == own.occurred_at
            };
            let Some(position) = visible.iter().position(is_own) else { continue };
            let version = |version: &&MovedVersion| Version {
                order: version.order,
                retracted_from: retractions.known(version.order.2),
            };
            let mut intervals = held_intervals(&visible.iter().map(version).collect::<Vec<_>>());
            // Two rows of one line are one version.
            let intervals = match seen.insert((own.id, own.order, own.entity, own.occurred_at)) {
                true => intervals.swap_remove(position),
                false => vec![Interval::empty(own.order.1)],
            };
            held.insert(own.row, intervals);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(known_at: i64, source_file: i64, entity: &str) -> MovedVersion {
        let order = (known_at, known_at, source_file, 1);
        MovedVersion { order, entity: entity.to_owned(), occurred_at: 0 }
    }

    /// Intervals of each version, staged alone, and the interval of `as_of`.
    fn held(
        versions: &[MovedVersion],
        as_of: i64,
        retractions: &[(i64, i64)],
    ) -> Vec<(Option<Vec<Interval>>, i64, i64)> {
        let keys = MovedKeys::new(BTreeMap::from([("e".to_owned(), versions.to_vec())]));
        let retractions = Retractions::new(retractions.iter().copied(), as_of);
        let each = versions.iter().map(|own| {
            let (mut held, mut validity) = (HeldTimes::new(), Validity::default());
            let row = RowIndex { batch: 0, row: 0 };
            let rows = || MovedRow {
                row,
                id: "e",
                entity: &own.entity,
                occurred_at: own.occurred_at,
                order: own.order,
            };
            keys.hold(&mut held, vec![rows()], as_of, &retractions, &mut validity);
            (held.remove(&row), validity.from, validity.until)
        });
        each.collect()
    }

    #[test]
    fn a_moved_fact_holds_in_one_place_at_a_time() {
        let versions = [version(10, 1, "c1"), version(20, 2, "c2"), version(30, 3, "c1")];
        let interval = |starts_at, ends_at| Some(vec![Interval { starts_at, ends_at }]);
        assert_eq!(
            held(&versions, 25, &[]),
            [(interval(10, Some(20)), 20, 30), (interval(20, None), 20, 30), (None, 20, 30)]
        );
        // The second is retracted: the first holds again. Known now, or only later.
        let again = Some(vec![
            Interval { starts_at: 10, ends_at: Some(20) },
            Interval { starts_at: 24, ends_at: None },
        ]);
        let retracted = held(&versions, 25, &[(2, 24)]);
        assert_eq!(retracted[0], (again, 24, 30));
        assert_eq!(retracted[1], (interval(20, Some(24)), 24, 30));
        assert_eq!(held(&versions, 25, &[(2, 28)])[0], (interval(10, Some(20)), 20, 28));
    }

    #[test]
    fn ids_are_compared_as_text() {
        let keys = MovedKeys::new(BTreeMap::from([("e".to_owned(), vec![version(1, 1, "c")])]));
        assert!(keys.may_contain(xxh3_64(b"e")) && !keys.may_contain(xxh3_64(b"f")));
        assert!(!MovedKeys::default().may_contain(xxh3_64(b"e")));
    }
}
