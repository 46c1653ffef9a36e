//! Standardization by the mean and standard deviation of the training rows.

use serde::{Deserialize, Serialize};

use crate::math::functions::mean;

/// Numbers are clamped at this many standard deviations from their mean. The square of a longer tail would
/// dominate the score.
const MAX_DEVIATIONS: f64 = 2.5;

/// Subtracts the mean and divides by the standard deviation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scaler {
    center: f64,
    scale: f64,
}

impl Scaler {
    /// `None` for a constant column, or if the standard deviation overflows.
    pub(crate) fn fit(values: &[f64]) -> Option<Self> {
        let center = mean(values);
        let scale = mean(&values.iter().map(|value| (value - center).powi(2)).collect::<Vec<_>>()).sqrt();
        // Rounding alone gives a constant column a standard deviation of about 1e-16 of its size.
        let varies = scale.is_finite() && scale > 1e-10 * center.abs() && scale > 1e-150;
        varies.then_some(Self { center, scale })
    }

    pub(crate) fn standardize(&self, value: f64) -> f64 {
        (value - self.center) / self.scale
    }

    pub(crate) fn standardize_clamped(&self, value: f64) -> f64 {
        self.standardize(value).clamp(-MAX_DEVIATIONS, MAX_DEVIATIONS)
    }
}
