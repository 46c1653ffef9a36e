//! What the number of a feature means, and how it is therefore written. One meaning for all languages.

use super::tongue::Tongue;
use crate::figures::grouped;

/// How the number of a feature is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As it stands.
    Number,
    /// The natural logarithm of what people know.
    Logarithm,
    /// The natural logarithm of one more than a count.
    CountLogarithm,
    /// The natural logarithm of a smoothed ratio.
    Ratio,
    /// Days.
    Days,
    /// 1 for Monday to 7.
    Weekday,
    /// 1 for January to 12.
    Month,
    /// 0 for no, 1 for yes.
    NoYes,
}

impl Shape {
    /// By the name of the feature.
    pub(super) fn of(feature: &str) -> Self {
        match feature {
            "opens_weekday" => Self::Weekday,
            "opens_month" => Self::Month,
            "log_earlier_offers" => Self::CountLogarithm,
            "log_threshold" | "log_price" | "log_capacity" => Self::Logarithm,
            _ if feature.starts_with("log_") && feature.ends_with("_per_threshold") => Self::Ratio,
            _ if feature.starts_with("is_") || feature.starts_with("has_") => Self::NoYes,
            _ if feature.starts_with("days_") || feature.ends_with("_days") => Self::Days,
            _ => Self::Number,
        }
    }
}

/// The value in words. What does not fit its shape is shown as the number it is.
pub(super) fn value_text(tongue: &Tongue, shape: Shape, value: f64) -> String {
    let named = |names: &[&'static str], first: usize| {
        let is_whole = value.fract() == 0.0 && (0.0..100.0).contains(&value);
        is_whole
            .then(|| names.get((value as usize).checked_sub(first)?).copied())
            .flatten()
            .map(str::to_owned)
    };
    let word = match shape {
        Shape::Number => None,
        Shape::Logarithm => Some(figure(value.exp())),
        Shape::CountLogarithm => Some(figure(value.exp_m1())),
        Shape::Ratio => Some((tongue.ratio)(&figure(value.exp()))),
        Shape::Days => Some((tongue.days)(value, &figure(value))),
        Shape::Weekday => named(&tongue.weekdays, 1),
        Shape::Month => named(&tongue.months, 1),
        Shape::NoYes => named(&tongue.no_yes, 0),
    };
    word.unwrap_or_else(|| figure(value))
}

/// Enough digits to tell values apart, no more: small ones keep three that count.
fn figure(value: f64) -> String {
    let places = match value.abs() {
        size if !size.is_finite() => return "–".to_owned(),
        size if size >= 100.0 => 0,
        size if size >= 0.1 || size == 0.0 => 2,
        // The digits before the first one that counts, and two more.
        size => ((-size.log10()).ceil() as usize + 1).min(12),
    };
    grouped(value, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_what_tells_them_apart() {
        let cases = [
            (4_000.000_000_5, "4,000"),
            (120.4, "120"),
            (12.345, "12.35"),
            (0.25, "0.25"),
            (0.001_234, "0.0012"),
            (0.0, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(figure(value), text);
        }
    }
}
