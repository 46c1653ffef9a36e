//! Numbers for the page's script, as short as possible.

use serde::{Serialize, Serializer};

use crate::number_format::percent;

/// Limit up to which JavaScript represents integers exactly.
const MAX_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Unrounded number. A number that is not finite is `null`, which the page shows as unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct JsonNumber(pub(crate) f64);

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Adding zero turns -0 into 0.
        let value = self.0 + 0.0;
        if !value.is_finite() {
            serializer.serialize_none()
        } else if value.fract() == 0.0 && value.abs() < MAX_INTEGER {
            serializer.serialize_i64(value as i64)
        } else {
            serializer.serialize_f64(value)
        }
    }
}

/// A probability with six decimals, unless rounding would change its text on the page.
pub(crate) fn probability(share: f64) -> JsonNumber {
    let short = rounded(share, 1e6);
    JsonNumber(if percent(short) == percent(share) { short } else { share })
}

/// Log-odds with four decimals, unless rounding would change their text on the page.
pub(crate) fn log_odds(value: f64) -> JsonNumber {
    let short = rounded(value, 1e4);
    let same = format!("{short:+.2}") == format!("{value:+.2}") && (short > 0.0) == (value > 0.0);
    JsonNumber(if same { short } else { value })
}

/// A number that is only drawn, with four decimals.
pub(crate) fn drawn(value: f64) -> JsonNumber {
    JsonNumber(rounded(value, 1e4))
}

fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let text = |value: f64| serde_json::to_string(&JsonNumber(value)).unwrap();
        assert_eq!([text(300.0), text(0.1), text(-0.0), text(f64::NAN)], ["300", "0.1", "0", "null"]);
        let long = 0.123_456_789_012_345_67;
        assert_eq!(text(long).parse::<f64>().unwrap().to_bits(), long.to_bits());
    }

    #[test]
    fn rounding_never_changes_the_text() {
        // Six decimals would move this number across the edge between 6.2 and 6.3 %.
        let edge = 0.062_500_000_1;
        assert_eq!(probability(edge), JsonNumber(edge));
        assert_eq!(probability(0.123_456_789), JsonNumber(0.123_457));
        assert_eq!(
            (log_odds(0.125_000_01), log_odds(0.123_456)),
            (JsonNumber(0.125_000_01), JsonNumber(0.1235))
        );
    }
}
