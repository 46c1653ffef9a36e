//! Link functions from a linear predictor to a logit.

use serde::{Deserialize, Serialize};

use crate::math::normal::inverse_mills_ratio;

/// Logits per standard deviation: a logistic curve of this slope differs from the normal cdf by less than 0.01
/// everywhere (E. Haley, Estimation of the dosage mortality relationship, Stanford 1952).
pub(crate) const LOGITS_PER_DEVIATION: f64 = 1.702;

/// Clamp of a normal deviation; beyond it the tails underflow.
const MAX_Z: f64 = 30.0;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Link {
    /// The linear predictor is a logit.
    Logit,
    /// The linear predictor is [`LOGITS_PER_DEVIATION`] times a normal deviation.
    Probit,
}

impl Link {
    /// ln(p / (1 - p)) of a linear predictor.
    pub(crate) fn logit(self, linear_predictor: f64) -> f64 {
        match self {
            Self::Logit => linear_predictor,
            Self::Probit => {
                let (above, below) = Self::mills_ratios(linear_predictor);
                (above / below).ln()
            }
        }
    }

    /// Derivative of the logit.
    pub(crate) fn slope(self, linear_predictor: f64) -> f64 {
        match self {
            Self::Logit => 1.0,
            Self::Probit => {
                let (above, below) = Self::mills_ratios(linear_predictor);
                (above + below) / LOGITS_PER_DEVIATION
            }
        }
    }

    /// Slope of the secant of the logit between two linear predictors. Contributions that are multiplied by it add up
    /// to the difference of the logits.
    pub(crate) fn secant(self, from: f64, to: f64) -> f64 {
        if (to - from).abs() < 1e-9 {
            self.slope(from)
        } else {
            (self.logit(to) - self.logit(from)) / (to - from)
        }
    }

    /// Inverse Mills ratios above and below a linear predictor.
    fn mills_ratios(linear_predictor: f64) -> (f64, f64) {
        let z = (linear_predictor / LOGITS_PER_DEVIATION).clamp(-MAX_Z, MAX_Z);
        (inverse_mills_ratio(z), inverse_mills_ratio(-z))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{functions::sigmoid, normal::cdf};

    #[test]
    fn the_probit_link_gives_the_logit_of_the_normal_cdf() {
        for z in [-5.0, -1.3, 0.0, 0.4, 3.0] {
            let predictor = LOGITS_PER_DEVIATION * z;
            assert!((sigmoid(Link::Probit.logit(predictor)) - cdf(z)).abs() < 1e-12, "{z}");
            let numeric =
                (Link::Probit.logit(predictor + 1e-5) - Link::Probit.logit(predictor - 1e-5)) / 2e-5;
            assert!((Link::Probit.slope(predictor) - numeric).abs() < 1e-6, "{z}");
        }
        assert!(Link::Probit.logit(1e9).is_finite() && Link::Probit.logit(-1e9).is_finite());
    }

    #[test]
    fn contributions_add_up_on_the_logit() {
        for link in [Link::Logit, Link::Probit] {
            for (from, to) in [(-0.4, 2.5), (1.0, 1.0), (0.3, -7.0)] {
                let sum = link.logit(from) + link.secant(from, to) * (to - from);
                assert!((sum - link.logit(to)).abs() < 1e-9, "{link:?} {from} {to}");
            }
        }
    }
}
