//! Noise floor of the expected calibration error.

use std::{collections::BTreeMap, ops::Range};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use slotcast_core::NaiveDate;

use crate::{
    evaluate::metrics::{bins, ece_of_bins, rows_by_probability},
    math::functions::{mean, quantile_of_sorted},
};

const DRAWS: usize = 500;
const SEED: u64 = 20_160_216;

/// The expected calibration error that a calibrated model exceeds by chance in one of twenty samples, for rows of these
/// slots. `None` without rows.
///
/// The larger of two 95th percentiles, each over 500 seeded draws, with the bins of [`ece`](crate::ece):
/// - independent outcomes: every row hits with its own `p`;
/// - slots drawn with replacement, because campaigns of one slot share a shock. With `d_bs` = hits less expected hits of
///   bin `b` in slot `s`, `S` slots, `n` rows and a drawn multiset `s*`:
///   `ECE* = sqrt(S / (S - 1)) / n * sum_b | sum_{s*} (d_bs* - mean_s d_bs) |`.
///   Centering imposes calibration, so a biased model does not raise its own floor. With one slot there is no such
///   percentile.
///
/// Source: cluster bootstrap, C. Field and A. Welsh, Bootstrapping clustered data, JRSS B 69 (2007).
pub fn ece_noise_floor(p: &[f64], hits: &[bool], slots: &[NaiveDate]) -> Option<f64> {
    if p.is_empty() {
        return None;
    }
    let order = rows_by_probability(p);
    let sorted: Vec<f64> = order.iter().map(|row| p[*row]).collect();
    let bins = bins(&sorted);
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut outcomes = vec![false; p.len()];
    let independent = percentile_95(|| {
        outcomes.iter_mut().zip(&sorted).for_each(|(hit, p)| *hit = rng.random::<f64>() < *p);
        ece_of_bins(&bins, &sorted, &outcomes)
    });
    let residuals = slot_residuals(&bins, &order, p, hits, slots);
    let count = residuals.len();
    if count < 2 {
        return Some(independent);
    }
    let scale = (count as f64 / (count as f64 - 1.0)).sqrt() / p.len() as f64;
    let clustered = percentile_95(|| {
        let mut sums = vec![0.0; bins.len()];
        for _ in 0..count {
            let slot = rng.random_range(0..count);
            sums.iter_mut().zip(&residuals[slot]).for_each(|(sum, residual)| *sum += residual);
        }
        scale * sums.iter().map(|sum| sum.abs()).sum::<f64>()
    });
    Some(clustered.max(independent))
}

/// Hits less expected hits per slot and bin, less their mean over slots.
fn slot_residuals(
    bins: &[Range<usize>],
    order: &[usize],
    p: &[f64],
    hits: &[bool],
    slots: &[NaiveDate],
) -> Vec<Vec<f64>> {
    let mut by_slot: BTreeMap<NaiveDate, Vec<f64>> = BTreeMap::new();
    for (bin, rows) in bins.iter().enumerate() {
        for row in &order[rows.clone()] {
            let residuals = by_slot.entry(slots[*row]).or_insert_with(|| vec![0.0; bins.len()]);
            residuals[bin] += f64::from(hits[*row]) - p[*row];
        }
    }
    let mut residuals: Vec<Vec<f64>> = by_slot.into_values().collect();
    for bin in 0..bins.len() {
        let mean = mean(&residuals.iter().map(|slot| slot[bin]).collect::<Vec<_>>());
        residuals.iter_mut().for_each(|slot| slot[bin] -= mean);
    }
    residuals
}

fn percentile_95(mut draw: impl FnMut() -> f64) -> f64 {
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    draws.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(&draws, 0.95)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::metrics::ece;

    /// A calibrated model over `count` slots of 20 offers that share a shock of `sd` on the probability.
    fn sample(count: usize, sd: f64, seed: u64) -> (Vec<f64>, Vec<bool>, Vec<NaiveDate>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut p, mut hits, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        for slot in 0..count {
            let shock = if rng.random::<f64>() < 0.5 { sd } else { -sd };
            for row in 0..20 {
                p.push(0.3 + 0.02 * f64::from(row));
                hits.push(rng.random::<f64>() < p[p.len() - 1] + shock);
                slots.push(NaiveDate::from_num_days_from_ce_opt(735_000 + 7 * slot as i32).unwrap());
            }
        }
        (p, hits, slots)
    }

    fn floor((p, hits, slots): &(Vec<f64>, Vec<bool>, Vec<NaiveDate>)) -> f64 {
        ece_noise_floor(p, hits, slots).unwrap()
    }

    #[test]
    fn the_floor_falls_with_rows_and_is_reproducible() {
        let (small, large) = (floor(&sample(10, 0.0, 1)), floor(&sample(1_000, 0.0, 1)));
        assert!(small > 5.0 * large && large > 0.005, "{small} {large}");
        assert_eq!(floor(&sample(10, 0.0, 1)), small);
        // One bin at p = 1/2, n = 10,000, one slot: the 95 % quantile of |mean - .5| is 1.96 * .005.
        let slot = vec![NaiveDate::default(); 10_000];
        let floor = ece_noise_floor(&[0.5; 10_000], &[true; 10_000], &slot).unwrap();
        assert!((floor - 0.0098).abs() < 0.001, "{floor}");
    }

    #[test]
    fn slot_shocks_raise_the_floor() {
        let mut above = [0, 0];
        for seed in 0..40 {
            for (count, sd) in above.iter_mut().zip([0.0, 0.25]) {
                let sample = sample(100, sd, seed);
                *count += usize::from(ece(&sample.0, &sample.1).unwrap() > floor(&sample));
            }
        }
        // Five percent of forty are two.
        assert!(above.iter().all(|count| *count <= 6), "{above:?}");
        let (independent, shared) = (floor(&sample(100, 0.0, 3)), floor(&sample(100, 0.25, 3)));
        assert!(shared > 1.3 * independent, "{independent} {shared}");
        // A bias in every slot is not noise.
        let (p, hits, slots) = sample(100, 0.25, 3);
        let biased: Vec<f64> = p.iter().map(|p| p + 0.2).collect();
        assert!(ece(&biased, &hits).unwrap() > 2.0 * ece_noise_floor(&biased, &hits, &slots).unwrap());
    }
}
