//! Censored demand on the scale of the regression: ln(demand / threshold).

use slotcast_features::ObservedDemand;

use crate::math::normal::inverse_mills_ratio;

/// Range of the logarithm. Outside it only the bound counts, because a single order or a landslide would dominate the
/// fit.
const MIN_LOG_RATIO: f64 = -6.0;
const MAX_LOG_RATIO: f64 = 6.0;
/// Smaller demands and thresholds count as half a unit.
const MIN_UNITS: f64 = 0.5;

/// ln(demand / threshold), or its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CensoredDemand {
    Exactly(f64),
    AtLeast(f64),
    Below(f64),
}

impl CensoredDemand {
    pub(crate) fn new(demand: ObservedDemand, threshold: f64) -> Self {
        let log_ratio = |demand: f64| (demand.max(MIN_UNITS) / threshold.max(MIN_UNITS)).ln();
        match demand {
            ObservedDemand::Exactly(demand) => Self::Exactly(log_ratio(demand)),
            ObservedDemand::AtLeast(demand) => Self::AtLeast(log_ratio(demand)),
            ObservedDemand::Below(demand) => Self::Below(log_ratio(demand)),
        }
    }

    /// Censors values outside the range of the regression.
    pub(crate) fn clamp(self) -> Self {
        match self {
            Self::Exactly(value) | Self::AtLeast(value) if value > MAX_LOG_RATIO => {
                Self::AtLeast(MAX_LOG_RATIO)
            }
            Self::Exactly(value) | Self::Below(value) if value < MIN_LOG_RATIO => Self::Below(MIN_LOG_RATIO),
            other => other,
        }
    }

    /// The logarithm times `factor`.
    pub(crate) fn scale(self, factor: f64) -> Self {
        match self {
            Self::Exactly(value) => Self::Exactly(value * factor),
            Self::AtLeast(bound) => Self::AtLeast(bound * factor),
            Self::Below(bound) => Self::Below(bound * factor),
        }
    }

    /// The value, or the bound if it is censored.
    pub(crate) fn bound(self) -> f64 {
        let (Self::Exactly(value) | Self::AtLeast(value) | Self::Below(value)) = self;
        value
    }

    /// Conditional mean and variance of the logarithm, given its bound and a normal distribution.
    pub(crate) fn conditional_moments(self, mean: f64, sigma: f64) -> (f64, f64) {
        let z = (self.bound() - mean) / sigma;
        match self {
            Self::Exactly(_) => (self.bound(), 0.0),
            Self::AtLeast(_) => {
                let ratio = inverse_mills_ratio(z);
                (mean + sigma * ratio, sigma * sigma * (1.0 + z * ratio - ratio * ratio).max(0.0))
            }
            Self::Below(_) => {
                let ratio = inverse_mills_ratio(-z);
                (mean - sigma * ratio, sigma * sigma * (1.0 - z * ratio - ratio * ratio).max(0.0))
            }
        }
    }
}
