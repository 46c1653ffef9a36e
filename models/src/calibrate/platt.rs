//! Platt scaling: a linear correction of logits, fitted to out-of-time predictions.

use serde::{Deserialize, Serialize};

use crate::math::functions::{sigmoid, softplus};

const MAX_ITERATIONS: usize = 50;
const MAX_HALVINGS: i32 = 30;
/// Step at which the fit has converged.
const TOLERANCE: f64 = 1e-10;

/// The correction `slope * logit + offset` and its covariance.
///
/// Source: J. Platt, Probabilistic outputs for support vector machines (1999), on logits instead of margins, with a
/// normal prior toward no change instead of his smoothed targets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Platt {
    pub(crate) slope: f64,
    pub(crate) offset: f64,
    /// Covariance of slope and offset: slope-slope, slope-offset, offset-offset.
    covariance: [f64; 3],
}

impl Platt {
    /// No change.
    pub(crate) fn identity() -> Self {
        Self { slope: 1.0, offset: 0.0, covariance: [0.0; 3] }
    }

    /// Fits to logits and outcomes of the same rows. `prior_outcomes` is the weight of the prior of no change, in
    /// outcomes at even odds and logits of one.
    pub(crate) fn fit(logits: &[f64], hits: &[bool], prior_outcomes: f64) -> Self {
        let free = newton(logits, hits, 0.25 * prior_outcomes);
        if free.slope >= 0.0 {
            return free;
        }
        // An order that was inverted out of time is no order; only the rate remains.
        let flat = newton(&vec![0.0; logits.len()], hits, 0.25 * prior_outcomes);
        Self { slope: 0.0, offset: flat.offset, covariance: free.covariance }
    }

    /// The calibrated logit.
    pub(crate) fn apply(&self, logit: f64) -> f64 {
        self.slope * logit + self.offset
    }

    /// Variance of the calibrated logit by the delta method, for a logit with variance `logit_variance`.
    pub(crate) fn variance(&self, logit: f64, logit_variance: f64) -> f64 {
        let [slope, both, offset] = self.covariance;
        let own_variance = logit * logit * slope + 2.0 * logit * both + offset;
        self.slope * self.slope * logit_variance + own_variance.max(0.0)
    }
}

fn penalized_loss(logits: &[f64], hits: &[bool], precision: f64, slope: f64, offset: f64) -> f64 {
    let rows = logits.iter().zip(hits).map(|(logit, hit)| {
        let z = slope * logit + offset;
        softplus(if *hit { -z } else { z })
    });
    rows.sum::<f64>() + 0.5 * precision * ((slope - 1.0).powi(2) + offset.powi(2))
}

/// Newton's method with step halving: the loss is convex, but a full step far from the optimum may overshoot.
fn newton(logits: &[f64], hits: &[bool], precision: f64) -> Platt {
    let (mut slope, mut offset) = (1.0, 0.0);
    let mut covariance = [0.0; 3];
    for _ in 0..MAX_ITERATIONS {
        let mut gradient = (precision * (slope - 1.0), precision * offset);
        let (mut ss, mut so, mut oo) = (precision, 0.0, precision);
        for (logit, hit) in logits.iter().zip(hits) {
            let p = sigmoid(slope * logit + offset);
            let residual = p - f64::from(*hit);
            let weight = p * (1.0 - p);
            gradient = (gradient.0 + residual * logit, gradient.1 + residual);
            (ss, so, oo) = (ss + weight * logit * logit, so + weight * logit, oo + weight);
        }
        let determinant = ss * oo - so * so;
        covariance = [oo / determinant, -so / determinant, ss / determinant];
        let step = (
            covariance[0] * gradient.0 + covariance[1] * gradient.1,
            covariance[1] * gradient.0 + covariance[2] * gradient.1,
        );
        if step.0.abs().max(step.1.abs()) < TOLERANCE {
            break;
        }
        let loss = |slope: f64, offset: f64| penalized_loss(logits, hits, precision, slope, offset);
        let current = loss(slope, offset);
        let step_size = (0..MAX_HALVINGS)
            .map(|halvings| 0.5_f64.powi(halvings))
            .find(|size| loss(slope - size * step.0, offset - size * step.1) < current);
        let Some(step_size) = step_size else { break }; // only rounding errors remain
        (slope, offset) = (slope - step_size * step.0, offset - step_size * step.1);
    }
    Platt { slope, offset, covariance }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Logits whose outcomes follow `slope * logit + offset`.
    fn sample(rows: usize, slope: f64, offset: f64) -> (Vec<f64>, Vec<bool>) {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let logits: Vec<f64> = (0..rows).map(|_| 4.0 * rng.random::<f64>() - 2.0).collect();
        let hits = logits.iter().map(|logit| rng.random::<f64>() < sigmoid(slope * logit + offset)).collect();
        (logits, hits)
    }

    #[test]
    fn slope_and_offset_are_recovered() {
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
    fn an_inverted_order_leaves_the_rate() {
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
