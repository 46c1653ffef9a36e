//! Numbers on their way to the page's script: as they are, as short as JSON can say them, and nothing for what is no number.

use serde::{Serialize, Serializer};

use crate::figures::percent;

/// The largest whole number that JavaScript holds exactly.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A number as it is. What is not finite is `null`, which the page shows as not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure(pub(crate) f64);

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Adding zero turns -0 into 0.
        let value = self.0 + 0.0;
        if !value.is_finite() {
            serializer.serialize_none()
        } else if value.fract() == 0.0 && value.abs() < MOST_WHOLE {
            serializer.serialize_i64(value as i64)
        } else {
            serializer.serialize_f64(value)
        }
    }
}

/// A chance with six decimals, unless that would read differently from the chance itself.
pub(crate) fn chance(share: f64) -> Figure {
    let short = rounded(share, 1e6);
    Figure(if percent(short) == percent(share) { short } else { share })
}

/// A push with four decimals, unless that would read differently from the push itself.
pub(crate) fn push(value: f64) -> Figure {
    let short = rounded(value, 1e4);
    let same = format!("{short:+.2}") == format!("{value:+.2}") && (short > 0.0) == (value > 0.0);
    Figure(if same { short } else { value })
}

/// A figure that is drawn, not read: with as many decimals as a drawing needs.
pub(crate) fn drawn(value: f64) -> Figure {
    Figure(rounded(value, 1e4))
}

fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let text = |value: f64| serde_json::to_string(&Figure(value)).unwrap();
        assert_eq!([text(300.0), text(0.1), text(-0.0), text(f64::NAN)], ["300", "0.1", "0", "null"]);
        let long = 0.123_456_789_012_345_67;
        assert_eq!(text(long).parse::<f64>().unwrap().to_bits(), long.to_bits());
    }

    #[test]
    fn what_is_shortened_reads_the_same() {
        // Six decimals would move this over the edge between 6.2 and 6.3 %.
        let edge = 0.062_500_000_1;
        assert_eq!(chance(edge), Figure(edge));
        assert_eq!(chance(0.123_456_789), Figure(0.123_457));
        assert_eq!((push(0.125_000_01), push(0.123_456)), (Figure(0.125_000_01), Figure(0.1235)));
    }
}
