//! How a source writes moments and days.

use chrono::format::{Item, StrftimeItems};
use serde::Deserialize;

use crate::decimal::Decimal;

/// How the text of a timestamp or a day is laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// RFC 3339 and its relatives.
    #[default]
    Usual,
    /// Formats of chrono's `strftime`; the first that fits is taken.
    Formats(Vec<String>),
    /// A number that counts from the start of 1970, UTC.
    Unix(UnixUnit),
}

/// What a timestamp counts that is given as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnixUnit {
    /// Seconds, with or without decimals.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

impl UnixUnit {
    /// Microseconds since the epoch; none if the text is no number.
    pub(crate) fn micros(self, text: &str) -> Option<i64> {
        let places = match self {
            Self::Seconds => 6,
            Self::Milliseconds => 3,
        };
        i64::try_from(Decimal::parse(text)?.units(places)?).ok()
    }
}

/// Whether chrono knows this format.
pub(crate) fn is_format(format: &str) -> bool {
    !format.is_empty() && StrftimeItems::new(format).all(|item| item != Item::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_from_1970() {
        assert_eq!(UnixUnit::Seconds.micros("1424789082"), Some(1_424_789_082_000_000));
        assert_eq!(UnixUnit::Seconds.micros("1424789082.5000009"), Some(1_424_789_082_500_000));
        assert_eq!(UnixUnit::Seconds.micros("-1"), Some(-1_000_000));
        assert_eq!(UnixUnit::Milliseconds.micros("1424789082123.0"), Some(1_424_789_082_123_000));
        for text in ["", "soon", "1e9", "99999999999999999999"] {
            assert_eq!(UnixUnit::Seconds.micros(text), None, "{text}");
        }
    }

    #[test]
    fn formats_are_those_of_chrono() {
        assert!(is_format("%d.%m.%Y %H:%M") && !is_format("%Q") && !is_format(""));
    }
}
