//! One feature to its columns of the matrix, as learned from training rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slotcast_core::BetaPrior;

use crate::{
    exact,
    numbers::{logit, mean, quantile_of_sorted},
    params::ModelParams,
};

/// Subtracts the mean and divides by the standard deviation of the training rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scaler {
    #[serde(with = "exact::number")]
    centre: f64,
    #[serde(with = "exact::number")]
    scale: f64,
}

impl Scaler {
    /// `None` for a column that does not vary, or whose spread is beyond what a number can hold.
    fn fit(values: &[f64]) -> Option<Self> {
        let centre = mean(values);
        let scale = mean(&values.iter().map(|value| (value - centre).powi(2)).collect::<Vec<_>>()).sqrt();
        // Rounding alone gives a constant column a spread of about 1e-16 of its size.
        let varies = scale.is_finite() && scale > 1e-10 * centre.abs() && scale > 1e-150;
        varies.then_some(Self { centre, scale })
    }

    fn apply(&self, value: f64) -> f64 {
        (value - self.centre) / self.scale
    }

    /// The same, held within [`MOST_DEVIATIONS`]: the square of a long tail would rule the score.
    fn bounded(&self, value: f64) -> f64 {
        self.apply(value).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
    }
}

// How strongly columns are penalised, as multiples of the ridge. What was chosen and ran covers a part of what is on
// offer, and beyond it a line errs little while a bend errs much; made markets of five seeds and public
// campaigns agreed on these sizes.
const LINE_STRENGTH: f64 = 0.25;
const SQUARE_STRENGTH: f64 = 500.0;
const RATE_STRENGTH: f64 = 20.0;
const LENGTH_STRENGTH: f64 = 100.0;

/// A number counts at most so many standard deviations from its mean.
const MOST_DEVIATIONS: f64 = 2.5;

/// The clip, in medians, beyond which a number that is never negative counts as skewed.
const SKEWED_BEYOND_MEDIANS: f64 = 4.0;

/// A number: clipped, imputed, its logarithm where it is skewed, standardised, squared, and whether it was missing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NumberEncoder {
    #[serde(with = "exact::number")]
    low: f64,
    #[serde(with = "exact::number")]
    high: f64,
    #[serde(with = "exact::number")]
    fill: f64,
    /// Whether ln(1 + x) stands for x: lengths and sums of money differ by factors, not by steps.
    is_logged: bool,
    line: Option<Scaler>,
    square: Option<Scaler>,
    /// 0/1 column, only when the training rows had missing values and others.
    has_missing_column: bool,
}

impl NumberEncoder {
    pub(crate) fn fit(values: &[Option<f64>], params: &ModelParams) -> Self {
        let mut known: Vec<f64> = values.iter().filter_map(|value| finite(*value)).collect();
        known.sort_unstable_by(f64::total_cmp);
        if known.is_empty() {
            let (low, high, fill) = (0.0, 0.0, 0.0);
            return Self {
                low,
                high,
                fill,
                is_logged: false,
                line: None,
                square: None,
                has_missing_column: false,
            };
        }
        let distinct = 1 + known.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let is_rich = distinct > params.square_above_distinct;
        // A flag or a small count has no tail; clipping would erase its rare values.
        let tail = if is_rich { params.clip_quantile } else { 0.0 };
        let low = quantile_of_sorted(&known, tail);
        let high = quantile_of_sorted(&known, 1.0 - tail);
        let fill = quantile_of_sorted(&known, 0.5);
        let mut encoder = Self {
            low,
            high,
            fill,
            is_logged: is_rich && low >= 0.0 && high > SKEWED_BEYOND_MEDIANS * fill,
            line: None,
            square: None,
            has_missing_column: known.len() < values.len(),
        };
        let filled: Vec<f64> = values.iter().map(|value| encoder.prepared(*value)).collect();
        encoder.line = Scaler::fit(&filled);
        if let (true, Some(line)) = (is_rich, &encoder.line) {
            let squares: Vec<f64> = filled.iter().map(|value| line.bounded(*value).powi(2)).collect();
            encoder.square = Scaler::fit(&squares);
        }
        encoder
    }

    fn prepared(&self, value: Option<f64>) -> f64 {
        let clipped = finite(value).unwrap_or(self.fill).clamp(self.low, self.high);
        if self.is_logged { clipped.ln_1p() } else { clipped }
    }

    pub(crate) fn width(&self) -> usize {
        [self.line.is_some(), self.square.is_some(), self.has_missing_column]
            .iter()
            .filter(|is_there| **is_there)
            .count()
    }

