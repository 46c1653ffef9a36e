//! Platt's calibration: the logits of a model as they should have been, learned from out-of-time predictions.

use serde::{Deserialize, Serialize};

use crate::{
    exact,
    numbers::{sigmoid, softplus},
};

/// `slope * logit + offset`, and how well the two are known.
///
/// Source: J. Platt, Probabilistic outputs for support vector machines (1999), on
/// logits instead of margins, with a normal prior towards no change in place of his smoothed targets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Platt {
    #[serde(with = "exact::number")]
    pub(crate) slope: f64,
    #[serde(with = "exact::number")]
    pub(crate) offset: f64,
    /// Covariance of slope and offset: slope-slope, slope-offset, offset-offset.
    #[serde(with = "exact::list")]
    covariance: Vec<f64>,
}

impl Platt {
    /// No change.
    pub(crate) fn identity() -> Self {
        Self { slope: 1.0, offset: 0.0, covariance: vec![0.0; 3] }
    }

    /// Fits to logits and outcomes of the same rows; `prior_outcomes` is the weight of
    /// the belief that nothing has to change, in outcomes at even odds and logits of one.
    pub(crate) fn fit(logits: &[f64], hits: &[bool], prior_outcomes: f64) -> Self {
        let free = newton(logits, hits, 0.25 * prior_outcomes);
        if free.slope >= 0.0 {
            return free;
        }
        // An order that was upside down out of time is no order; only the rate is left.
        let flat = newton(&vec![0.0; logits.len()], hits, 0.25 * prior_outcomes);
        Self { slope: 0.0, offset: flat.offset, covariance: free.covariance }
    }

    /// The calibrated logit.
    pub(crate) fn apply(&self, logit: f64) -> f64 {
        self.slope * logit + self.offset
    }

    /// Variance of the calibrated logit, for a logit with variance `of_logit` (delta method).
    pub(crate) fn variance(&self, logit: f64, of_logit: f64) -> f64 {
        let [slope, both, offset] = [self.covariance[0], self.covariance[1], self.covariance[2]];
        let of_platt = logit * logit * slope + 2.0 * logit * both + offset;
        self.slope * self.slope * of_logit + of_platt.max(0.0)
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.covariance.len() == 3
    }
}

fn loss(logits: &[f64], hits: &[bool], precision: f64, slope: f64, offset: f64) -> f64 {
    let rows = logits.iter().zip(hits).map(|(logit, hit)| {
        let z = slope * logit + offset;
        softplus(if *hit { -z } else { z })
    });
    rows.sum::<f64>() + 0.5 * precision * ((slope - 1.0).powi(2) + offset.powi(2))
}

/// Newton's method with step halving: the loss is convex, but far from its
/// optimum a whole step may overshoot.
fn newton(logits: &[f64], hits: &[bool], precision: f64) -> Platt {
    let (mut slope, mut offset) = (1.0, 0.0);
    let mut covariance = vec![0.0; 3];
    for _ in 0..50 {
        let mut gradient = (precision * (slope - 1.0), precision * offset);
        let (mut ss, mut so, mut oo) = (precision, 0.0, precision);
        for (logit, hit) in logits.iter().zip(hits) {
            let p = sigmoid(slope * logit + offset);
            let rest = p - f64::from(*hit);
            let weight = p * (1.0 - p);
            gradient = (gradient.0 + rest * logit, gradient.1 + rest);
            (ss, so, oo) = (ss + weight * logit * logit, so + weight * logit, oo + weight);
        }
        let determinant = ss * oo - so * so;
        covariance = vec![oo / determinant, -so / determinant, ss / determinant];
        let step = (
            covariance[0] * gradient.0 + covariance[1] * gradient.1,
            covariance[1] * gradient.0 + covariance[2] * gradient.1,
        );
        if step.0.abs().max(step.1.abs()) < 1e-10 {
            break;
        }
        let before = loss(logits, hits, precision, slope, offset);
        let part = (0..30).map(|halvings| 0.5_f64.powi(halvings)).find(|part| {
            loss(logits, hits, precision, slope - part * step.0, offset - part * step.1) < before
        });
        let Some(part) = part else { break }; // only rounding is left to gain
        (slope, offset) = (slope - part * step.0, offset - part * step.1);
    }
    Platt { slope, offset, covariance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::SplitMix64;

    /// Logits whose outcomes follow `slope * logit + offset`.
    fn sample(rows: usize, slope: f64, offset: f64) -> (Vec<f64>, Vec<bool>) {
        let mut source = SplitMix64::new(3);
        let logits: Vec<f64> = (0..rows).map(|_| 4.0 * source.uniform() - 2.0).collect();
        let hits = logits.iter().map(|logit| source.uniform() < sigmoid(slope * logit + offset)).collect();
        (logits, hits)
    }

    #[test]
    fn a_bold_and_shifted_model_is_corrected() {
        let (logits, hits) = sample(20_000, 0.5, -0.7);
        let fitted = Platt::fit(&logits, &hits, 20.0);
        assert!((fitted.slope - 0.5).abs() < 0.05 && (fitted.offset + 0.7).abs() < 0.05, "{fitted:?}");
    }

    #[test]
    fn little_data_changes_little() {
        let fitted = Platt::fit(&[0.5, -0.5], &[false, true], 20.0);
        assert!((fitted.slope - 1.0).abs() < 0.2 && fitted.offset.abs() < 0.1, "{fitted:?}");
        let none = Platt::fit(&[], &[], 20.0);
        assert_eq!((none.slope, none.offset), (1.0, 0.0));
    }

    #[test]
    fn an_order_that_was_upside_down_leaves_the_rate() {
        let (logits, hits) = sample(20_000, -1.0, 0.4);
        let fitted = Platt::fit(&logits, &hits, 20.0);
        let rate = hits.iter().filter(|hit| **hit).count() as f64 / 20_000.0;
        assert_eq!(fitted.slope, 0.0);
        assert!((sigmoid(fitted.apply(1.7)) - rate).abs() < 0.01);
        assert!(fitted.variance(1.0, 0.5) > 0.0);
    }

    #[test]
    fn extreme_logits_converge() {
        let fitted = Platt::fit(&[300.0, -300.0, 250.0, -20.0], &[true, false, false, true], 20.0);
        assert!(fitted.slope.is_finite() && fitted.slope < 0.5, "{fitted:?}");
    }
}
