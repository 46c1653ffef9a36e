//! Distribution of rows over hours, and of positions within an hour.
//!
//! All of it is integer arithmetic, so that counts are exact and the same on every machine.

use std::ops::Range;

use chrono::{DateTime, Timelike, Utc};
use rand::Rng;
use slotcast_core::utc_to_local;

use super::catalog::Catalog;

/// The slots and hours of a market that are written.
pub(super) struct HourRange {
    pub(super) slots: Range<usize>,
    /// Counted from the opening of each slot.
    pub(super) max_hours: usize,
}

/// Number of rows in an hour of a slot.
#[derive(Debug)]
pub(super) struct HourRows {
    /// Unix time in seconds.
    pub(super) start: i64,
    /// Length. A clock change may shorten the last hour of a slot.
    pub(super) seconds: u64,
    pub(super) rows: u64,
}

/// An hour of a slot, as its weight depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlotHour {
    /// Whole hours since the opening.
    pub(super) since_open: u64,
    /// Whole hours until the close, including this one.
    pub(super) until_close: u64,
    /// Hour of the local day.
    pub(super) hour_of_day: u32,
}

impl HourRange {
    /// The hours of a slot, in order. `total` is the number of rows of the whole market.
    pub(super) fn hours(
        &self,
        catalog: &Catalog,
        slot: usize,
        total: u64,
        weight: fn(SlotHour) -> u64,
    ) -> impl Iterator<Item = HourRows> {
        let opens_at = catalog.slots[slot].opens_at.timestamp();
        let seconds = catalog.slots[slot].closes_at.timestamp().abs_diff(opens_at);
        let count = seconds.div_ceil(3_600);
        let slot_hour = |hour: u64| {
            let at = DateTime::<Utc>::from_timestamp(opens_at + hour as i64 * 3_600, 0);
            let local = utc_to_local(catalog.zone, at.expect("slots lie within the calendar"));
            SlotHour { since_open: hour, until_close: count - hour, hour_of_day: local.hour() }
        };
        let weights: Vec<u64> = (0..count).map(|hour| weight(slot_hour(hour))).collect();
        let slot_rows = rows_before(catalog, slot + 1, total) - rows_before(catalog, slot, total);
        let hours = (0..count).zip(allocate(slot_rows, &weights)).map(move |(hour, rows)| HourRows {
            start: opens_at + hour as i64 * 3_600,
            seconds: (seconds - hour * 3_600).min(3_600),
            rows,
        });
        hours.take(self.max_hours)
    }
}

/// Rows of all slots before this one. The slot after the last has as many rows as the others.
pub(super) fn rows_before(catalog: &Catalog, slot: usize, total: u64) -> u64 {
    total * slot as u64 / catalog.weeks as u64
}

/// Divides a total in proportion to weights. The parts sum to the total exactly.
fn allocate(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u64 = weights.iter().sum();
    let mut weight_so_far = 0;
    let mut allocated = 0;
    let part = |weight: &u64| {
        weight_so_far += weight;
        let upto = total * weight_so_far / sum.max(1);
        let part = upto - allocated;
        allocated = upto;
        part
    };
    weights.iter().map(part).collect()
}

/// Stratified random position of item `index` of `count` within `span`. Positions never decrease, and they are
/// distinct if `span` is at least `count`.
pub(super) fn stratified_position(index: u64, count: u64, span: u64, rng: &mut impl Rng) -> u64 {
    let from = span * index / count;
    let width = span * (index + 1) / count - from;
    if width > 1 { from + u64::from(rng.random_range(0..width as u32)) } else { from }
}

/// Picks a fixed number of rows at even distances.
#[derive(Debug)]
pub(super) struct EvenPicks {
    target: u64,
    rows: u64,
    seen: u64,
    pub(super) picked: u64,
}

impl EvenPicks {
    pub(super) fn new(target: u64, rows: u64) -> Self {
        Self { target, rows, seen: 0, picked: 0 }
    }

    /// Whether the next row should be picked. The answer stays true until the caller increments `picked`.
    pub(super) fn is_due(&mut self) -> bool {
        self.seen += 1;
        // Picks lie in the middle of their intervals, so the last one is not the last row.
        (2 * self.target * self.seen + self.rows) / (2 * self.rows) > self.picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngStream;

    #[test]
    fn allocation_sums_to_total() {
        for total in [0, 1, 7, 1_000, 999_999] {
            assert_eq!(allocate(total, &[3, 1, 0, 5, 2]).iter().sum::<u64>(), total);
        }
    }

    #[test]
    fn positions_increase() {
        let mut rng = RngStream::LoadProducts.rng(1);
        for (count, span) in [(10, 10), (7, 100), (999, 1_000)] {
            let positions: Vec<u64> =
                (0..count).map(|index| stratified_position(index, count, span, &mut rng)).collect();
            assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "{positions:?}");
            assert!(positions.iter().all(|position| *position < span), "{positions:?}");
        }
    }

    #[test]
    fn picks_reach_target() {
        for (target, rows) in [(0, 10), (1, 1), (3, 40), (40, 40), (17, 100_000)] {
            let mut picks = EvenPicks::new(target, rows);
            for _ in 0..rows {
                picks.picked += u64::from(picks.is_due());
            }
            assert_eq!(picks.picked, target);
        }
    }
}
