//! Temporary holidays and election days of South Korea.

use chrono::NaiveDate;

use super::rule::HolidayName;

const ASSEMBLY: HolidayName =
    HolidayName { ko: "국회의원 선거일", en: "National Assembly Election Day" };
const PRESIDENT: HolidayName = HolidayName { ko: "대통령 선거일", en: "Presidential Election Day" };
const LOCAL: HolidayName = HolidayName { ko: "지방선거일", en: "Local Election Day" };
const ANNOUNCED: HolidayName = HolidayName { ko: "임시공휴일", en: "Temporary Holiday" };

const fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("every date in the table exists")
}

/// Holidays of one year only: temporary holidays that the government announced, and national elections.
/// Complete from 1990 to the version of the table.
pub(super) const TEMPORARY: &[(NaiveDate, HolidayName)] = &[
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
    (on(2002, 7, 1), ANNOUNCED),
    (on(2002, 12, 19), PRESIDENT),
    (on(2004, 4, 15), ASSEMBLY),
    (on(2006, 5, 31), LOCAL),
    (on(2007, 12, 19), PRESIDENT),
    (on(2008, 4, 9), ASSEMBLY),
    (on(2010, 6, 2), LOCAL),
    (on(2012, 4, 11), ASSEMBLY),
    (on(2012, 12, 19), PRESIDENT),
    (on(2014, 6, 4), LOCAL),
    (on(2015, 8, 14), ANNOUNCED),
    (on(2016, 4, 13), ASSEMBLY),
    (on(2016, 5, 6), ANNOUNCED),
    (on(2017, 5, 9), PRESIDENT),
    (on(2017, 10, 2), ANNOUNCED),
    (on(2018, 6, 13), LOCAL),
    (on(2020, 4, 15), ASSEMBLY),
    (on(2020, 8, 17), ANNOUNCED),
    (on(2022, 3, 9), PRESIDENT),
    (on(2022, 6, 1), LOCAL),
    (on(2023, 10, 2), ANNOUNCED),
    (on(2024, 4, 10), ASSEMBLY),
    (on(2024, 10, 1), ANNOUNCED),
    (on(2025, 1, 27), ANNOUNCED),
    (on(2025, 6, 3), PRESIDENT),
    (on(2026, 6, 3), LOCAL),
];
