//! The annual holidays of South Korea. `holidays.rs` cites the sources.
//!
//! A change of the table also changes [`HOLIDAY_TABLE_VERSION`].

use std::ops::RangeInclusive;

use super::rule::{
    AnnualDate::{self, Civil, Traditional},
    HolidayName, HolidayRule, SubstituteRule,
};

/// The date of the last comparison of the table with the law.
pub const HOLIDAY_TABLE_VERSION: &str = "2026-11-25";

/// The years with known holidays. Earlier years had other holidays, and another rule for Sundays. The
/// traditional calendar of later years is not published.
pub const KOREAN_HOLIDAY_YEARS: RangeInclusive<i32> = 1990..=2050;

/// First year of holidays that are older than the table.
const FIRST: i32 = *KOREAN_HOLIDAY_YEARS.start();
/// Last year of holidays that are in force.
const EVER: i32 = i32::MAX;

macro_rules! rule {
    ($date:expr, $years:expr, $ko:literal, $en:literal) => {
        HolidayRule { date: $date, years: $years, name: HolidayName { ko: $ko, en: $en }, substitute: None }
    };
    (
        $date:expr, $years:expr, $ko:literal, $en:literal,
        $from_year:literal, $for_saturday:expr, $of_ko:literal, $of_en:literal
    ) => {
        HolidayRule {
            date: $date,
            years: $years,
            name: HolidayName { ko: $ko, en: $en },
            substitute: Some(SubstituteRule {
                from_year: $from_year,
                for_saturday: $for_saturday,
                name: HolidayName {
                    ko: concat!("대체공휴일(", $of_ko, ")"),
                    en: concat!("Substitute Holiday for ", $of_en),
                },
            }),
        }
    };
}

const fn civil(month: u32, day: u32) -> AnnualDate {
    Civil { month, day }
}

const fn seollal(shift: i64) -> AnnualDate {
    Traditional { month: 1, day: 1, shift }
}

const fn chuseok(shift: i64) -> AnnualDate {
    Traditional { month: 8, day: 15, shift }
}

const BUDDHAS_BIRTHDAY: AnnualDate = Traditional { month: 4, day: 8, shift: 0 };

/// Holidays on Saturdays and Sundays have a substitute.
const WEEKENDS: bool = true;
/// Holidays on Sundays have a substitute, those on Saturdays have none.
const SUNDAYS: bool = false;

/// The annual holidays.
pub(super) const RULES: &[HolidayRule] = &[
    rule!(civil(1, 1), FIRST..=EVER, "신정", "New Year's Day"),
    rule!(civil(1, 2), FIRST..=1998, "신정 연휴", "Day after New Year's Day"),
    rule!(seollal(-1), FIRST..=EVER, "설날 전날", "Day before Seollal", 2014, SUNDAYS, "설날", "Seollal"),
    rule!(seollal(0), FIRST..=EVER, "설날", "Seollal", 2014, SUNDAYS, "설날", "Seollal"),
    rule!(seollal(1), FIRST..=EVER, "설날 다음 날", "Day after Seollal", 2014, SUNDAYS, "설날", "Seollal"),
    rule!(
        civil(3, 1),
        FIRST..=EVER,
        "삼일절",
        "Independence Movement Day",
        2021,
        WEEKENDS,
        "삼일절",
        "Independence Movement Day"
    ),
    rule!(civil(4, 5), FIRST..=2005, "식목일", "Arbor Day"),
    rule!(civil(5, 1), 2026..=EVER, "노동절", "Labour Day", 2026, WEEKENDS, "노동절", "Labour Day"),
    rule!(
        civil(5, 5),
        FIRST..=EVER,
        "어린이날",
        "Children's Day",
        2014,
        WEEKENDS,
        "어린이날",
        "Children's Day"
    ),
    rule!(
        BUDDHAS_BIRTHDAY,
        FIRST..=EVER,
        "부처님 오신 날",
        "Buddha's Birthday",
        2023,
        WEEKENDS,
        "부처님 오신 날",
        "Buddha's Birthday"
    ),
    rule!(civil(6, 6), FIRST..=EVER, "현충일", "Memorial Day"),
    rule!(civil(7, 17), FIRST..=2007, "제헌절", "Constitution Day"),
    rule!(
        civil(7, 17),
        2026..=EVER,
        "제헌절",
        "Constitution Day",
        2026,
        WEEKENDS,
        "제헌절",
        "Constitution Day"
    ),
    rule!(civil(8, 15), FIRST..=EVER, "광복절", "Liberation Day", 2021, WEEKENDS, "광복절", "Liberation Day"),
    rule!(chuseok(-1), FIRST..=EVER, "추석 전날", "Day before Chuseok", 2014, SUNDAYS, "추석", "Chuseok"),
    rule!(chuseok(0), FIRST..=EVER, "추석", "Chuseok", 2014, SUNDAYS, "추석", "Chuseok"),
    rule!(chuseok(1), FIRST..=EVER, "추석 다음 날", "Day after Chuseok", 2014, SUNDAYS, "추석", "Chuseok"),
    rule!(civil(10, 1), FIRST..=1990, "국군의 날", "Armed Forces Day"),
    rule!(
        civil(10, 3),
        FIRST..=EVER,
        "개천절",
        "National Foundation Day",
        2021,
        WEEKENDS,
        "개천절",
        "National Foundation Day"
    ),
    rule!(civil(10, 9), FIRST..=1990, "한글날", "Hangul Day"),
    rule!(civil(10, 9), 2013..=EVER, "한글날", "Hangul Day", 2021, WEEKENDS, "한글날", "Hangul Day"),
    rule!(civil(12, 25), FIRST..=EVER, "성탄절", "Christmas Day", 2023, WEEKENDS, "성탄절", "Christmas Day"),
];
