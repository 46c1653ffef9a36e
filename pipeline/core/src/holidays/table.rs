//! The table behind the holidays of South Korea: which days in which years, what they earn, and the days
//! that were named for one year.
//!
//! Read [`super`] for the sources. Who adds a day changes `HOLIDAY_TABLE_VERSION` too.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::KOREAN_HOLIDAY_YEARS;

/// What a day is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) ko: &'static str,
    pub(super) en: &'static str,
}

/// Where in a year a holiday lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// On a day of the civil calendar.
    Civil { month: u32, day: u32 },
    /// So many days after a day of the traditional calendar.
    Traditional { month: u8, day: u8, shift: i64 },
}

/// The day off that is given when a holiday falls on another day off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Substitute {
    pub(super) from_year: i32,
    /// Whether a Saturday earns one, as a Sunday does.
    pub(super) for_saturday: bool,
    pub(super) names: Names,
}

/// A holiday of every year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) when: When,
    pub(super) years: RangeInclusive<i32>,
    pub(super) names: Names,
    pub(super) substitute: Option<Substitute>,
}

/// Since some year before the first that is answered for.
const FIRST: i32 = *KOREAN_HOLIDAY_YEARS.start();
/// As long as the law says so.
const EVER: i32 = i32::MAX;

macro_rules! row {
    ($when:expr, $years:expr, $ko:literal, $en:literal) => {
        Row { when: $when, years: $years, names: Names { ko: $ko, en: $en }, substitute: None }
    };
    (
        $when:expr, $years:expr, $ko:literal, $en:literal,
        $from_year:literal, $for_saturday:expr, $of_ko:literal, $of_en:literal
    ) => {
        Row {
            when: $when,
            years: $years,
            names: Names { ko: $ko, en: $en },
            substitute: Some(Substitute {
                from_year: $from_year,
                for_saturday: $for_saturday,
                names: Names {
                    ko: concat!("대체공휴일(", $of_ko, ")"),
                    en: concat!("Substitute Holiday for ", $of_en),
                },
            }),
        }
    };
}

const fn civil(month: u32, day: u32) -> When {
    When::Civil { month, day }
}

const fn seollal(shift: i64) -> When {
    When::Traditional { month: 1, day: 1, shift }
}

const fn chuseok(shift: i64) -> When {
    When::Traditional { month: 8, day: 15, shift }
}

const BUDDHAS_BIRTHDAY: When = When::Traditional { month: 4, day: 8, shift: 0 };

/// Saturdays and Sundays earn a substitute.
const WEEKENDS: bool = true;
/// Sundays earn a substitute, Saturdays do not.
const SUNDAYS: bool = false;

