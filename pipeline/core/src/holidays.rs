//! Public holidays of South Korea by local date.
//!
//! Source: the decree 관공서의 공휴일에 관한 규정 (articles 2 and 3) and, since 2022, the act 공휴일에 관한
//! 법률, as amended up to [`HOLIDAY_TABLE_VERSION`]. Dates of the traditional calendar come from
//! `icu_calendar`, which agrees with the Korea Astronomy and Space Science Institute up to 2050.
//!
//! Substitute holidays are computed from the rule. A holiday on a Sunday moves to the first later day that
//! is neither a weekend nor a holiday. The rule has applied to Seollal, Chuseok and Children's Day since
//! 2014, to national days since 2021, to Buddha's Birthday and Christmas since 2023. It has applied to Labor
//! Day and Constitution Day since they are (again) holidays, 2026. All but Seollal and Chuseok also move
//! from a Saturday. Two holidays on one working day have one substitute. Substitutes that would coincide
//! take consecutive days. New Year's Day and Memorial Day have no substitute.
//!
//! Temporary holidays and election days are known up to the version of the table. It covers 2026, except
//! for announcements in December. Later years contain only the holidays that the law of that version fixes
//! for every year.

mod rule;
mod table;
mod temporary;

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use icu_calendar::{Date, cal::KoreanTraditional, types::Month};

use rule::{AnnualDate, HolidayName, HolidayRule, SubstituteRule};
use table::RULES;
use temporary::TEMPORARY;

pub use table::{HOLIDAY_TABLE_VERSION, KOREAN_HOLIDAY_YEARS};

/// Kind of a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolidayKind {
    /// The same civil date every year.
    Fixed,
    /// A date of the traditional calendar.
    Traditional,
    /// A replacement of a holiday on another day off.
    Substitute,
    /// For one year only: announced by the government, or the day of a national election.
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
    /// Its kind.
    pub kind: HolidayKind,
}

impl Holiday {
    fn new(name: HolidayName, kind: HolidayKind) -> Self {
        Self { name_ko: name.ko, name_en: name.en, kind }
    }
}

/// The public holiday of South Korea on this date. Of two holidays on one day, the traditional one.
///
/// `None` for all dates of years outside [`KOREAN_HOLIDAY_YEARS`]. A Sunday is not a holiday by itself.
pub fn korean_holiday(date: NaiveDate) -> Option<Holiday> {
    // About 1,200 dates: all years are computed at once.
    static HOLIDAYS: LazyLock<BTreeMap<NaiveDate, Holiday>> =
        LazyLock::new(|| KOREAN_HOLIDAY_YEARS.flat_map(holidays_of).collect());
    HOLIDAYS.get(&date).copied()
}

fn holidays_of(year: i32) -> BTreeMap<NaiveDate, Holiday> {
    let mut annual: Vec<(NaiveDate, &HolidayRule)> = RULES
        .iter()
        .filter(|rule| rule.years.contains(&year))
        .map(|rule| (date_in(year, rule.date), rule))
        .collect();
    // On one day the traditional holiday comes first: it names the day and its substitute.
    annual.sort_by_key(|(date, rule)| (*date, kind_of(rule) != HolidayKind::Traditional));

    let mut holidays = BTreeMap::new();
    for (date, rule) in &annual {
        holidays.entry(*date).or_insert(Holiday::new(rule.name, kind_of(rule)));
    }
    for (date, name) in TEMPORARY.iter().filter(|(date, _)| date.year() == year) {
        holidays.entry(*date).or_insert(Holiday::new(*name, HolidayKind::Temporary));
    }
    // Substitutes come last, in order: they must not coincide with a holiday or with each other.
    for same_day in annual.chunk_by(|left, right| left.0 == right.0) {
        for substitute in substitutes(year, same_day) {
            let mut day = same_day[0].0;
            while is_weekend(day) || holidays.contains_key(&day) {
                day += TimeDelta::days(1);
            }
            holidays.insert(day, Holiday::new(substitute.name, HolidayKind::Substitute));
        }
    }
    holidays
}

/// The substitutes of the holidays on one day, of which there is at least one.
fn substitutes(year: i32, same_day: &[(NaiveDate, &HolidayRule)]) -> Vec<SubstituteRule> {
    let possible = same_day
        .iter()
        .filter_map(|(_, rule)| rule.substitute)
        .filter(|substitute| substitute.from_year <= year);
    match same_day[0].0.weekday() {
        Weekday::Sun => possible.collect(),
        Weekday::Sat => possible.filter(|substitute| substitute.for_saturday).collect(),
        // On a working day one day off remains, so one substitute less: 2025-05-05 had one for two holidays.
        _ => possible.take(same_day.len() - 1).collect(),
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn kind_of(rule: &HolidayRule) -> HolidayKind {
    match rule.date {
        AnnualDate::Civil { .. } => HolidayKind::Fixed,
        AnnualDate::Traditional { .. } => HolidayKind::Traditional,
    }
}

fn date_in(year: i32, date: AnnualDate) -> NaiveDate {
    match date {
        AnnualDate::Civil { month, day } => {
            NaiveDate::from_ymd_opt(year, month, day).expect("no rule has a date at the end of February")
        }
        AnnualDate::Traditional { month, day, shift } => {
            let date = Date::try_new(year.into(), Month::new(month), day, KoreanTraditional::new())
                .expect("every traditional year has these months, and every month has 29 days");
            // Both calendars count days from January 1 of year 1, which is day 1.
            let days = i32::try_from(date.to_rata_die().to_i64_date()).expect("the year is in the table");
            NaiveDate::from_num_days_from_ce_opt(days).expect("the year is in the table")
                + TimeDelta::days(shift)
        }
    }
}

#[cfg(test)]
mod tests;
