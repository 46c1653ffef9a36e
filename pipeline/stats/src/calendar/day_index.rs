//! Lookup of the local day and the decision day of an instant.
//!
//! A decision day ends at the hour at which slots open. Every T falls on such an hour, except that of a run in
//! progress, so `occurred_on` and `known_on` count in decision days.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use slotcast_core::{SlotCalendar, local_to_utc, utc_to_local};

/// Number of a date: days since the epoch, as in Arrow.
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    i32::try_from((date - NaiveDate::default()).num_days()).expect("a date lies within the calendar")
}

/// Date of a day number.
pub(crate) fn date_of(day: i32) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(i64::from(day))
}

/// Start times of consecutive days.
#[derive(Clone, Debug)]
struct DayStarts {
    first_day: i32,
    /// In microseconds: `starts[i]` is the start of day `first_day + i`.
    starts: Vec<i64>,
}

const DAY_MICROS: i64 = 86_400_000_000;

impl DayStarts {
    /// Whether an instant lies within these days.
    fn covers(&self, micros: i64) -> bool {
        self.starts[0] <= micros && self.starts.last().is_some_and(|last| micros < *last)
    }

    /// Number of days that start at or before an instant.
    fn started_by(&self, micros: i64) -> usize {
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

/// Local days and decision days: looked up within an interval, computed outside of it.
#[derive(Clone, Debug)]
pub(crate) struct DayIndex {
    calendar: SlotCalendar,
    midnights: DayStarts,
    openings: DayStarts,
}

impl DayIndex {
    /// An index that covers these instants with a margin.
    pub(crate) fn covering(calendar: &SlotCalendar, first: DateTime<Utc>, last: DateTime<Utc>) -> Self {
        let zone = calendar.zone();
        let from = utc_to_local(zone, first).date() - TimeDelta::days(2);
        let until = utc_to_local(zone, last).date() + TimeDelta::days(3);
        let starts = |begins: &dyn Fn(NaiveDate) -> DateTime<Utc>| DayStarts {
            first_day: day_number(from),
            starts: from
                .iter_days()
                .take_while(|day| *day <= until)
                .map(|day| begins(day).timestamp_micros())
                .collect(),
        };
        Self {
            calendar: *calendar,
            midnights: starts(&|day| local_to_utc(zone, day.and_time(NaiveTime::MIN))),
            openings: starts(&|day| calendar.opening(day)),
        }
    }

    /// Local day of an instant.
    pub(crate) fn day(&self, micros: i64) -> i32 {
        if !self.midnights.covers(micros) {
            return day_number(self.local_date(micros));
        }
        self.midnights.day(self.midnights.started_by(micros)) - 1
    }

    /// First decision day that ends after an event: an event at the end itself belongs to the next day.
    pub(crate) fn occurred_on(&self, micros: i64) -> i32 {
        if !self.openings.covers(micros) {
            let date = self.local_date(micros);
            let has_ended = self.calendar.opening(date).timestamp_micros() <= micros;
            return day_number(date) + i32::from(has_ended);
        }
        self.openings.day(self.openings.started_by(micros))
    }

    /// First decision day by whose end a fact was known: a fact known at the end itself belongs to that day.
    pub(crate) fn known_on(&self, micros: i64) -> i32 {
        self.occurred_on(micros - 1)
    }

    fn local_date(&self, micros: i64) -> NaiveDate {
        let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
        utc_to_local(self.calendar.zone(), at).date()
    }

    /// Start of a local day, in microseconds.
    pub(crate) fn midnight(&self, day: i32) -> i64 {
        let index = usize::try_from(day - self.midnights.first_day).ok();
        match index.and_then(|index| self.midnights.starts.get(index)) {
            Some(start) => *start,
            None => {
                let midnight = date_of(day).and_time(NaiveTime::MIN);
                local_to_utc(self.calendar.zone(), midnight).timestamp_micros()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
    }

    #[test]
    fn decision_days_end_at_the_opening_hour() {
        let (first, last) = ("2016-02-01T00:00:00Z", "2016-03-31T00:00:00Z");
        let days =
            DayIndex::covering(&SlotCalendar::default(), first.parse().unwrap(), last.parse().unwrap());
        let date = |day| date_of(day).to_string();
        assert_eq!(date(days.day(micros("2016-03-01T14:59:59Z"))), "2016-03-01");
        assert_eq!(date(days.day(micros("2016-03-01T15:00:00Z"))), "2016-03-02");
        // An event at 10:00:00.000 has not occurred by 10:00; a fact known at 10:00 is known by then.
        assert_eq!(date(days.occurred_on(micros("2016-03-01T00:59:59.999999Z"))), "2016-03-01");
        assert_eq!(date(days.occurred_on(micros("2016-03-01T01:00:00Z"))), "2016-03-02");
        assert_eq!(date(days.known_on(micros("2016-03-01T01:00:00Z"))), "2016-03-01");
        assert_eq!(date(days.known_on(micros("2016-03-01T01:00:00.000001Z"))), "2016-03-02");
        assert_eq!(days.midnight(days.day(micros("2016-03-01T15:00:00Z"))), micros("2016-03-01T15:00:00Z"));
    }

    #[test]
    fn days_outside_the_interval_are_computed() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let calendar = SlotCalendar::default();
        let short = DayIndex::covering(&calendar, at("2016-02-01T00:00:00Z"), at("2016-02-03T00:00:00Z"));
        let long = DayIndex::covering(&calendar, at("2015-12-01T00:00:00Z"), at("2016-04-03T00:00:00Z"));
        for hour in 0..(80 * 24) {
            let micros = micros("2015-12-31T15:00:00Z") + hour * 3_600_000_000;
            let all = |days: &DayIndex| {
                let day = days.day(micros);
                (day, days.occurred_on(micros), days.known_on(micros), days.midnight(day))
            };
            assert_eq!(all(&short), all(&long), "{hour}");
        }
    }
}
