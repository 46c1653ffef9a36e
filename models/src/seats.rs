//! Hits among the first seats of each slot, for any order of its offers.

use std::collections::BTreeMap;

use slotcast_core::NaiveDate;

use crate::{metrics::mean_with_error, promotion::Gain};

/// Rows by slot, with their outcomes and the number of seats that are looked at.
#[derive(Clone, Debug)]
pub(crate) struct TopHits<'a> {
    hits: &'a [bool],
    slots: Vec<(Vec<usize>, usize)>,
}

/// A third of a slot's campaigns, rounded up: all of them ran, so only the upper part tells orders apart.
pub(crate) fn top_third(campaigns: usize) -> usize {
    campaigns.div_ceil(3)
}

impl<'a> TopHits<'a> {
    /// `seats` gives the seats of a slot with this many rows. Slots that would seat every row are left out.
    pub(crate) fn new(slots: &[NaiveDate], hits: &'a [bool], seats: impl Fn(usize) -> usize) -> Self {
        let mut rows: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
        for (row, slot) in slots.iter().enumerate() {
            rows.entry(*slot).or_default().push(row);
        }
        let with_seats = |rows: Vec<usize>| {
            let seats = seats(rows.len());
            (seats < rows.len()).then_some((rows, seats))
        };
        Self { hits, slots: rows.into_values().filter_map(with_seats).collect() }
    }

    /// Number of slots that tell orders apart.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Expected hits per slot among the seats, by an order; zero without slots.
    pub(crate) fn mean(&self, values: &[f64]) -> f64 {
        let seated = self.slots.iter().map(|(rows, seats)| self.seated(values, rows, *seats));
        seated.sum::<f64>() / self.slots.len().max(1) as f64
    }

    /// Hits per slot that the order of `challenger` seats more than that of `incumbent`; `None` with fewer than two
    /// slots. Rows that tie for the last seats count with their chance of one.
    pub(crate) fn gain(&self, incumbent: &[f64], challenger: &[f64]) -> Option<Gain> {
        let differences: Vec<f64> = self
            .slots
            .iter()
            .map(|(rows, seats)| self.seated(challenger, rows, *seats) - self.seated(incumbent, rows, *seats))
            .collect();
        let (mean, se) = mean_with_error(&differences);
        (differences.len() > 1).then_some(Gain { mean, se })
    }

    /// Expected hits among the first `seats` of some rows.
    fn seated(&self, values: &[f64], rows: &[usize], seats: usize) -> f64 {
        let mut order = rows.to_vec();
        order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
        let (mut left, mut seated) = (seats as f64, 0.0);
        for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
            let taken = left.min(tied.len() as f64);
            let hits = tied.iter().filter(|row| self.hits[**row]).count() as f64;
            seated += hits * taken / tied.len() as f64;
            left -= taken;
        }
        seated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_last_seats_and_full_slots_tell_nothing() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let slots = [[date("2016-02-16"); 4], [date("2016-02-23"); 4]].concat();
        let hits = [true, false, false, false, true, true, false, false];
        let top = TopHits::new(&slots, &hits, |_| 2);
        let gain = top.gain(&[0.0; 8], &[4.0, 3.0, 2.0, 1.0, 1.0, 2.0, 3.0, 4.0]).unwrap();
        // All tied: 2 of 4 seats at 1/4 and at 2/4 hits; ordered: 1 and 0.
        assert!((gain.mean - (0.5 - 1.0) / 2.0).abs() < 1e-12, "{gain:?}");
        assert!((top.mean(&[0.0; 8]) - 0.75).abs() < 1e-12);
        let full = TopHits::new(&slots, &hits, |rows| rows);
        assert_eq!((full.slots(), full.mean(&[0.0; 8])), (0, 0.0));
        assert_eq!((top_third(1), top_third(3), top_third(20)), (1, 1, 7));
    }
}
