//! Slots and the local calendar that defines them.
//!
//! Slots are never counted in hours from an origin: a week in a zone with daylight
//! saving time has 167, 168 or 169 hours.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use thiserror::Error;

use crate::zone::{local_to_utc, utc_to_local};

/// One selling week, `[opens_at, closes_at)`. An order at the very instant of opening belongs to this slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The local date on which the slot opens. It names the slot.
    pub date: NaiveDate,
    /// The first instant of the slot.
    pub opens_at: DateTime<Utc>,
    /// The first instant after the slot.
    pub closes_at: DateTime<Utc>,
}

/// Opening times of slots: a weekday and a time of day in a zone, every n weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCalendar {
    weekday: Weekday,
    time: NaiveTime,
    zone: Tz,
    weeks: u32,
}

/// An invalid calendar or slot date.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CalendarError {
    /// The length of a slot is out of range.
    #[error("a slot lasts 1 to 52 whole weeks, not {0}")]
    Weeks(u32),
    /// No slot opens on this date.
    #[error(
        "no slot opens on {date}, a {weekday}: slots open on {rule}; the nearest are {before} and {after}"
    )]
    NotASlot {
        /// The requested date.
        date: NaiveDate,
        /// Its weekday.
        weekday: Weekday,
        /// The calendar as text.
        rule: String,
        /// The last slot date before it.
        before: NaiveDate,
        /// The first slot date after it.
        after: NaiveDate,
    },
}

impl Default for SlotCalendar {
    /// Tuesday 10:00 in Seoul, one week.
    fn default() -> Self {
        let time = NaiveTime::from_hms_opt(10, 0, 0).expect("10:00 is a time of day");
        Self { weekday: Weekday::Tue, time, zone: Tz::Asia__Seoul, weeks: 1 }
    }
}

impl fmt::Display for SlotCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.weekday, self.time.format("%H:%M"), self.zone)
    }
}

impl SlotCalendar {
    /// A calendar of slots that last `weeks` weeks.
    ///
    /// # Errors
    /// If `weeks` is zero or more than 52.
    pub fn new(weekday: Weekday, time: NaiveTime, zone: Tz, weeks: u32) -> Result<Self, CalendarError> {
        if (1..=52).contains(&weeks) {
            Ok(Self { weekday, time, zone, weeks })
        } else {
            Err(CalendarError::Weeks(weeks))
        }
    }

    /// The time zone of days and slots.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The local time of day at which slots open.
    pub fn opening_time(&self) -> NaiveTime {
        self.time
    }

    /// The slot that opens on `date`.
    ///
    /// # Errors
    /// If no slot opens on that date. The error contains the nearest slot dates.
    pub fn slot_on(&self, date: NaiveDate) -> Result<Slot, CalendarError> {
        let before = self.slot_date_on_or_before(date);
        if before == date {
            return Ok(self.slot(date));
        }
        Err(CalendarError::NotASlot {
            date,
            weekday: date.weekday(),
            rule: self.to_string(),
            before,
            after: before + self.length(),
        })
    }

    /// The slot that contains `instant`.
    pub fn slot_of(&self, instant: DateTime<Utc>) -> Slot {
        let slot = self.slot(self.slot_date_on_or_before(utc_to_local(self.zone, instant).date()));
        if slot.opens_at <= instant { slot } else { self.slot(slot.date - self.length()) }
    }

    /// The first slot that opens after `instant`.
    pub fn next_after(&self, instant: DateTime<Utc>) -> Slot {
        self.following(&self.slot_of(instant))
    }

    /// The slot after `slot`.
    pub fn following(&self, slot: &Slot) -> Slot {
        self.slot(slot.date + self.length())
    }

    /// The slots from that of `first` to that of `last`, in order. Empty if `last` is before `first`.
    pub fn slots_between(&self, first: DateTime<Utc>, last: DateTime<Utc>) -> Vec<Slot> {
        let mut slots = Vec::new();
        let mut slot = self.slot_of(first);
        while slot.opens_at <= last {
            slots.push(slot);
            slot = self.following(&slot);
        }
        slots
    }

    /// The instant `days` local calendar days before `slot` opens, at the same time of day.
    pub fn days_before(&self, slot: &Slot, days: u32) -> DateTime<Utc> {
        self.opening(slot.date - Days::new(u64::from(days)))
    }