    /// Lines are what is expected to matter; a bend must be seen more clearly.
    pub(crate) fn strengths(&self, out: &mut Vec<f64>) {
        out.extend(self.line.as_ref().map(|_| LINE_STRENGTH));
        out.extend(self.square.as_ref().map(|_| SQUARE_STRENGTH));
        if self.has_missing_column {
            out.push(1.0);
        }
    }

    pub(crate) fn encode(&self, value: Option<f64>, out: &mut Vec<f64>) {
        let filled = self.prepared(value);
        if let Some(line) = &self.line {
            let bounded = line.bounded(filled);
            out.push(bounded);
            out.extend(self.square.as_ref().map(|square| square.apply(bounded.powi(2))));
        }
        if self.has_missing_column {
            out.push(f64::from(finite(value).is_none()));
        }
    }
}

/// A word: one 0/1 column for each frequent level, one for the rare ones together, one for missing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CategoryEncoder {
    /// Column of each frequent level. Empty when the training rows do not vary.
    levels: BTreeMap<String, usize>,
    other: Option<usize>,
    missing: Option<usize>,
    /// Share of each column in the training rows.
    #[serde(with = "exact::list")]
    shares: Vec<f64>,
}

impl CategoryEncoder {
    pub(crate) fn fit(values: &[Option<String>], params: &ModelParams) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in values.iter().flatten() {
            *counts.entry(value).or_default() += 1;
        }
        let is_frequent = |count: usize| count >= params.min_category_rows;
        let mut rows: Vec<usize> = counts.values().copied().filter(|count| is_frequent(*count)).collect();
        let frequent = counts.iter().filter(|(_, count)| is_frequent(**count));
        let levels = frequent.enumerate().map(|(column, (level, _))| ((*level).to_owned(), column)).collect();
        let known: usize = counts.values().sum();
        let mut add = |count: usize| {
            (count > 0).then(|| {
                rows.push(count);
                rows.len() - 1
            })
        };
        let other = add(counts.values().filter(|count| !is_frequent(**count)).sum());
        let missing = add(values.len() - known);
        if rows.len() < 2 {
            return Self { levels: BTreeMap::new(), other: None, missing: None, shares: Vec::new() };
        }
        let shares = rows.iter().map(|count| *count as f64 / values.len() as f64).collect();
        Self { levels, other, missing, shares }
    }

    pub(crate) fn width(&self) -> usize {
        self.shares.len()
    }

    pub(crate) fn encode(&self, value: Option<&str>, out: &mut Vec<f64>) {
        let column = match value {
            Some(level) => self.levels.get(level).copied().or(self.other),
            None => self.missing,
        };
        match column {
            Some(own) => out.extend((0..self.width()).map(|column| f64::from(column == own))),
            // Nothing was learned of such a word: the average offer's columns push neither way.
            None => out.extend(&self.shares),
        }
    }

    /// Whether the parts fit together; an artefact may have been edited.
    pub(crate) fn is_sound(&self) -> bool {
        let columns = self.levels.values().chain(&self.other).chain(&self.missing);
        columns.copied().all(|column| column < self.width())
    }
}

/// A record: the logit of its shrunk rate, and ln(1 + n).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecordEncoder {
    #[serde(with = "exact::number")]
    prior_mean: f64,
    #[serde(with = "exact::number")]
    prior_strength: f64,
    rate: Option<Scaler>,
    length: Option<Scaler>,
}

impl RecordEncoder {
    /// The prior is fitted on the records of all rows, repeats and all. A group then weighs by how often
    /// it is asked for, but its repeats enlarge spread and expected spread alike, so
    /// the strength stays where it is. Distinct (hits, n) pairs would not do: short
    /// records of different groups coincide, and keeping one of each makes groups
    /// look further apart than they are.
    pub(crate) fn fit(values: &[(f64, f64)]) -> Self {
        let prior = BetaPrior::fit(values.iter().map(|record| tidy(*record)));
        let mut encoder =
            Self { prior_mean: prior.mean, prior_strength: prior.strength, rate: None, length: None };
        let (rates, lengths): (Vec<f64>, Vec<f64>) =
            values.iter().map(|record| encoder.transform(*record)).unzip();
        encoder.rate = Scaler::fit(&rates);
        encoder.length = Scaler::fit(&lengths);
        encoder
    }

