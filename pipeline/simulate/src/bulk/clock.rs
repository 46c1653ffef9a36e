//! Instants as RFC 3339 text in the market's zone, without asking the calendar for each.

use chrono::{DateTime, Timelike};
use slotcast_core::Tz;

/// Offsets of zones, and the moments at which they change, are whole quarter hours; within
/// one, only minutes and seconds move.
const QUARTER: i64 = 900;

/// The text of the instants of a quarter hour.
#[derive(Debug)]
pub(super) struct Clock {
    zone: Tz,
    quarter: i64,
    first_minute: u32,
    /// `2024-03-05T10:`
    head: String,
    /// `+09:00`
    tail: String,
}

impl Clock {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, quarter: i64::MIN, first_minute: 0, head: String::new(), tail: String::new() }
    }

    /// Turns to the quarter hour of an instant. Cheap where instants come in order.
    pub(super) fn turn_to(&mut self, at: i64) {
        let quarter = at.div_euclid(QUARTER);
        if quarter == self.quarter {
            return;
        }
        let utc = DateTime::from_timestamp(quarter * QUARTER, 0).expect("slots lie within the calendar");
        let local = utc.with_timezone(&self.zone);
        self.quarter = quarter;
        self.first_minute = local.minute();
        self.head = local.format("%Y-%m-%dT%H:").to_string();
        self.tail = local.format("%:z").to_string();
    }

    /// `2024-03`, of the instant last turned to.
    pub(super) fn month(&self) -> &str {
        &self.head[..7]
    }

    /// Appends an instant.
    pub(super) fn push_instant(&mut self, to: &mut Vec<u8>, at: i64) {
        self.turn_to(at);
        let seconds = at.rem_euclid(QUARTER) as u32;
        let [minute, second] = [self.first_minute + seconds / 60, seconds % 60];
        let digit = |value: u32| b'0' + value as u8;
        to.extend_from_slice(self.head.as_bytes());
        to.extend_from_slice(&[digit(minute / 10), digit(minute % 10), b':']);
        to.extend_from_slice(&[digit(second / 10), digit(second % 10)]);
        to.extend_from_slice(self.tail.as_bytes());
    }

    /// Appends the full local hour of an instant.
    pub(super) fn push_hour(&mut self, to: &mut Vec<u8>, at: i64) {
        self.turn_to(at);
        to.extend_from_slice(self.head.as_bytes());
        to.extend_from_slice(b"00:00");
        to.extend_from_slice(self.tail.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_that_of_the_calendar() {
        // Kathmandu is 5:45 ahead; summer time ends in São Paulo on 2015-02-22.
        for zone in [Tz::Asia__Seoul, Tz::Asia__Kathmandu, Tz::America__Sao_Paulo, Tz::UTC] {
            let mut clock = Clock::new(zone);
            let first = DateTime::from_timestamp(1_424_487_600, 0).unwrap();
            for step in 0..5_000 {
                let instant = first + chrono::TimeDelta::seconds(step * 37);
                let (mut text, mut hour) = (Vec::new(), Vec::new());
                clock.push_instant(&mut text, instant.timestamp());
                clock.push_hour(&mut hour, instant.timestamp());
                let local = instant.with_timezone(&zone);
                assert_eq!(text, local.format("%Y-%m-%dT%H:%M:%S%:z").to_string().as_bytes());
                assert_eq!(hour, local.format("%Y-%m-%dT%H:00:00%:z").to_string().as_bytes());
                assert_eq!(clock.month(), local.format("%Y-%m").to_string());
            }
        }
    }
}
