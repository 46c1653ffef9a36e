//! How good probabilities are: measures of order, of size and of calibration.
//!
//! Every function takes probabilities and outcomes of the same rows, of the same
//! length, and gives `None` where the measure is not defined.

use std::{collections::BTreeMap, ops::Range};

use slotcast_core::{NaiveDate, wilson_interval};

use crate::{
    numbers::{Z_80, mean, quantile_of_sorted},
    seeded::SplitMix64,
};

const BINS: usize = 10;
const CLIP: f64 = 1e-15;
const NOISE_DRAWS: usize = 500;
const NOISE_SEED: u64 = 20_160_216;

/// Log loss of one row in nats; a probability is taken to be at least 1e-15 away from 0 and 1.
pub(crate) fn row_log_loss(p: f64, hit: bool) -> f64 {
    let of_outcome = if hit { p } else { 1.0 - p };
    -of_outcome.clamp(CLIP, 1.0 - CLIP).ln()
}

/// The chance that a hit scores above a miss, ties counting half. `None` unless there are both.
///
/// Source: J. Hanley and B. McNeil, Radiology 143 (1982), by the midranks of the Wilcoxon statistic.
pub fn auc(p: &[f64], hits: &[bool]) -> Option<f64> {
    let positives = hits.iter().filter(|hit| **hit).count() as f64;
    let negatives = hits.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let order = rows_by_probability(p);
    let mut rank_sum = 0.0;
    let mut before = 0;
    for tied in order.chunk_by(|a, b| p[*a] == p[*b]) {
        let midrank = before as f64 + (tied.len() + 1) as f64 / 2.0;
        rank_sum += midrank * tied.iter().filter(|row| hits[**row]).count() as f64;
        before += tied.len();
    }
    Some((rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// Mean squared distance of probability and outcome (G. Brier, Monthly Weather Review 78, 1950).
/// `None` without rows.
pub fn brier(p: &[f64], hits: &[bool]) -> Option<f64> {
    let squares = p.iter().zip(hits).map(|(p, hit)| (p - f64::from(*hit)).powi(2));
    (!p.is_empty()).then(|| squares.sum::<f64>() / p.len() as f64)
}

/// Mean log loss in nats and its standard error (zero for a single row). `None` without rows.
pub fn log_loss(p: &[f64], hits: &[bool]) -> Option<(f64, f64)> {
    let losses: Vec<f64> = p.iter().zip(hits).map(|(p, hit)| row_log_loss(*p, *hit)).collect();
    (!losses.is_empty()).then(|| mean_with_error(&losses))
}

/// Mean of some numbers and its standard error.
pub(crate) fn mean_with_error(values: &[f64]) -> (f64, f64) {
    let centre = mean(values);
    let n = values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    (centre, if n > 1.0 { (squares / (n - 1.0) / n).sqrt() } else { 0.0 })
}

/// Expected calibration error: the mean distance of mean probability and hit rate over
/// ten bins of about equal numbers of rows; equal probabilities share a bin. `None` without rows.
///
/// Source: M. Naeini, G. Cooper, M. Hauskrecht, Obtaining well calibrated probabilities using
/// Bayesian binning, AAAI 2015.
pub fn ece(p: &[f64], hits: &[bool]) -> Option<f64> {
    let order = rows_by_probability(p);
    let sorted: Vec<f64> = order.iter().map(|row| p[*row]).collect();
    let outcomes = order.iter().map(|row| hits[*row]).collect::<Vec<_>>();
    (!p.is_empty()).then(|| ece_of_bins(&bins(&sorted), &sorted, &outcomes))
}

/// Predictions that were alike, and what became of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// How many rows.
    pub n: usize,
    /// How many of them were hits.
    pub hits: usize,
    /// Their mean probability.
    pub p_mean: f64,
    /// Wilson's 80 % interval of their share of hits: its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The bins of [`ece`], in the order of their probabilities.
pub fn reliability(p: &[f64], hits: &[bool]) -> Vec<ReliabilityBin> {
    let order = rows_by_probability(p);
    let sorted: Vec<f64> = order.iter().map(|row| p[*row]).collect();
    let bin = |bin: Range<usize>| {
        let (n, hits) = (bin.len(), order[bin.clone()].iter().filter(|row| hits[**row]).count());
        let (low, high) = wilson_interval(hits as f64, n as f64, Z_80).unwrap_or((0.0, 1.0));
        ReliabilityBin { n, hits, p_mean: mean(&sorted[bin]), low, high }
    };
    bins(&sorted).into_iter().map(bin).collect()
}

/// The ECE that a calibrated model exceeds by chance in one sample of twenty, for rows of these slots. `None` without
/// rows.
///
/// The larger of two 95th percentiles, each over 500 seeded draws, with the bins of [`ece`]:
/// - independent outcomes: every row hits with its own `p`;
/// - slots drawn with replacement, because campaigns of one slot share their luck. With `d_bs` = hits less expected
///   hits of bin `b` in slot `s`, `S` slots, `n` rows and a drawn multiset `s*`:
///   `ECE* = sqrt(S / (S - 1)) / n * sum_b | sum_{s*} (d_bs* - mean_s d_bs) |`.
///   Centring imposes calibration, so a biased model does not raise its own floor. With one slot there is no such
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
    let mut source = SplitMix64::new(NOISE_SEED);
    let independent = |source: &mut SplitMix64| {
        let outcomes: Vec<bool> = sorted.iter().map(|p| source.uniform() < *p).collect();
        ece_of_bins(&bins, &sorted, &outcomes)
    };
    let independent = percentile_95((0..NOISE_DRAWS).map(|_| independent(&mut source)));
    let residuals = slot_residuals(&bins, &order, p, hits, slots);
    let count = residuals.len();
    if count < 2 {
        return Some(independent);
    }
    let scale = (count as f64 / (count as f64 - 1.0)).sqrt() / p.len() as f64;
    let shared = |source: &mut SplitMix64| {
        let mut sums = vec![0.0; bins.len()];
        for _ in 0..count {
            let slot = ((source.uniform() * count as f64) as usize).min(count - 1);
            sums.iter_mut().zip(&residuals[slot]).for_each(|(sum, own)| *sum += own);
        }
        scale * sums.iter().map(|sum| sum.abs()).sum::<f64>()
    };
    Some(percentile_95((0..NOISE_DRAWS).map(|_| shared(&mut source))).max(independent))
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

fn percentile_95(draws: impl Iterator<Item = f64>) -> f64 {
    let mut draws: Vec<f64> = draws.collect();
    draws.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(&draws, 0.95)
}

/// The share of hits among the offers that would have been chosen had every slot taken its `seats`
/// best: chosen hits over chosen offers, all slots together. Where offers tie for the last seats, each counts
/// with its chance of a seat, so that the order of rows does not matter. `None` without rows or seats.
pub fn precision_at_seats(p: &[f64], hits: &[bool], slots: &[NaiveDate], seats: usize) -> Option<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| slots[*a].cmp(&slots[*b]).then(p[*b].total_cmp(&p[*a])));
    let (mut chosen, mut chosen_hits) = (0.0, 0.0);
    for slot in order.chunk_by(|a, b| slots[*a] == slots[*b]) {
        let mut left = seats as f64;
        for tied in slot.chunk_by(|a, b| p[*a] == p[*b]) {
            let taken = left.min(tied.len() as f64);
            let tied_hits = tied.iter().filter(|row| hits[**row]).count() as f64;
            chosen += taken;
            chosen_hits += tied_hits * taken / tied.len() as f64;
            left -= taken;
        }
    }
    (chosen > 0.0).then(|| chosen_hits / chosen)
}

fn rows_by_probability(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    order
}

fn bins(sorted: &[f64]) -> Vec<Range<usize>> {
    let n = sorted.len();
    let mut bins = Vec::with_capacity(BINS);
    let mut start = 0;
    for bin in 1..=BINS {
        let mut end = (n * bin / BINS).max(start);
        while end > start && end < n && sorted[end] == sorted[end - 1] {
            end += 1;
        }
        if end > start {
            bins.push(start..end);
            start = end;
        }
    }
    bins
}

fn ece_of_bins(bins: &[Range<usize>], sorted: &[f64], outcomes: &[bool]) -> f64 {
    let distance = |bin: &Range<usize>| {
        let expected: f64 = sorted[bin.clone()].iter().sum();
        let seen = outcomes[bin.clone()].iter().filter(|hit| **hit).count() as f64;
        (expected - seen).abs()
    };
    bins.iter().map(distance).sum::<f64>() / sorted.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) -> bool {
        (found.unwrap() - expected).abs() < 1e-12
    }

    #[test]
    fn auc_agrees_with_the_manual_of_scikit_learn() {
        // roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75 there.
        assert!(close(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), 0.75));
        assert!(close(auc(&[0.5; 4], &[false, false, true, true]), 0.5));
        // Pairs by hand: (.6, .2) 1, (.6, .6) half, (.9, both) 2 of 4.
        assert!(close(auc(&[0.2, 0.6, 0.6, 0.9], &[false, false, true, true]), 0.875));
        assert_eq!(auc(&[0.2, 0.6], &[true, true]), None);
    }

    #[test]
    fn brier_and_log_loss_agree_with_the_manual_of_scikit_learn() {
        // brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]) is 0.0375 there.
        let hits = [false, true, true, false];
        assert!(close(brier(&[0.1, 0.9, 0.8, 0.3], &hits), 0.0375));
        // log_loss(["spam", "ham", "ham", "spam"], [.9, .1, .2, .65 for spam]) is 0.21616... there.
        let (loss, error) = log_loss(&[0.1, 0.9, 0.8, 0.35], &hits).unwrap();
        assert!((loss - 0.216_161_874_679_6).abs() < 1e-9, "{loss}");
        // Losses by hand: .105361, .105361, .223144, .430783; sd .153476, halved.
        assert!((error - 0.076_738).abs() < 1e-5, "{error}");
        assert!(log_loss(&[1.0], &[false]).unwrap().0 < 34.6, "clipped at 1e-15");
    }

    #[test]
    fn ece_by_hand_and_order_does_not_matter() {
        // Ten rows at .2 with three hits, ten at .7 with six: (|2 - 3| + |7 - 6|) / 20.
        let p: Vec<f64> = (0..20).map(|row| if row % 2 == 0 { 0.2 } else { 0.7 }).collect();
        let hits: Vec<bool> = (0..20).map(|row| row < if row % 2 == 0 { 6 } else { 12 }).collect();
        assert!(close(ece(&p, &hits), 0.1));
        let back = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
        let hits_back: Vec<bool> = hits.iter().rev().copied().collect();
        assert_eq!(ece(&back(&p), &hits_back), ece(&p, &hits));
    }

    /// A calibrated model over `count` slots of 20 whose outcomes share a shock of `sd` on the probability.
    fn shocked(count: usize, sd: f64, seed: u64) -> (Vec<f64>, Vec<bool>, Vec<NaiveDate>) {
        let mut source = SplitMix64::new(seed);
        let (mut p, mut hits, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        for slot in 0..count {
            let shock = if source.uniform() < 0.5 { sd } else { -sd };
            for row in 0..20 {
                p.push(0.3 + 0.02 * f64::from(row));
                hits.push(source.uniform() < p[p.len() - 1] + shock);
                slots.push(NaiveDate::from_num_days_from_ce_opt(735_000 + 7 * slot as i32).unwrap());
            }
        }
        (p, hits, slots)
    }

    fn floor((p, hits, slots): &(Vec<f64>, Vec<bool>, Vec<NaiveDate>)) -> f64 {
        ece_noise_floor(p, hits, slots).unwrap()
    }

    #[test]
    fn the_noise_floor_falls_with_rows_and_is_the_same_each_time() {
        let (small, large) = (floor(&shocked(10, 0.0, 1)), floor(&shocked(1_000, 0.0, 1)));
        assert!(small > 5.0 * large && large > 0.005, "{small} {large}");
        assert_eq!(floor(&shocked(10, 0.0, 1)), small);
        // One bin at p = 1/2, n = 10,000, one slot: the 95 % point of |mean - .5| is 1.96 * .005.
        let slot = vec![NaiveDate::default(); 10_000];
        let floor = ece_noise_floor(&[0.5; 10_000], &[true; 10_000], &slot).unwrap();
        assert!((floor - 0.0098).abs() < 0.001, "{floor}");
    }

    #[test]
    fn luck_that_a_slot_shares_raises_the_floor_above_the_error_of_a_calibrated_model() {
        let mut above = [0, 0];
        for seed in 0..40 {
            for (place, sd) in [0.0, 0.25].into_iter().enumerate() {
                let sample = shocked(100, sd, seed);
                above[place] += usize::from(ece(&sample.0, &sample.1).unwrap() > floor(&sample));
            }
        }
        // Five percent of forty are two.
        assert!(above.iter().all(|count| *count <= 6), "{above:?}");
        let (alone, shared) = (floor(&shocked(100, 0.0, 3)), floor(&shocked(100, 0.25, 3)));
        assert!(shared > 1.3 * alone, "{alone} {shared}");
        // A bias in every slot is no luck.
        let (p, hits, slots) = shocked(100, 0.25, 3);
        let bold: Vec<f64> = p.iter().map(|p| p + 0.2).collect();
        assert!(ece(&bold, &hits).unwrap() > 2.0 * ece_noise_floor(&bold, &hits, &slots).unwrap());
    }

    #[test]
    fn seats_go_to_the_best_of_each_slot() {
        let slot = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (a, b) = (slot("2016-02-16"), slot("2016-02-23"));
        let p = [0.9, 0.5, 0.1, 0.8, 0.8, 0.8];
        let hits = [true, false, true, true, false, false];
        // First slot: a hit and a miss. Second: two seats for three that tie, a third of them hits.
        let found = precision_at_seats(&p, &hits, &[a, a, a, b, b, b], 2);
        assert!(close(found, (1.0 + 2.0 / 3.0) / 4.0));
        assert_eq!(precision_at_seats(&[], &[], &[], 2), None);
    }
}
