//! How many rows fall into which hour, and where within it.
//!
//! All of it is arithmetic on whole numbers, so that the counts come out exactly
//! and are the same on every machine.

use std::ops::Range;

use chrono::{DateTime, Timelike, Utc};
use rand::Rng;
use slotcast_core::utc_to_local;

use super::scene::Scene;

/// Which part of a market is written.
pub(super) struct Stretch {
    pub(super) slots: Range<usize>,
    /// From the opening of each slot.
    pub(super) most_hours: usize,
}

/// An hour of a slot and its rows.
#[derive(Debug)]
pub(super) struct Hour {
    /// Seconds since 1970.
    pub(super) start: i64,
    /// The last hour of a slot may be cut short by a change of the clock.
    pub(super) seconds: u64,
    pub(super) rows: u64,
}

/// What an hour's share of the rows hangs on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Whole hours since the opening.
    pub(super) since_open: u64,
    /// Whole hours to the close, this one included.
    pub(super) to_close: u64,
    /// Hour of the local day.
    pub(super) of_day: u32,
}

impl Stretch {
    /// The hours of a slot, in order; `total` is that of the whole market.
    pub(super) fn hours(
        &self,
        scene: &Scene,
        slot: usize,
        total: u64,
        weight: fn(Moment) -> u64,
    ) -> impl Iterator<Item = Hour> {
        let opens_at = scene.slots[slot].opens_at.timestamp();
        let seconds = scene.slots[slot].closes_at.timestamp().abs_diff(opens_at);
        let count = seconds.div_ceil(3_600);
        let moment = |hour: u64| {
            let at = DateTime::<Utc>::from_timestamp(opens_at + hour as i64 * 3_600, 0);
            let local = utc_to_local(scene.zone, at.expect("slots lie within the calendar"));
            Moment { since_open: hour, to_close: count - hour, of_day: local.hour() }
        };
        let weights: Vec<u64> = (0..count).map(|hour| weight(moment(hour))).collect();
        let of_slot = rows_before(scene, slot + 1, total) - rows_before(scene, slot, total);
        let hours = (0..count).zip(shares(of_slot, &weights)).map(move |(hour, rows)| Hour {
            start: opens_at + hour as i64 * 3_600,
            seconds: (seconds - hour * 3_600).min(3_600),
            rows,
        });
        hours.take(self.most_hours)
    }
}

/// The rows of all slots before this one. The slot after the last has as many as the others.
pub(super) fn rows_before(scene: &Scene, slot: usize, total: u64) -> u64 {
    total * slot as u64 / scene.weeks as u64
}

/// Shares of a total by weight; they sum up exactly.
fn shares(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u64 = weights.iter().sum();
    let mut before = 0;
    let mut given = 0;
    let share = |weight: &u64| {
        before += weight;
        let upto = total * before / sum.max(1);
        let share = upto - given;
        given = upto;
        share
    };
    weights.iter().map(share).collect()
}

/// The place of number `index` of `count` spread over `span`: drawn, never before the place of
/// the number before it, and never the same where there is room for all.
pub(super) fn place(index: u64, count: u64, span: u64, rng: &mut impl Rng) -> u64 {
    let from = span * index / count;
    let room = span * (index + 1) / count - from;
    if room > 1 { from + u64::from(rng.random_range(0..room as u32)) } else { from }
}

/// A number of rows to be picked out of all rows, evenly.
#[derive(Debug)]
pub(super) struct Picked {
    wanted: u64,
    rows: u64,
    seen: u64,
    pub(super) given: u64,
}

impl Picked {
    pub(super) fn new(wanted: u64, rows: u64) -> Self {
        Self { wanted, rows, seen: 0, given: 0 }
    }

    /// Whether the next row should be one; it stays so until `given` says that one was.
    pub(super) fn is_due(&mut self) -> bool {
        self.seen += 1;
        // From the middle of each stretch: the last is not the last row of all.
        (2 * self.wanted * self.seen + self.rows) / (2 * self.rows) > self.given
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::{Part, stream};

    #[test]
    fn shares_lose_nothing() {
        for total in [0, 1, 7, 1_000, 999_999] {
            assert_eq!(shares(total, &[3, 1, 0, 5, 2]).iter().sum::<u64>(), total);
        }
    }

    #[test]
    fn places_are_in_order_and_distinct_where_there_is_room() {
        let mut rng = stream(1, Part::Goods);
        for (count, span) in [(10, 10), (7, 100), (999, 1_000)] {
            let places: Vec<u64> = (0..count).map(|index| place(index, count, span, &mut rng)).collect();
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
            assert!(places.iter().all(|place| *place < span), "{places:?}");
        }
    }

    #[test]
    fn as_many_are_picked_as_wanted() {
        for (wanted, rows) in [(0, 10), (1, 1), (3, 40), (40, 40), (17, 100_000)] {
            let mut picked = Picked::new(wanted, rows);
            for _ in 0..rows {
                picked.given += u64::from(picked.is_due());
            }
            assert_eq!(picked.given, wanted);
        }
    }
}