/// The holidays of every year.
pub(super) const ROWS: &[Row] = &[
    row!(civil(1, 1), FIRST..=EVER, "신정", "New Year's Day"),
    row!(civil(1, 2), FIRST..=1998, "신정 연휴", "Day after New Year's Day"),
    row!(seollal(-1), FIRST..=EVER, "설날 전날", "Day before Seollal", 2014, SUNDAYS, "설날", "Seollal"),
    row!(seollal(0), FIRST..=EVER, "설날", "Seollal", 2014, SUNDAYS, "설날", "Seollal"),
    row!(seollal(1), FIRST..=EVER, "설날 다음 날", "Day after Seollal", 2014, SUNDAYS, "설날", "Seollal"),
    row!(
        civil(3, 1),
        FIRST..=EVER,
        "삼일절",
        "Independence Movement Day",
        2021,
        WEEKENDS,
        "삼일절",
        "Independence Movement Day"
    ),
    row!(civil(4, 5), FIRST..=2005, "식목일", "Arbor Day"),
    row!(civil(5, 1), 2026..=EVER, "노동절", "Labour Day", 2026, WEEKENDS, "노동절", "Labour Day"),
    row!(
        civil(5, 5),
        FIRST..=EVER,
        "어린이날",
        "Children's Day",
        2014,
        WEEKENDS,
        "어린이날",
        "Children's Day"
    ),
    row!(
        BUDDHAS_BIRTHDAY,
        FIRST..=EVER,
        "부처님 오신 날",
        "Buddha's Birthday",
        2023,
        WEEKENDS,
        "부처님 오신 날",
        "Buddha's Birthday"
    ),
    row!(civil(6, 6), FIRST..=EVER, "현충일", "Memorial Day"),
    row!(civil(7, 17), FIRST..=2007, "제헌절", "Constitution Day"),
    row!(
        civil(7, 17),
        2026..=EVER,
        "제헌절",
        "Constitution Day",
        2026,
        WEEKENDS,
        "제헌절",
        "Constitution Day"
    ),
    row!(civil(8, 15), FIRST..=EVER, "광복절", "Liberation Day", 2021, WEEKENDS, "광복절", "Liberation Day"),
    row!(chuseok(-1), FIRST..=EVER, "추석 전날", "Day before Chuseok", 2014, SUNDAYS, "추석", "Chuseok"),
    row!(chuseok(0), FIRST..=EVER, "추석", "Chuseok", 2014, SUNDAYS, "추석", "Chuseok"),
    row!(chuseok(1), FIRST..=EVER, "추석 다음 날", "Day after Chuseok", 2014, SUNDAYS, "추석", "Chuseok"),
    row!(civil(10, 1), FIRST..=1990, "국군의 날", "Armed Forces Day"),
    row!(
        civil(10, 3),
        FIRST..=EVER,
        "개천절",
        "National Foundation Day",
        2021,
        WEEKENDS,
        "개천절",
        "National Foundation Day"
    ),
    row!(civil(10, 9), FIRST..=1990, "한글날", "Hangul Day"),
    row!(civil(10, 9), 2013..=EVER, "한글날", "Hangul Day", 2021, WEEKENDS, "한글날", "Hangul Day"),
    row!(civil(12, 25), FIRST..=EVER, "성탄절", "Christmas Day", 2023, WEEKENDS, "성탄절", "Christmas Day"),
];

const ASSEMBLY: Names = Names { ko: "국회의원 선거일", en: "National Assembly Election Day" };
const PRESIDENT: Names = Names { ko: "대통령 선거일", en: "Presidential Election Day" };
const LOCAL: Names = Names { ko: "지방선거일", en: "Local Election Day" };
const NAMED: Names = Names { ko: "임시공휴일", en: "Temporary Holiday" };

const fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("the table holds days that exist")
}

/// Days of one year only: those that the government named, and days of national elections.
/// Complete from 1990 to the table's version.
pub(super) const TEMPORARY: &[(NaiveDate, Names)] = &[
    (on(1991, 3, 26), LOCAL),
    (on(1991, 6, 20), LOCAL),
    (on(1992, 3, 24), ASSEMBLY),
    (on(1992, 12, 18), PRESIDENT),
    (on(1995, 6, 27), LOCAL),
    (on(1996, 4, 11), ASSEMBLY),
    (on(1997, 12, 18), PRESIDENT),
    (on(1998, 6, 4), LOCAL),
    (on(2000, 4, 13), ASSEMBLY),
    (on(2002, 6, 13), LOCAL),
    (on(2002, 7, 1), NAMED),
    (on(2002, 12, 19), PRESIDENT),
    (on(2004, 4, 15), ASSEMBLY),
    (on(2006, 5, 31), LOCAL),
    (on(2007, 12, 19), PRESIDENT),
    (on(2008, 4, 9), ASSEMBLY),
    (on(2010, 6, 2), LOCAL),
    (on(2012, 4, 11), ASSEMBLY),
    (on(2012, 12, 19), PRESIDENT),
    (on(2014, 6, 4), LOCAL),
    (on(2015, 8, 14), NAMED),
    (on(2016, 4, 13), ASSEMBLY),
    (on(2016, 5, 6), NAMED),
    (on(2017, 5, 9), PRESIDENT),
    (on(2017, 10, 2), NAMED),
    (on(2018, 6, 13), LOCAL),
    (on(2020, 4, 15), ASSEMBLY),
    (on(2020, 8, 17), NAMED),
    (on(2022, 3, 9), PRESIDENT),
    (on(2022, 6, 1), LOCAL),
    (on(2023, 10, 2), NAMED),
    (on(2024, 4, 10), ASSEMBLY),
    (on(2024, 10, 1), NAMED),
    (on(2025, 1, 27), NAMED),
    (on(2025, 6, 3), PRESIDENT),
    (on(2026, 6, 3), LOCAL),
];
