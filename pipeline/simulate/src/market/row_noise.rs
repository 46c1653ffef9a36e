//! Late and repeated rows.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{counts::MarketCounts, visible_range::VisibleRange};
use crate::rng::bernoulli;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// `recorded_at` of each copy of a row that is written. An inner `None` is a row without a `recorded_at`.
pub(crate) type RowCopies = [Option<Option<i64>>; 2];

/// Decides when and how often the rows of an offer are recorded.
pub(crate) struct RowNoise<'a> {
    pub(crate) rng: ChaCha8Rng,
    /// Share of late rows.
    pub(crate) late: f64,
    /// Share of repeated rows.
    pub(crate) repeated: f64,
    pub(crate) visible: &'a VisibleRange,
}

impl RowNoise<'_> {
    /// Copies of a row with this time. Late rows get a `recorded_at`.
    pub(crate) fn copies(&mut self, at: i64, counts: &mut MarketCounts) -> RowCopies {
        let is_late = bernoulli(&mut self.rng, self.late);
        let recorded_at = is_late.then(|| at + self.rng.random_range(HOUR..14 * DAY) / 1_000 * 1_000);
        let copies = self.copies_recorded_at(at, recorded_at, counts);
        counts.late_rows += u64::from(is_late && copies[0].is_some());
        copies
    }

    /// Copies of a row with this time and `recorded_at`.
    pub(crate) fn copies_recorded_at(
        &mut self,
        at: i64,
        recorded_at: Option<i64>,
        counts: &mut MarketCounts,
    ) -> RowCopies {
        let is_repeated = bernoulli(&mut self.rng, self.repeated);
        if !self.visible.contains(recorded_at.unwrap_or(at)) {
            return [None, None];
        }
        counts.fact_rows += 1;
        counts.repeated_rows += u64::from(is_repeated);
        [Some(recorded_at), is_repeated.then_some(recorded_at)]
    }
}
