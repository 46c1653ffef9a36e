//! The standard normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The 90 % quantile: half the width of an 80 % interval, in standard errors.
pub(crate) const Z_80: f64 = 1.281_551_565_544_6;

/// The density at `z`.
pub(crate) fn pdf(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The probability of at most `z`.
pub(crate) fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The mean of the distribution above `z`: density over the probability of more than `z`.
pub(crate) fn inverse_mills_ratio(z: f64) -> f64 {
    // Above 30, both underflow, and the ratio approaches z + 1 / z.
    if z > 30.0 { z + 1.0 / z } else { pdf(z) / cdf(-z) }
}

/// The quantile of a probability within (0, 1), by bisection.
pub(crate) fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-38.0, 38.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if cdf(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_normal_distribution() {
        assert!((cdf(Z_80) - 0.9).abs() < 1e-12);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
        assert!((inverse_mills_ratio(0.0) - (2.0 / PI).sqrt()).abs() < 1e-12);
        assert!((inverse_mills_ratio(29.9) - inverse_mills_ratio(30.1)).abs() < 0.21);
        assert!(inverse_mills_ratio(-40.0).abs() < 1e-100);
    }
}
