//! Hits among the first offers of each slot, for any order of its offers.

use std::collections::BTreeMap;

use slotcast_core::NaiveDate;

use crate::{
    evaluate::{clustered::Gain, seats::share_seats},
    math::functions::mean_and_se,
};

/// Outcomes by slot, with the number of seats of each.
#[derive(Clone, Debug)]
pub(crate) struct TopHits<'a> {
    hits: &'a [bool],
    slots: Vec<(Vec<usize>, usize)>,
}

/// A third of a slot's campaigns, rounded up. All of them were selected, so only the upper part distinguishes orders.
pub(crate) fn top_third(campaigns: usize) -> usize {
    campaigns.div_ceil(3)
}

impl<'a> TopHits<'a> {
    /// `seats` maps a slot's number of rows to its seats. Slots that would seat every row are left out.
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

    /// Number of slots that distinguish orders.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Expected hits per slot among the seats; zero without slots.
    pub(crate) fn mean(&self, scores: &[f64]) -> f64 {
        let hits = self.slots.iter().map(|(rows, seats)| self.seated_hits(scores, rows, *seats));
        hits.sum::<f64>() / self.slots.len().max(1) as f64
    }

    /// Hits per slot that the order of `challenger` gains over that of `incumbent`; `None` for fewer than two slots.
    pub(crate) fn gain(&self, incumbent: &[f64], challenger: &[f64]) -> Option<Gain> {
        let difference = |(rows, seats): &(Vec<usize>, usize)| {
            self.seated_hits(challenger, rows, *seats) - self.seated_hits(incumbent, rows, *seats)
        };
        let differences: Vec<f64> = self.slots.iter().map(difference).collect();
        let (mean, se) = mean_and_se(&differences);
        (differences.len() > 1).then_some(Gain { mean, se })
    }

    /// Expected hits among the first `seats` of these rows.
    fn seated_hits(&self, scores: &[f64], rows: &[usize], seats: usize) -> f64 {
        let mut seated = 0.0;
        share_seats(scores, rows.iter().copied(), seats, |tied, taken| {
            let hits = tied.iter().filter(|row| self.hits[**row]).count() as f64;
            seated += hits * taken / tied.len() as f64;
        });
        seated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_last_seats_and_full_slots_are_left_out() {
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
