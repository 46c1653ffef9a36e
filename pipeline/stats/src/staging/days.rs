//! Local days of the market, and the days between two decisions, as tables to look instants up in.
//!
//! A decision day ends at the hour at which slots open: `seen_on` and `known_on` count in these,
//! because every T but that of a run under way falls on such an hour.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use slotcast_core::{SlotCalendar, local_to_utc, utc_to_local};

/// Days from the epoch, as Arrow counts them.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).expect("a date lies within the calendar")
}

/// The date of a day counted from the epoch.
pub(crate) fn date_of(day: i32) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(i64::from(day))
}

/// The moments at which days begin, in order.
#[derive(Clone, Debug)]
struct Edges {
    first_day: i32,
    /// In microseconds: `starts[i]` is the beginning of day `first_day + i`.
    starts: Vec<i64>,
}

const DAY_MICROS: i64 = 86_400_000_000;

impl Edges {
    /// The number of days whose beginning is not after the moment.
    fn begun(&self, micros: i64) -> usize {
        let guess = (micros - self.starts[0]).div_euclid(DAY_MICROS).clamp(0, self.starts.len() as i64 - 1);
        let mut index = usize::try_from(guess).expect("not below zero");
        while index > 0 && self.starts[index] > micros {
            index -= 1;
        }
        while index + 1 < self.starts.len() && self.starts[index + 1] <= micros {
            index += 1;
        }
        if self.starts[index] <= micros { index + 1 } else { index }
    }

    fn day(&self, index: usize) -> i32 {
        self.first_day + i32::try_from(index).expect("a span of days is short")
    }
}

/// Local days from a first to a last moment.
#[derive(Clone, Debug)]
pub(crate) struct MarketDays {
    midnights: Edges,
    openings: Edges,
}

impl MarketDays {
    /// The days that cover these moments, with some to spare.
    pub(crate) fn covering(calendar: &SlotCalendar, first: DateTime<Utc>, last: DateTime<Utc>) -> Self {
        let zone = calendar.zone();
        let from = utc_to_local(zone, first).date() - TimeDelta::days(2);
        let until = utc_to_local(zone, last).date() + TimeDelta::days(3);
        let edges = |begins: &dyn Fn(NaiveDate) -> DateTime<Utc>| Edges {
            first_day: day_number(from),
            starts: from
                .iter_days()
                .take_while(|day| *day <= until)
                .map(|day| begins(day).timestamp_micros())
                .collect(),
        };
        Self {
            midnights: edges(&|day| local_to_utc(zone, day.and_time(NaiveTime::MIN))),
            openings: edges(&|day| calendar.opening(day)),
        }
    }

    /// The local day of a moment.
    pub(crate) fn day(&self, micros: i64) -> i32 {
        self.midnights.day(self.midnights.begun(micros)) - 1
    }

    /// The first day at whose opening hour something that happened then had happened: strictly later.
    pub(crate) fn seen_on(&self, micros: i64) -> i32 {
        self.openings.day(self.openings.begun(micros))
    }

    /// The first day at whose opening hour something that was known then was known: not earlier.
    pub(crate) fn known_on(&self, micros: i64) -> i32 {
        self.openings.day(self.openings.begun(micros - 1))
    }

    /// The moment at which a local day begins.
    pub(crate) fn midnight(&self, day: i32) -> i64 {
        let last = self.midnights.starts.len() - 1;
        let index = usize::try_from(day - self.midnights.first_day).unwrap_or(0).min(last);
        self.midnights.starts[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
    }

    #[test]
    fn days_change_at_local_midnight_and_decisions_at_the_opening_hour() {
        let (first, last) = ("2016-02-01T00:00:00Z", "2016-03-31T00:00:00Z");
        let days =
            MarketDays::covering(&SlotCalendar::default(), first.parse().unwrap(), last.parse().unwrap());
        let date = |day| date_of(day).to_string();
        assert_eq!(date(days.day(micros("2016-03-01T14:59:59Z"))), "2016-03-01");
        assert_eq!(date(days.day(micros("2016-03-01T15:00:00Z"))), "2016-03-02");
        // An event at 10:00:00.000 has not happened before 10:00; what is known at 10:00 is known.
        assert_eq!(date(days.seen_on(micros("2016-03-01T00:59:59.999999Z"))), "2016-03-01");
        assert_eq!(date(days.seen_on(micros("2016-03-01T01:00:00Z"))), "2016-03-02");
        assert_eq!(date(days.known_on(micros("2016-03-01T01:00:00Z"))), "2016-03-01");
        assert_eq!(date(days.known_on(micros("2016-03-01T01:00:00.000001Z"))), "2016-03-02");
        assert_eq!(days.midnight(days.day(micros("2016-03-01T15:00:00Z"))), micros("2016-03-01T15:00:00Z"));
    }
}
