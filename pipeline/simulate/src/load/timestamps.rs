//! Fast formatting of instants as RFC 3339 in the market's zone.

use chrono::{DateTime, Timelike};
use slotcast_core::Tz;

/// Seconds of a quarter hour. Zone offsets and their changes are multiples of it, so within a quarter hour only
/// minutes and seconds change.
const QUARTER: i64 = 900;

/// A formatter that asks the time zone database once per quarter hour.
#[derive(Debug)]
pub(super) struct TimestampFormatter {
    zone: Tz,
    quarter: i64,
    first_minute: u32,
    /// `2024-03-05T10:`
    prefix: String,
    /// `+09:00`
    offset: String,
}

impl TimestampFormatter {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, quarter: i64::MIN, first_minute: 0, prefix: String::new(), offset: String::new() }
    }

    /// Moves to the quarter hour of an instant. Cheap if instants come in order.
    pub(super) fn move_to(&mut self, at: i64) {
        let quarter = at.div_euclid(QUARTER);
        if quarter == self.quarter {
            return;
        }
        let utc = DateTime::from_timestamp(quarter * QUARTER, 0).expect("slots lie within the calendar");
        let local = utc.with_timezone(&self.zone);
        self.quarter = quarter;
        self.first_minute = local.minute();
        self.prefix = local.format("%Y-%m-%dT%H:").to_string();
        self.offset = local.format("%:z").to_string();
    }

    /// Local month of the last instant, such as `2024-03`.
    pub(super) fn month(&self) -> &str {
        &self.prefix[..7]
    }

    /// Appends an instant.
    pub(super) fn push_instant(&mut self, to: &mut Vec<u8>, at: i64) {
        self.move_to(at);
        let seconds = at.rem_euclid(QUARTER) as u32;
        let [minute, second] = [self.first_minute + seconds / 60, seconds % 60];
        let digit = |value: u32| b'0' + value as u8;
        to.extend_from_slice(self.prefix.as_bytes());
        to.extend_from_slice(&[digit(minute / 10), digit(minute % 10), b':']);
        to.extend_from_slice(&[digit(second / 10), digit(second % 10)]);
        to.extend_from_slice(self.offset.as_bytes());
    }

    /// Appends the full local hour of an instant.
    pub(super) fn push_hour(&mut self, to: &mut Vec<u8>, at: i64) {
        self.move_to(at);
        to.extend_from_slice(self.prefix.as_bytes());
        to.extend_from_slice(b"00:00");
        to.extend_from_slice(self.offset.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_chrono() {
        // Kathmandu is at UTC+5:45. Daylight saving time in São Paulo ends on 2015-02-22.
        for zone in [Tz::Asia__Seoul, Tz::Asia__Kathmandu, Tz::America__Sao_Paulo, Tz::UTC] {
            let mut formatter = TimestampFormatter::new(zone);
            let first = DateTime::from_timestamp(1_424_487_600, 0).unwrap();
            for step in 0..5_000 {
                let instant = first + chrono::TimeDelta::seconds(step * 37);
                let (mut text, mut hour) = (Vec::new(), Vec::new());
                formatter.push_instant(&mut text, instant.timestamp());
                formatter.push_hour(&mut hour, instant.timestamp());
                let local = instant.with_timezone(&zone);
                assert_eq!(text, local.format("%Y-%m-%dT%H:%M:%S%:z").to_string().as_bytes());
                assert_eq!(hour, local.format("%Y-%m-%dT%H:00:00%:z").to_string().as_bytes());
                assert_eq!(formatter.month(), local.format("%Y-%m").to_string());
            }
        }
    }
}
