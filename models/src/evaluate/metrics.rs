//! Metrics of probabilities: discrimination, accuracy and calibration.
//!
//! Every function takes probabilities and outcomes of the same rows and returns `None` if the metric is undefined.

use std::ops::Range;

use slotcast_core::{NaiveDate, wilson_interval};

use crate::{
    evaluate::seats::share_seats,
    math::{
        functions::{mean, mean_and_se},
        normal::Z_80,
    },
};

const MAX_BINS: usize = 10;
/// Probabilities are clipped at this distance from 0 and 1.
const CLIP: f64 = 1e-15;

/// Log loss of one row in nats.
pub(crate) fn row_log_loss(p: f64, hit: bool) -> f64 {
    let of_outcome = if hit { p } else { 1.0 - p };
    -of_outcome.clamp(CLIP, 1.0 - CLIP).ln()
}

/// Probability that a hit scores above a miss, with ties counted as one half. `None` without hits or without misses.
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
    let mut below = 0;
    for tied in order.chunk_by(|a, b| p[*a] == p[*b]) {
        let midrank = below as f64 + (tied.len() + 1) as f64 / 2.0;
        rank_sum += midrank * tied.iter().filter(|row| hits[**row]).count() as f64;
        below += tied.len();
    }
    Some((rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// Mean squared difference of probability and outcome (G. Brier, Monthly Weather Review 78, 1950). `None` without rows.
pub fn brier(p: &[f64], hits: &[bool]) -> Option<f64> {
    let squares = p.iter().zip(hits).map(|(p, hit)| (p - f64::from(*hit)).powi(2));
    (!p.is_empty()).then(|| squares.sum::<f64>() / p.len() as f64)
}

/// Mean log loss in nats and its standard error, which is zero for a single row. `None` without rows.
pub fn log_loss(p: &[f64], hits: &[bool]) -> Option<(f64, f64)> {
    let losses: Vec<f64> = p.iter().zip(hits).map(|(p, hit)| row_log_loss(*p, *hit)).collect();
    (!losses.is_empty()).then(|| mean_and_se(&losses))
}

/// Expected calibration error: the mean difference of mean probability and hit rate over ten bins of about equal
/// numbers of rows. Equal probabilities share a bin. `None` without rows.
///
/// Source: M. Naeini, G. Cooper, M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI
/// 2015.
pub fn ece(p: &[f64], hits: &[bool]) -> Option<f64> {
    let order = rows_by_probability(p);
    let sorted: Vec<f64> = order.iter().map(|row| p[*row]).collect();
    let outcomes = order.iter().map(|row| hits[*row]).collect::<Vec<_>>();
    (!p.is_empty()).then(|| ece_of_bins(&bins(&sorted), &sorted, &outcomes))
}

/// Rows with similar probabilities and their outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// Number of rows.
    pub n: usize,
    /// Number of hits.
    pub hits: usize,
    /// Mean probability.
    pub p_mean: f64,
    /// Lower end of Wilson's 80 % interval of the hit rate.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
}

/// The bins of [`ece`], in the order of their probabilities.
pub fn reliability_bins(p: &[f64], hits: &[bool]) -> Vec<ReliabilityBin> {
    let order = rows_by_probability(p);
    let sorted: Vec<f64> = order.iter().map(|row| p[*row]).collect();
    let bin = |bin: Range<usize>| {
        let (n, hits) = (bin.len(), order[bin.clone()].iter().filter(|row| hits[**row]).count());
        let (low, high) = wilson_interval(hits as f64, n as f64, Z_80).unwrap_or((0.0, 1.0));
        ReliabilityBin { n, hits, p_mean: mean(&sorted[bin]), low, high }
    };
    bins(&sorted).into_iter().map(bin).collect()
}

/// Hit rate of the offers that would be selected if every slot took its `seats` best: selected hits over selected
/// offers, over all slots. Offers that tie for the last seats count with their chance of a seat, so the order of rows
/// does not matter. `None` without rows or seats.
pub fn precision_at_seats(p: &[f64], hits: &[bool], slots: &[NaiveDate], seats: usize) -> Option<f64> {
    let mut by_slot: Vec<usize> = (0..p.len()).collect();
    by_slot.sort_by_key(|row| slots[*row]);
    let (mut selected, mut selected_hits) = (0.0, 0.0);
    for rows in by_slot.chunk_by(|a, b| slots[*a] == slots[*b]) {
        share_seats(p, rows.iter().copied(), seats, |tied, taken| {
            let tied_hits = tied.iter().filter(|row| hits[**row]).count() as f64;
            selected += taken;
            selected_hits += tied_hits * taken / tied.len() as f64;
        });
    }
    (selected > 0.0).then(|| selected_hits / selected)
}

pub(crate) fn rows_by_probability(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    order
}

/// Bins of sorted probabilities.
pub(crate) fn bins(sorted: &[f64]) -> Vec<Range<usize>> {
    let n = sorted.len();
    let mut bins = Vec::with_capacity(MAX_BINS);
    let mut start = 0;
    for bin in 1..=MAX_BINS {
        let mut end = (n * bin / MAX_BINS).max(start);
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

/// The error of these bins; `outcomes` are in the order of `sorted`.
pub(crate) fn ece_of_bins(bins: &[Range<usize>], sorted: &[f64], outcomes: &[bool]) -> f64 {
    let difference = |bin: &Range<usize>| {
        let expected: f64 = sorted[bin.clone()].iter().sum();
        let observed = outcomes[bin.clone()].iter().filter(|hit| **hit).count() as f64;
        (expected - observed).abs()
    };
    bins.iter().map(difference).sum::<f64>() / sorted.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_close(found: Option<f64>, expected: f64) -> bool {
        (found.unwrap() - expected).abs() < 1e-12
    }

    #[test]
    fn auc_agrees_with_scikit_learn() {
        // roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75 in its manual.
        assert!(is_close(auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]), 0.75));
        assert!(is_close(auc(&[0.5; 4], &[false, false, true, true]), 0.5));
        // Pairs by hand: (.6, .2) 1, (.6, .6) half, (.9, both) 2 of 4.
        assert!(is_close(auc(&[0.2, 0.6, 0.6, 0.9], &[false, false, true, true]), 0.875));
        assert_eq!(auc(&[0.2, 0.6], &[true, true]), None);
    }

    #[test]
    fn brier_and_log_loss_agree_with_scikit_learn() {
        // brier_score_loss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]) is 0.0375 in its manual.
        let hits = [false, true, true, false];
        assert!(is_close(brier(&[0.1, 0.9, 0.8, 0.3], &hits), 0.0375));
        // log_loss(["spam", "ham", "ham", "spam"], [.9, .1, .2, .65 for spam]) is 0.21616... there.
        let (loss, se) = log_loss(&[0.1, 0.9, 0.8, 0.35], &hits).unwrap();
        assert!((loss - 0.216_161_874_679_6).abs() < 1e-9, "{loss}");
        // Losses by hand: .105361, .105361, .223144, .430783; sd .153476, halved.
        assert!((se - 0.076_738).abs() < 1e-5, "{se}");
        assert!(log_loss(&[1.0], &[false]).unwrap().0 < 34.6, "clipped at 1e-15");
    }

    #[test]
    fn ece_by_hand_in_any_order() {
        // Ten rows at .2 with three hits, ten at .7 with six: (|2 - 3| + |7 - 6|) / 20.
        let p: Vec<f64> = (0..20).map(|row| if row % 2 == 0 { 0.2 } else { 0.7 }).collect();
        let hits: Vec<bool> = (0..20).map(|row| row < if row % 2 == 0 { 6 } else { 12 }).collect();
        assert!(is_close(ece(&p, &hits), 0.1));
        let reversed = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
        let reversed_hits: Vec<bool> = hits.iter().rev().copied().collect();
        assert_eq!(ece(&reversed(&p), &reversed_hits), ece(&p, &hits));
    }

    #[test]
    fn seats_go_to_the_best_of_each_slot() {
        let slot = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (a, b) = (slot("2016-02-16"), slot("2016-02-23"));
        let p = [0.9, 0.5, 0.1, 0.8, 0.8, 0.8];
        let hits = [true, false, true, true, false, false];
        // First slot: a hit and a miss. Second: two seats for three tied offers, a third of them hits.
        let found = precision_at_seats(&p, &hits, &[a, a, a, b, b, b], 2);
        assert!(is_close(found, (1.0 + 2.0 / 3.0) / 4.0));
        assert_eq!(precision_at_seats(&[], &[], &[], 2), None);
    }
}
