//! Rules of holidays: dates, years, names and substitutes.

use std::ops::RangeInclusive;

/// Names of a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HolidayName {
    pub(super) ko: &'static str,
    pub(super) en: &'static str,
}

/// Date of a holiday within a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnnualDate {
    /// A date of the civil calendar.
    Civil { month: u32, day: u32 },
    /// `shift` days after a date of the traditional calendar.
    Traditional { month: u8, day: u8, shift: i64 },
}

/// The day off that replaces a holiday on another day off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SubstituteRule {
    pub(super) from_year: i32,
    /// Whether a holiday on a Saturday has a substitute, too.
    pub(super) for_saturday: bool,
    pub(super) name: HolidayName,
}

/// A holiday that returns every year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HolidayRule {
    pub(super) date: AnnualDate,
    pub(super) years: RangeInclusive<i32>,
    pub(super) name: HolidayName,
    pub(super) substitute: Option<SubstituteRule>,
}
