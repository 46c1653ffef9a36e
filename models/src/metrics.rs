//! How good probabilities are: measures of order, of size and of calibration.
//!
//! Every function takes probabilities and outcomes of the same rows, of the same
//! length, and gives `None` where the measure is not defined.

use std::ops::Range;

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

/// The ECE that chance alone exceeds in one of twenty samples: the 95th percentile over
/// 500 seeded draws of outcomes that follow these very probabilities. `None` without rows.
pub fn ece_noise_floor(p: &[f64]) -> Option<f64> {
    if p.is_empty() {
        return None;
    }
    let mut sorted = p.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let bins = bins(&sorted);
    let mut source = SplitMix64::new(NOISE_SEED);
    let mut draws: Vec<f64> = (0..NOISE_DRAWS)
        .map(|_| {
            let outcomes: Vec<bool> = sorted.iter().map(|p| source.uniform() < *p).collect();
            ece_of_bins(&bins, &sorted, &outcomes)
        })
        .collect();
    draws.sort_unstable_by(f64::total_cmp);
    Some(quantile_of_sorted(&draws, 0.95))
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

    #[test]
    fn the_noise_floor_falls_with_rows_and_is_the_same_each_time() {
        let p = |rows: usize| (0..rows).map(|row| (row as f64 + 0.5) / rows as f64).collect::<Vec<_>>();
        let (small, large) = (ece_noise_floor(&p(100)).unwrap(), ece_noise_floor(&p(10_000)).unwrap());
        assert!(small > 5.0 * large && large > 0.005, "{small} {large}");
        assert_eq!(ece_noise_floor(&p(100)), Some(small));
        // One bin at p = 1/2, n = 10,000: the 95 % point of |mean - .5| is 1.96 * .005.
        assert!((ece_noise_floor(&[0.5; 10_000]).unwrap() - 0.0098).abs() < 0.001);
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