    /// Whole local days from `instant` to the opening of `slot`, rounded up, so that rows cut at this
    /// distance contain nothing from after `instant`.
    pub fn whole_days_before(&self, slot: &Slot, instant: DateTime<Utc>) -> u32 {
        let opening: NaiveDateTime = slot.date.and_time(self.time);
        let seconds = (opening - utc_to_local(self.zone, instant)).num_seconds().max(0);
        u32::try_from((seconds + 86_399) / 86_400).unwrap_or(u32::MAX)
    }

    fn length(&self) -> Days {
        Days::new(7 * u64::from(self.weeks))
    }

    /// The opening time of day on `date`, whether or not a slot opens on that date.
    pub fn opening(&self, date: NaiveDate) -> DateTime<Utc> {
        local_to_utc(self.zone, date.and_time(self.time))
    }

    fn slot(&self, date: NaiveDate) -> Slot {
        Slot { date, opens_at: self.opening(date), closes_at: self.opening(date + self.length()) }
    }

    /// Slots longer than one week are counted from the first slot weekday of year 1, independently of the data.
    fn slot_date_on_or_before(&self, date: NaiveDate) -> NaiveDate {
        let length = 7 * i64::from(self.weeks);
        let first = i64::from(1 + self.weekday.num_days_from_monday());
        let past = (i64::from(date.num_days_from_ce()) - first).rem_euclid(length);
        date - Days::new(u64::try_from(past).expect("a remainder is not negative"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sao_paulo() -> SlotCalendar {
        let time = NaiveTime::from_hms_opt(10, 0, 0).unwrap();
        SlotCalendar::new(Weekday::Tue, time, Tz::America__Sao_Paulo, 1).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_slot_of_makers_with_kakao() {
        let slot = SlotCalendar::default().slot_on("2016-02-16".parse().unwrap()).unwrap();
        assert_eq!(slot.opens_at, at("2016-02-16T01:00:00Z"));
        assert_eq!(slot.closes_at, at("2016-02-23T01:00:00Z"));
    }

    #[test]
    fn the_opening_belongs_to_the_new_slot() {
        let calendar = SlotCalendar::default();
        let opening = at("2016-02-23T01:00:00Z");
        assert_eq!(calendar.slot_of(opening).opens_at, opening);
        assert_eq!(calendar.slot_of(at("2016-02-23T00:59:59.999Z")).closes_at, opening);
        assert_eq!(calendar.next_after(opening).date.to_string(), "2016-03-01");
    }

    #[test]
    fn daylight_saving_time_changes_the_length_of_a_week() {
        let hours = |date: &str| {
            let slot = sao_paulo().slot_on(date.parse().unwrap()).unwrap();
            (slot.closes_at - slot.opens_at).num_hours()
        };
        assert_eq!((hours("2014-10-14"), hours("2015-02-17"), hours("2015-03-10")), (167, 169, 168));
    }

    #[test]
    fn a_wrong_date_names_the_nearest_slots() {
        let message = sao_paulo().slot_on("2015-03-11".parse().unwrap()).unwrap_err().to_string();
        assert!(message.contains("2015-03-10 and 2015-03-17"), "{message}");
    }

    #[test]
    fn the_cutoff_is_a_local_time() {
        let calendar = sao_paulo();
        let slot = calendar.slot_on("2015-02-24".parse().unwrap()).unwrap();
        let cutoff = calendar.days_before(&slot, 4);
        assert_eq!(cutoff, at("2015-02-20T12:00:00Z"), "Friday still has daylight saving time");
        assert_eq!(calendar.whole_days_before(&slot, cutoff), 4);
        assert_eq!(calendar.whole_days_before(&slot, at("2015-02-20T12:00:01Z")), 4);
        assert_eq!(calendar.whole_days_before(&slot, at("2015-02-20T11:59:59Z")), 5);
    }

    proptest! {
        #[test]
        fn slots_tile_time(seconds in -5_000_000_000_i64..5_000_000_000, weeks in 1_u32..4) {
            let calendar = SlotCalendar { weeks, ..sao_paulo() };
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let slot = calendar.slot_of(instant);
            prop_assert!(slot.opens_at <= instant && instant < slot.closes_at);
            prop_assert_eq!(calendar.following(&slot).opens_at, slot.closes_at);
            prop_assert_eq!(calendar.slot_on(slot.date), Ok(slot));
        }
    }
}