    fn transform(&self, record: (f64, f64)) -> (f64, f64) {
        let (hits, n) = tidy(record);
        let prior = BetaPrior { mean: self.prior_mean, strength: self.prior_strength };
        (logit(prior.shrink(hits, n)), n.ln_1p())
    }

    pub(crate) fn width(&self) -> usize {
        usize::from(self.rate.is_some()) + usize::from(self.length.is_some())
    }

    /// A record grows with time, so its length stands for much that has nothing to do with it.
    pub(crate) fn strengths(&self, out: &mut Vec<f64>) {
        out.extend(self.rate.as_ref().map(|_| RATE_STRENGTH));
        out.extend(self.length.as_ref().map(|_| LENGTH_STRENGTH));
    }

    pub(crate) fn encode(&self, record: (f64, f64), out: &mut Vec<f64>) {
        let (rate, length) = self.transform(record);
        out.extend(self.rate.as_ref().map(|scaler| scaler.apply(rate)));
        out.extend(self.length.as_ref().map(|scaler| scaler.apply(length)));
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|number| number.is_finite())
}

/// A record that is none counts as nothing known, and no record has more hits than campaigns.
fn tidy((hits, n): (f64, f64)) -> (f64, f64) {
    if hits.is_finite() && n.is_finite() && n > 0.0 { (hits.clamp(0.0, n), n) } else { (0.0, 0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoder: &NumberEncoder, value: Option<f64>) -> Vec<f64> {
        let mut out = Vec::new();
        encoder.encode(value, &mut out);
        assert_eq!(out.len(), encoder.width());
        out
    }

    #[test]
    fn numbers_are_clipped_imputed_and_flagged() {
        let mut values: Vec<Option<f64>> = (0..=100).map(|i| Some(f64::from(i))).collect();
        let full = NumberEncoder::fit(&values, &ModelParams::default());
        assert_eq!(full.width(), 2, "no missing value, no column for it");
        assert_eq!(encoded(&full, Some(1e9)), encoded(&full, Some(98.0)));
        assert!(encoded(&full, None)[0].abs() < 1e-12, "the median of a symmetric column is its mean");

        values.push(None);
        let gappy = NumberEncoder::fit(&values, &ModelParams::default());
        assert_eq!((encoded(&gappy, None)[2], encoded(&gappy, Some(50.0))[2]), (1.0, 0.0));
    }

    #[test]
    fn a_rare_flag_survives_and_a_constant_does_not() {
        let flag: Vec<_> = (0..200).map(|i| Some(f64::from(i == 0))).collect();
        assert_eq!(NumberEncoder::fit(&flag, &ModelParams::default()).width(), 1, "no square of a flag");
        assert_eq!(NumberEncoder::fit(&[Some(0.1); 200], &ModelParams::default()).width(), 0);
        assert_eq!(NumberEncoder::fit(&[None; 200], &ModelParams::default()).width(), 0);
    }

    #[test]
    fn rare_levels_share_a_column_and_strangers_push_neither_way() {
        let word = |word: &str| Some(word.to_owned());
        let mut values = vec![word("tea"); 30];
        values.extend(vec![word("soap"); 5]);
        values.extend([word("lamp"), None]);
        let encoder = CategoryEncoder::fit(&values, &ModelParams::default());
        let of = |value: Option<&str>| {
            let mut out = Vec::new();
            encoder.encode(value, &mut out);
            out
        };
        assert_eq!(of(Some("tea")), [1.0, 0.0, 0.0]);
        assert_eq!((of(Some("soap")), of(Some("lamp"))), (of(Some("never seen")), vec![0.0, 1.0, 0.0]));
        assert_eq!(of(None), [0.0, 0.0, 1.0]);

        let known = CategoryEncoder::fit(
            &[vec![word("tea"); 30], vec![word("soap"); 30]].concat(),
            &ModelParams::default(),
        );
        let mut out = Vec::new();
        known.encode(None, &mut out);
        assert_eq!(out, [0.5, 0.5]);
    }

    #[test]
    fn a_long_record_stands_above_a_lucky_one() {
        let mut values = vec![(18.0, 20.0), (1.0, 1.0), (2.0, 10.0), (12.0, 20.0)];
        values.push((f64::NAN, 3.0));
        let encoder = RecordEncoder::fit(&values);
        assert!(encoder.transform((18.0, 20.0)).0 > encoder.transform((1.0, 1.0)).0);
        assert_eq!(encoder.transform((f64::NAN, 3.0)), encoder.transform((0.0, 0.0)));
    }
}
