//! Timestamp formats of sources, and adjustments of parsed timestamps.

use chrono::format::{Item, StrftimeItems};
use serde::Deserialize;

use crate::values::decimal::Decimal;

/// Format of a timestamp or a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum TimestampFormat {
    /// RFC 3339 and its variants.
    #[default]
    Iso,
    /// Formats of chrono's `strftime`; the first that matches applies.
    Strftime(Vec<String>),
    /// A number counted from the start of 1970, UTC.
    Unix(UnixUnit),
}

/// Unit of a Unix timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnixUnit {
    /// Seconds, with or without decimals.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// Parsing rule of the timestamps of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeRule {
    pub(crate) format: TimestampFormat,
    /// Local calendar days to add.
    pub(crate) shift_days: i64,
    /// Maps a local day to the first instant after it.
    pub(crate) end_of_day: bool,
}

impl UnixUnit {
    /// Microseconds since the epoch; none if the text is not a number.
    pub(crate) fn to_micros(self, text: &str) -> Option<i64> {
        let scale = match self {
            Self::Seconds => 6,
            Self::Milliseconds => 3,
        };
        i64::try_from(Decimal::parse(text)?.to_scale(scale)?).ok()
    }
}

/// Returns whether chrono supports this format.
pub(crate) fn is_strftime(format: &str) -> bool {
    !format.is_empty() && StrftimeItems::new(format).all(|item| item != Item::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_timestamps() {
        assert_eq!(UnixUnit::Seconds.to_micros("1424789082"), Some(1_424_789_082_000_000));
        assert_eq!(UnixUnit::Seconds.to_micros("1424789082.5000009"), Some(1_424_789_082_500_000));
        assert_eq!(UnixUnit::Seconds.to_micros("-1"), Some(-1_000_000));
        assert_eq!(UnixUnit::Milliseconds.to_micros("1424789082123.0"), Some(1_424_789_082_123_000));
        for text in ["", "soon", "1e9", "99999999999999999999"] {
            assert_eq!(UnixUnit::Seconds.to_micros(text), None, "{text}");
        }
    }

    #[test]
    fn strftime_formats() {
        assert!(is_strftime("%d.%m.%Y %H:%M") && !is_strftime("%Q") && !is_strftime(""));
    }
}
