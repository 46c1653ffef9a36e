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
