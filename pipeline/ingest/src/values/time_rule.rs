//! Timestamp formats of sources, and adjustments of parsed timestamps.

use serde::Deserialize;
use slotcast_core::Tz;

use crate::values::{decimal::Decimal, strftime::StrftimeFormat};

/// Milliseconds of a day.
const DAY_MILLIS: i128 = 86_400_000;

/// Format of a timestamp or a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum TimestampFormat {
    /// RFC 3339 and its variants, and the year-first forms of East Asia.
    #[default]
    Iso,
    /// Formats of chrono's `strftime`; the first that matches applies.
    Strftime(Vec<StrftimeFormat>),
    /// A number counted from the start of 1970, UTC.
    Unix(UnixUnit),
    /// A number of days in the calendar of spreadsheets, local.
    ExcelDate,
}

/// Unit of a Unix timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnixUnit {
    /// Seconds, with or without decimals.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
}

/// Parsing rule of the timestamps of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimeRule {
    pub(crate) format: TimestampFormat,
    /// Zone of timestamps without one; none for the zone of the source.
    pub(crate) zone: Option<Tz>,
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
            Self::Microseconds => 0,
        };
        i64::try_from(Decimal::parse(text)?.to_scale(scale)?).ok()
    }
}

/// Milliseconds from the start of 1970 to a serial number of Excel's calendar (1900 date system), on the same clock.
///
/// Day 1 is 1900-01-01. Day 60 is a day that never was, 1900-02-29. Floats of a spreadsheet are rounded to milliseconds.
pub(crate) fn excel_millis(text: &str) -> Option<i64> {
    const PRECISION: u32 = 12;
    let serial = Decimal::parse(text)?.to_scale(PRECISION)?;
    let unit = 10_i128.pow(PRECISION);
    let days_to_1970 = match serial.div_euclid(unit) {
        1..=59 => 25_568,
        61..=2_958_465 => 25_569,
        _ => return None,
    };
    let millis = (serial.checked_mul(DAY_MILLIS)? + unit / 2).div_euclid(unit);
    i64::try_from(millis - days_to_1970 * DAY_MILLIS).ok()
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
        assert_eq!(UnixUnit::Microseconds.to_micros("1424789082123456"), Some(1_424_789_082_123_456));
        for text in ["", "soon", "1e9", "99999999999999999999"] {
            assert_eq!(UnixUnit::Seconds.to_micros(text), None, "{text}");
        }
    }

    #[test]
    fn excel_serial_numbers() {
        let text = |serial: &str| {
            chrono::DateTime::from_timestamp_millis(excel_millis(serial)?)
                .map(|at| at.naive_utc().to_string())
        };
        for (serial, expected) in [
            ("46085.5", Some("2026-03-04 12:00:00")),
            ("46085", Some("2026-03-04 00:00:00")),
            // 10:30:00 as a float.
            ("46084.4375", Some("2026-03-03 10:30:00")),
            ("46084.503472222219", Some("2026-03-03 12:05:00")),
            ("1", Some("1900-01-01 00:00:00")),
            ("59.5", Some("1900-02-28 12:00:00")),
            ("61", Some("1900-03-01 00:00:00")),
            ("60", None),
            ("0.5", None),
            ("1772532000", None),
            ("2026-03-03", None),
        ] {
            assert_eq!(text(serial).as_deref(), expected, "{serial}");
        }
    }
}
