//! Elementary functions of numbers and of lists of numbers.

/// The logistic function, without overflow on either side.
pub(crate) fn sigmoid(logit: f64) -> f64 {
    if logit >= 0.0 {
        1.0 / (1.0 + (-logit).exp())
    } else {
        let odds = logit.exp();
        odds / (1.0 + odds)
    }
}

/// The logit of a probability within (0, 1).
pub(crate) fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

/// ln(1 + e^x), without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The quantile of sorted numbers by linear interpolation (type 7 of Hyndman and Fan, The American
/// Statistician 50, 1996).
///
/// # Panics
/// If the list is empty.
pub(crate) fn quantile_of_sorted(sorted: &[f64], level: f64) -> f64 {
    let position = level * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let fraction = position - below as f64;
    // The weighted form, because a difference of two huge numbers may overflow.
    sorted[below] * (1.0 - fraction) + sorted[above] * fraction
}

/// The mean; NaN for an empty list.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean and its standard error, which is zero for a single value.
pub(crate) fn mean_and_se(values: &[f64]) -> (f64, f64) {
    let center = mean(values);
    let n = values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - center).powi(2)).sum();
    (center, if n > 1.0 { (squares / (n - 1.0) / n).sqrt() } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_and_logit_are_inverse() {
        assert!((sigmoid(logit(0.3)) - 0.3).abs() < 1e-15);
        assert_eq!((sigmoid(1e4), sigmoid(-1e4)), (1.0, 0.0));
        assert_eq!(softplus(1e4), 1e4);
        assert!((softplus(0.0) - 2.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn quantiles_agree_with_r() {
        // quantile(c(1, 2, 4, 8), c(.1, .5, .98))
        let quantile = |level| quantile_of_sorted(&[1.0, 2.0, 4.0, 8.0], level);
        assert!((quantile(0.1) - 1.3).abs() < 1e-12 && (quantile(0.5) - 3.0).abs() < 1e-12);
        assert!((quantile(0.98) - 7.76).abs() < 1e-12);
    }
}
