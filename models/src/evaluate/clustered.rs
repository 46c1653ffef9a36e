//! Paired score differences with standard errors clustered by slot, because offers of one slot are correlated.

use std::collections::BTreeMap;

use slotcast_core::NaiveDate;

/// Sums of values and numbers of rows, by slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusteredMean {
    slots: BTreeMap<NaiveDate, (f64, f64)>,
}

impl ClusteredMean {
    pub(crate) fn add(&mut self, slot: NaiveDate, value: f64) {
        let sums = self.slots.entry(slot).or_default();
        *sums = (sums.0 + value, sums.1 + 1.0);
    }

    /// The mean per row and its standard error with slots as clusters (K.-Y. Liang and S. Zeger, Biometrika 73, 1986).
    /// `None` for fewer than two slots.
    pub(crate) fn mean_and_clustered_se(&self) -> Option<(f64, f64)> {
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

/// A mean difference and its standard error over slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_slot_are_one_observation() {
        let slot = |week: u32| NaiveDate::from_yo_opt(2016, 1 + 7 * week).unwrap();
        let mut clustered = ClusteredMean::default();
        assert_eq!(clustered.mean_and_clustered_se(), None);
        for week in 0..4 {
            for _ in 0..50 {
                clustered.add(slot(week), f64::from(week % 2));
            }
        }
        // Four means of 0, 1, 0, 1: standard deviation 0.577, standard error 0.289.
        let (mean, se) = clustered.mean_and_clustered_se().unwrap();
        assert!((mean - 0.5).abs() < 1e-12 && (se - 0.288_675).abs() < 1e-5, "{mean} {se}");
    }
}
