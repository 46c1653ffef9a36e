//! Comparison of rounded figures.

/// Whether `rounded` equals `value` to the last published decimal.
pub(super) fn is_rounded(rounded: f64, value: f64, decimals: Option<usize>) -> bool {
    match decimals {
        Some(decimals) => {
            (rounded - value).abs() <= 0.5 * 10_f64.powi(-(decimals as i32)) + 1e-9 * value.abs().max(1e-3)
        }
        None => rounded == value,
    }
}

/// Whether the numbers are equal up to the last bit, which this JSON reader may lose.
pub(super) fn is_same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= f64::EPSILON * one.abs(),
        _ => one == other,
    }
}
