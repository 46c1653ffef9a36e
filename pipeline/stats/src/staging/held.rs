//! Intervals in which the versions of one key hold.
//!
//! At a time, the versions that are known and not retracted compete, and the last in order holds. Without retractions
//! each version holds in one interval. After a retraction an earlier version holds again, so it can have several.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{ArrayRef, TimestampMicrosecondArray, UInt32Array},
    compute::take,
};
use hashbrown::HashMap;

use crate::error::StatsError;

/// Index of a row: its batch and its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowIndex {
    pub(crate) batch: u32,
    pub(crate) row: u32,
}

/// Sort key of the versions of one key: time recorded or else known, time known, file, line.
pub(crate) type VersionOrder = (i64, i64, i64, i64);

/// A version of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) order: VersionOrder,
    /// Time from which its source file no longer holds.
    pub(crate) retracted_from: Option<i64>,
}

impl Version {
    pub(crate) fn known_at(&self) -> i64 {
        self.order.1
    }
}

/// Times `[starts_at, ends_at)`. Empty for a version that never held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) starts_at: i64,
    pub(crate) ends_at: Option<i64>,
}

impl Interval {
    /// The interval of a version that never held.
    pub(crate) fn empty(at: i64) -> Self {
        Self { starts_at: at, ends_at: Some(at) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends_at.is_some_and(|ends_at| ends_at <= self.starts_at)
    }
}

/// Intervals of rows, at least one each. Other rows hold from the time they are known on.
pub(crate) type HeldTimes = HashMap<RowIndex, Vec<Interval>>;

/// Intervals of each version of one key, at least one each.
pub(crate) fn held_intervals(versions: &[Version]) -> Vec<Vec<Interval>> {
    if versions.iter().all(|version| version.retracted_from.is_none()) {
        return unretracted(versions);
    }
    let claim = |version: &Version| {
        let interval = Interval { starts_at: version.known_at(), ends_at: version.retracted_from };
        (version.order, interval)
    };
    let claims: Vec<_> = versions.iter().map(claim).collect();
    let mut held = winners(&claims);
    for (own, version) in held.iter_mut().zip(versions).filter(|(own, _)| own.is_empty()) {
        own.push(Interval::empty(version.known_at()));
    }
    held
}

/// Each version holds until a later one is first known.
fn unretracted(versions: &[Version]) -> Vec<Vec<Interval>> {
    let mut sorted: Vec<usize> = (0..versions.len()).collect();
    sorted.sort_by_key(|index| versions[*index].order);
    let mut held = vec![Vec::new(); versions.len()];
    let mut ends_at: Option<i64> = None;
    for index in sorted.into_iter().rev() {
        let starts_at = versions[index].known_at();
        held[index].push(Interval { starts_at, ends_at });
        ends_at = Some(ends_at.map_or(starts_at, |earliest| earliest.min(starts_at)));
    }
    held
}

/// Intervals in which each claim is the greatest of those that are valid, the later one of equals; none if it never is.
pub(crate) fn winners<K: Ord + Copy>(claims: &[(K, Interval)]) -> Vec<Vec<Interval>> {
    let mut changes: Vec<(i64, usize, bool)> = Vec::with_capacity(2 * claims.len());
    for (index, (_, interval)) in claims.iter().enumerate().filter(|(_, (_, own))| !own.is_empty()) {
        changes.push((interval.starts_at, index, true));
        changes.extend(interval.ends_at.map(|ends_at| (ends_at, index, false)));
    }
    changes.sort_unstable();
    let mut held = vec![Vec::new(); claims.len()];
    let mut valid: BTreeSet<(K, usize)> = BTreeSet::new();
    let mut winner: Option<(usize, i64)> = None;
    for simultaneous in changes.chunk_by(|a, b| a.0 == b.0) {
        for (_, index, begins) in simultaneous {
            let claim = (claims[*index].0, *index);
            if *begins {
                valid.insert(claim)
            } else {
                valid.remove(&claim)
            };
        }
        let (at, next) = (simultaneous[0].0, valid.last().map(|(_, index)| *index));
        if next != winner.map(|(index, _)| index) {
            if let Some((index, starts_at)) = winner {
                held[index].push(Interval { starts_at, ends_at: Some(at) });
            }
            winner = next.map(|index| (index, at));
        }
    }
    if let Some((index, starts_at)) = winner {
        held[index].push(Interval { starts_at, ends_at: None });
    }
    held
}

/// Rows of a batch, one per interval.
pub(crate) struct HeldRows {
    /// Row of each interval, if that differs from one interval per row.
    rows: Option<UInt32Array>,
    /// Start of each interval: the column `known_at`.
    pub(crate) known_at: ArrayRef,
    /// End of each interval: the column `superseded_at`.
    pub(crate) superseded_at: ArrayRef,
}

impl HeldRows {
    pub(crate) fn new(batch: u32, known_at: &TimestampMicrosecondArray, held: &HeldTimes) -> Self {
        let count = known_at.len();
        let (mut rows, mut starts, mut ends) =
            (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
        for (row, known_at) in (0_u32..).zip(known_at.values()) {
            match held.get(&RowIndex { batch, row }) {
                None => {
                    rows.push(row);
                    starts.push(*known_at);
                    ends.push(None);
                }
                Some(intervals) => {
                    rows.extend(intervals.iter().map(|_| row));
                    starts.extend(intervals.iter().map(|own| own.starts_at));
                    ends.extend(intervals.iter().map(|own| own.ends_at));
                }
            }
        }
        let rows = (rows.len() != count).then(|| UInt32Array::from(rows));
        let instants = |values: TimestampMicrosecondArray| Arc::new(values.with_timezone("UTC")) as ArrayRef;
        Self {
            rows,
            known_at: instants(TimestampMicrosecondArray::from(starts)),
            superseded_at: instants(TimestampMicrosecondArray::from(ends)),
        }
    }

    /// Number of intervals.
    pub(crate) fn count(&self) -> usize {
        self.known_at.len()
    }

    /// A column of the batch, with one value per interval.
    pub(crate) fn column(&self, column: &ArrayRef) -> Result<ArrayRef, StatsError> {
        match &self.rows {
            None => Ok(Arc::clone(column)),
            Some(rows) => Ok(take(column, rows, None)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions by order, time known and time of retraction; intervals as text.
    fn held(versions: &[(i64, i64, Option<i64>)]) -> Vec<String> {
        let version = |(order, known_at, retracted_from): &(i64, i64, Option<i64>)| Version {
            order: (*order, *known_at, 0, 0),
            retracted_from: *retracted_from,
        };
        let text = |own: &Interval| match own.ends_at {
            Some(ends_at) => format!("{}..{ends_at}", own.starts_at),
            None => format!("{}..", own.starts_at),
        };
        let held = held_intervals(&versions.iter().map(version).collect::<Vec<_>>());
        held.iter().map(|own| own.iter().map(text).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn a_version_holds_until_a_later_one_is_known() {
        // Recorded on days 1, 2, 3; the second version arrives after the third.
        assert_eq!(held(&[(1, 1, None), (2, 9, None), (3, 3, None)]), ["1..3", "9..3", "3.."]);
    }

    #[test]
    fn an_earlier_version_holds_again_after_a_retraction() {
        type Version = (i64, i64, Option<i64>);
        let cases: [(&[Version], &[&str]); 6] = [
            (&[(1, 1, Some(5))], &["1..5"]),
            (&[(1, 1, None), (2, 3, Some(5))], &["1..3 5..", "3..5"]),
            // The earlier version is retracted while it does not hold.
            (&[(1, 1, Some(4)), (2, 3, Some(5))], &["1..3", "3..5"]),
            // A version that arrives after a later one holds once that one is retracted.
            (&[(1, 1, None), (2, 4, None), (3, 2, Some(6))], &["1..2", "6..", "2..6"]),
            // It is retracted before it would hold.
            (&[(1, 1, None), (2, 4, Some(5)), (3, 2, Some(6))], &["1..2 6..", "4..4", "2..6"]),
            // Never valid.
            (&[(1, 1, None), (2, 3, Some(i64::MIN))], &["1..", "3..3"]),
        ];
        for (versions, expected) in cases {
            assert_eq!(held(versions), expected, "{versions:?}");
        }
    }

    #[test]
    fn the_last_of_equal_claims_wins() {
        let interval = |starts_at, ends_at| Interval { starts_at, ends_at };
        let held = winners(&[(7, interval(1, None)), (7, interval(1, Some(4))), (9, Interval::empty(2))]);
        assert_eq!(held, [vec![interval(4, None)], vec![interval(1, Some(4))], vec![]]);
    }
}
