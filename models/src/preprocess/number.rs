//! Columns of a numeric feature.

use serde::{Deserialize, Serialize};

use crate::{math::functions::quantile_of_sorted, params::ModelParams, preprocess::scaler::Scaler};

// Penalty factors of columns, as multiples of the ridge. Outcomes exist only for selected offers. Outside their range
// a linear term extrapolates safely, a quadratic one does not. Simulated markets of five seeds and public campaigns
// agreed on these factors.
const LINEAR_PENALTY_FACTOR: f64 = 0.25;
const QUADRATIC_PENALTY_FACTOR: f64 = 500.0;
const MISSING_PENALTY_FACTOR: f64 = 1.0;

/// A nonnegative number is skewed if its upper clip exceeds this many medians.
const MIN_MEDIANS_OF_SKEW: f64 = 4.0;

/// A number: clipped, imputed, log-transformed if skewed, standardized. It adds a quadratic column and a missing
/// indicator where the training rows allow them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NumberEncoder {
    clip_low: f64,
    clip_high: f64,
    imputed_value: f64,
    /// Whether ln(1 + x) replaces x: lengths and amounts of money differ by factors, not by steps.
    log_transform: bool,
    linear: Option<Scaler>,
    quadratic: Option<Scaler>,
    /// Whether there is a 0/1 column of missing values: only if the training rows had missing and known ones.
    missing_indicator: bool,
}

impl NumberEncoder {
    pub(crate) fn fit(values: &[Option<f64>], params: &ModelParams) -> Self {
        let mut known: Vec<f64> = values.iter().filter_map(|value| finite(*value)).collect();
        known.sort_unstable_by(f64::total_cmp);
        let mut encoder = Self {
            clip_low: 0.0,
            clip_high: 0.0,
            imputed_value: 0.0,
            log_transform: false,
            linear: None,
            quadratic: None,
            missing_indicator: false,
        };
        if known.is_empty() {
            return encoder;
        }
        let distinct = 1 + known.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let is_continuous = distinct > params.quadratic_above_distinct;
        // A flag or a small count has no tail; clipping would erase its rare values.
        let tail = if is_continuous { params.clip_quantile } else { 0.0 };
        let low = quantile_of_sorted(&known, tail);
        let high = quantile_of_sorted(&known, 1.0 - tail);
        let median = quantile_of_sorted(&known, 0.5);
        encoder.clip_low = low;
        encoder.clip_high = high;
        encoder.imputed_value = median;
        encoder.log_transform = is_continuous && low >= 0.0 && high > MIN_MEDIANS_OF_SKEW * median;
        encoder.missing_indicator = known.len() < values.len();
        let transformed: Vec<f64> = values.iter().map(|value| encoder.transform(*value)).collect();
        encoder.linear = Scaler::fit(&transformed);
        if let (true, Some(linear)) = (is_continuous, &encoder.linear) {
            let squares = transformed.iter().map(|value| linear.standardize_clamped(*value).powi(2));
            encoder.quadratic = Scaler::fit(&squares.collect::<Vec<_>>());
        }
        encoder
    }

    fn transform(&self, value: Option<f64>) -> f64 {
        let clipped = finite(value).unwrap_or(self.imputed_value).clamp(self.clip_low, self.clip_high);
        if self.log_transform { clipped.ln_1p() } else { clipped }
    }

    pub(crate) fn width(&self) -> usize {
        [self.linear.is_some(), self.quadratic.is_some(), self.missing_indicator]
            .iter()
            .filter(|exists| **exists)
            .count()
    }

    pub(crate) fn penalty_factors(&self, out: &mut Vec<f64>) {
        out.extend(self.linear.as_ref().map(|_| LINEAR_PENALTY_FACTOR));
        out.extend(self.quadratic.as_ref().map(|_| QUADRATIC_PENALTY_FACTOR));
        if self.missing_indicator {
            out.push(MISSING_PENALTY_FACTOR);
        }
    }

    pub(crate) fn encode(&self, value: Option<f64>, out: &mut Vec<f64>) {
        let transformed = self.transform(value);
        if let Some(linear) = &self.linear {
            let clamped = linear.standardize_clamped(transformed);
            out.push(clamped);
            out.extend(self.quadratic.as_ref().map(|quadratic| quadratic.standardize(clamped.powi(2))));
        }
        if self.missing_indicator {
            out.push(f64::from(finite(value).is_none()));
        }
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|number| number.is_finite())
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
        let complete = NumberEncoder::fit(&values, &ModelParams::default());
        assert_eq!(complete.width(), 2, "no missing indicator without missing values");
        assert_eq!(encoded(&complete, Some(1e9)), encoded(&complete, Some(98.0)));
        assert!(encoded(&complete, None)[0].abs() < 1e-12, "the median of a symmetric column is its mean");

        values.push(None);
        let incomplete = NumberEncoder::fit(&values, &ModelParams::default());
        assert_eq!((encoded(&incomplete, None)[2], encoded(&incomplete, Some(50.0))[2]), (1.0, 0.0));
    }

    #[test]
    fn rare_flags_are_kept_and_constants_dropped() {
        let flag: Vec<_> = (0..200).map(|i| Some(f64::from(i == 0))).collect();
        assert_eq!(NumberEncoder::fit(&flag, &ModelParams::default()).width(), 1, "no square of a flag");
        assert_eq!(NumberEncoder::fit(&[Some(0.1); 200], &ModelParams::default()).width(), 0);
        assert_eq!(NumberEncoder::fit(&[None; 200], &ModelParams::default()).width(), 0);
    }
}
