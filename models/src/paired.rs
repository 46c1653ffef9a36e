//! Differences of two models row by row, with the error that slots give: offers of a slot share their luck.

use std::collections::BTreeMap;

use slotcast_core::NaiveDate;

/// Sums of differences and rows, by slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paired {
    slots: BTreeMap<NaiveDate, (f64, f64)>,
}

impl Paired {
    pub(crate) fn add(&mut self, slot: NaiveDate, difference: f64) {
        let sums = self.slots.entry(slot).or_default();
        *sums = (sums.0 + difference, sums.1 + 1.0);
    }

    /// The mean difference of a row and its standard error with slots as clusters (K.-Y. Liang and
    /// S. Zeger, Biometrika 73, 1986); `None` with fewer than two slots.
    pub(crate) fn mean_and_error(&self) -> Option<(f64, f64)> {
        let slots = self.slots.len() as f64;
        if slots < 2.0 {
            return None;
        }
        let rows: f64 = self.slots.values().map(|sums| sums.1).sum();
        let mean = self.slots.values().map(|sums| sums.0).sum::<f64>() / rows;
        let squares: f64 = self.slots.values().map(|sums| (sums.0 - mean * sums.1).powi(2)).sum();
        Some((mean, (squares * slots / (slots - 1.0)).sqrt() / rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_slot_are_one_piece_of_luck() {
        let slot = |week: u32| NaiveDate::from_yo_opt(2016, 1 + 7 * week).unwrap();
        let mut paired = Paired::default();
        assert_eq!(paired.mean_and_error(), None);
        for week in 0..4 {
            for _ in 0..50 {
                paired.add(slot(week), f64::from(week % 2));
            }
        }
        // Four means of 0, 1, 0, 1: standard deviation 0.577, error 0.289.
        let (mean, error) = paired.mean_and_error().unwrap();
        assert!((mean - 0.5).abs() < 1e-12 && (error - 0.288_675).abs() < 1e-5, "{mean} {error}");
    }
}
