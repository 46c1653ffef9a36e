//! Conversion of local wall-clock time, with a stated rule for skipped and repeated hours.

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The instant that a wall clock in `zone` shows as `local`.
///
/// An hour that occurs twice means its first occurrence. An hour that is skipped
/// means the instant that the clock would have shown had it not been put forward.
pub fn local_to_utc(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
        LocalResult::None => {
            // No zone skips more than a day, so a day earlier the old offset still held.
            let before = zone.offset_from_utc_datetime(&(local - TimeDelta::days(1)));
            (local - before.fix()).and_utc()
        }
    }
}

/// The wall-clock time in `zone` at `instant`.
pub fn utc_to_local(zone: Tz, instant: DateTime<Utc>) -> NaiveDateTime {
    instant.with_timezone(&zone).naive_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::Sao_Paulo;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_skipped_hour_moves_forward() {
        // Daylight saving time began on 2014-10-19 at 00:00, which became 01:00.
        let skipped = local_to_utc(Sao_Paulo, at("2014-10-19T00:30:00"));
        assert_eq!(skipped, local_to_utc(Sao_Paulo, at("2014-10-19T01:30:00")));
    }

    #[test]
    fn a_repeated_hour_is_the_first() {
        // Daylight saving time ended on 2015-02-22 at 00:00, which became 23:00 of the day before.
        let repeated = local_to_utc(Sao_Paulo, at("2015-02-21T23:30:00"));
        assert_eq!(repeated.to_rfc3339(), "2015-02-22T01:30:00+00:00");
    }
}
