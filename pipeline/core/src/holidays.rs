//! Public holidays of South Korea, for a local date.
//!
//! Source: the decree 관공서의 공휴일에 관한 규정 (articles 2 and 3) and, since 2022, the act 공휴일에 관한
//! 법률, as amended up to [`HOLIDAY_TABLE_VERSION`]. Days of the traditional calendar come from
//! `icu_calendar`, which agrees with the Korea Astronomy and Space Science Institute up to 2050.
//!
//! Substitutes follow from the rule, not from a list. A holiday that falls on a Sunday moves to the first
//! day after it that is neither a weekend nor a holiday: the days of Seollal and Chuseok and Children's Day
//! since 2014, the national days since 2021, Buddha's Birthday and Christmas since 2023, Labour Day and
//! Constitution Day since they are (again) holidays, 2026. All but the days of Seollal and Chuseok move
//! from a Saturday too. Two holidays on one working day earn one more day. Substitutes that would fall on
//! one day take the days one after another. New Year's Day and Memorial Day earn nothing.
//!
//! Days that the government names for one year, and days of elections, are known up to the version of
//! the table, which leaves none of 2026 open but what December may still bring. Of later years only what
//! the law fixes for every year is known, as the law stood at that version.

mod table;

use std::{collections::BTreeMap, fmt, ops::RangeInclusive, sync::LazyLock};

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use icu_calendar::{Date, cal::KoreanTraditional, types::Month};

use table::{Names, ROWS, Row, Substitute, TEMPORARY, When};

/// The day on which the table of holidays was last compared with the law.
pub const HOLIDAY_TABLE_VERSION: &str = "2026-11-25";

/// The years for which holidays are known. Before them other days were holidays, and Sundays were made up
/// for in another way; after them nobody has published the traditional calendar.
pub const KOREAN_HOLIDAY_YEARS: RangeInclusive<i32> = 1990..=2050;

/// What makes a day a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolidayKind {
    /// The same civil date every year.
    Fixed,
    /// A date of the traditional calendar.
    Traditional,
    /// In place of a holiday that fell on another day off.
    Substitute,
    /// For one year only: named by the government, or the day of a national election.
    Temporary,
}

impl fmt::Display for HolidayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed => "fixed",
            Self::Traditional => "traditional",
            Self::Substitute => "substitute",
            Self::Temporary => "temporary",
        })
    }
}

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Its name in Korean.
    pub name_ko: &'static str,
    /// Its name in English.
    pub name_en: &'static str,
    /// What makes it one.
    pub kind: HolidayKind,
}

impl Holiday {
    fn new(names: Names, kind: HolidayKind) -> Self {
        Self { name_ko: names.ko, name_en: names.en, kind }
    }
}

/// The public holiday of South Korea on this date. Where two fall on one day it is the traditional one.
///
/// `None` for every day of a year outside [`KOREAN_HOLIDAY_YEARS`]. A Sunday is no holiday by itself.
pub fn korean_holiday(date: NaiveDate) -> Option<Holiday> {
    /// Some 1,200 days: cheaper to hold all than to find out which years are asked for.
    static HOLIDAYS: LazyLock<BTreeMap<NaiveDate, Holiday>> =
        LazyLock::new(|| KOREAN_HOLIDAY_YEARS.flat_map(holidays_of).collect());
    HOLIDAYS.get(&date).copied()
}

fn holidays_of(year: i32) -> BTreeMap<NaiveDate, Holiday> {
    let mut yearly: Vec<(NaiveDate, &Row)> = ROWS
        .iter()
        .filter(|row| row.years.contains(&year))
        .map(|row| (date_in(year, row.when), row))
        .collect();
    // Of one day, the traditional holiday comes first: it names the day, and the substitute.
    yearly.sort_by_key(|(date, row)| (*date, kind_of(row) != HolidayKind::Traditional));

    let mut holidays = BTreeMap::new();
    for (date, row) in &yearly {
        holidays.entry(*date).or_insert(Holiday::new(row.names, kind_of(row)));
    }
    for (date, names) in TEMPORARY.iter().filter(|(date, _)| date.year() == year) {
        holidays.entry(*date).or_insert(Holiday::new(*names, HolidayKind::Temporary));
    }
    // Substitutes come last, in order: they give way to every other holiday, and to each other.
    for of_one_day in yearly.chunk_by(|left, right| left.0 == right.0) {
        for substitute in earned(year, of_one_day) {
            let mut day = of_one_day[0].0;
            while is_weekend(day) || holidays.contains_key(&day) {
                day += TimeDelta::days(1);
            }
            holidays.insert(day, Holiday::new(substitute.names, HolidayKind::Substitute));
        }
    }
    holidays
}

/// The substitutes that the holidays of one day earn, which are at least one.
fn earned(year: i32, of_one_day: &[(NaiveDate, &Row)]) -> Vec<Substitute> {
    let possible = of_one_day
        .iter()
        .filter_map(|(_, row)| row.substitute)
        .filter(|substitute| substitute.from_year <= year);
    match of_one_day[0].0.weekday() {
        Weekday::Sun => possible.collect(),
        Weekday::Sat => possible.filter(|substitute| substitute.for_saturday).collect(),
        // What is lost is a day less than the holidays: 2025-05-05 earned one, though both may earn.
        _ => possible.take(of_one_day.len() - 1).collect(),
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn kind_of(row: &Row) -> HolidayKind {
    match row.when {
        When::Civil { .. } => HolidayKind::Fixed,
        When::Traditional { .. } => HolidayKind::Traditional,
    }
}

fn date_in(year: i32, when: When) -> NaiveDate {
    match when {
        When::Civil { month, day } => {
            NaiveDate::from_ymd_opt(year, month, day).expect("no row names the end of February")
        }
        When::Traditional { month, day, shift } => {
            let date = Date::try_new(year.into(), Month::new(month), day, KoreanTraditional::new())
                .expect("every traditional year has these months, and every month has 29 days");
            // Both count days from the first of January of year 1, which is day 1.
            let days = i32::try_from(date.to_rata_die().to_i64_date()).expect("a year near ours");
            NaiveDate::from_num_days_from_ce_opt(days).expect("a year near ours") + TimeDelta::days(shift)
        }
    }
}

#[cfg(test)]
mod tests;
