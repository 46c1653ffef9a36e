//! Formats of feature values in reasons, equal for all languages.

use super::catalog::Catalog;
use crate::number_format::grouped;

/// Format of a feature's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueFormat {
    /// The number itself.
    Number,
    /// Natural logarithm of a quantity.
    Logarithm,
    /// Natural logarithm of one plus a count.
    CountLogarithm,
    /// Natural logarithm of a smoothed ratio.
    Ratio,
    /// Days.
    Days,
    /// Weekday, 1 for Monday to 7.
    Weekday,
    /// Month, 1 for January to 12.
    Month,
    /// 0 for no, 1 for yes.
    Bool,
}

impl ValueFormat {
    /// The format, by the name of the feature.
    pub(super) fn of(feature: &str) -> Self {
        if feature.starts_with("log_signals_per_threshold_")
            || feature.starts_with("log_prior_to_current_ratio_")
        {
            return Self::Ratio;
        }
        match feature.strip_prefix("attr_").unwrap_or(feature) {
            "opens_weekday" => Self::Weekday,
            "opens_month" => Self::Month,
            "log_earlier_offers" => Self::CountLogarithm,
            "log_threshold" | "log_price" | "log_capacity" => Self::Logarithm,
            name if name.starts_with("log_") && name.ends_with("_per_threshold") => Self::Ratio,
            name if name.starts_with("is_") || name.starts_with("has_") => Self::Bool,
            name if name.starts_with("days_") || name.ends_with("_days") => Self::Days,
            _ => Self::Number,
        }
    }
}

/// The value as text. A value that does not fit its format is shown as a number.
pub(super) fn value_text(texts: &Catalog, format: ValueFormat, value: f64) -> String {
    let listed = |key: &str, first: usize| {
        let is_index = value.fract() == 0.0 && (0.0..100.0).contains(&value);
        let position = is_index.then(|| (value as usize).checked_sub(first)).flatten()?;
        texts.listed(key, position).map(str::to_owned)
    };
    let number = |number: f64| Some(significant(number));
    let text = match format {
        ValueFormat::Number => None,
        ValueFormat::Logarithm => number(value.exp()),
        ValueFormat::CountLogarithm => number(value.exp_m1()),
        ValueFormat::Ratio => Some(texts.filled("value.ratio", &[("n", &significant(value.exp()))])),
        ValueFormat::Days => {
            let key = if value == 1.0 { "value.day" } else { "value.days" };
            Some(texts.filled(key, &[("n", &significant(value))]))
        }
        ValueFormat::Weekday => listed("value.weekdays", 1),
        ValueFormat::Month => listed("value.months", 1),
        ValueFormat::Bool => listed("value.no_yes", 0),
    };
    text.unwrap_or_else(|| significant(value))
}

/// The number with as many digits as distinguish values; small numbers keep three significant digits.
fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        size if !size.is_finite() => return "–".to_owned(),
        size if size >= 100.0 => 0,
        size if size >= 0.1 || size == 0.0 => 2,
        // The zeros after the decimal point, and two digits more.
        size => ((-size.log10()).ceil() as usize + 1).min(12),
    };
    grouped(value, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_significant_digits() {
        let cases = [
            (4_000.000_000_5, "4,000"),
            (120.4, "120"),
            (12.345, "12.35"),
            (0.25, "0.25"),
            (0.001_234, "0.0012"),
            (0.0, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(significant(value), text);
        }
    }
}
