//! Tests of holidays against published lists, and of rules for every year.

use std::ops::RangeInclusive;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days_of(year: i32) -> impl Iterator<Item = NaiveDate> {
    day(&format!("{year}-01-01")).iter_days().take_while(move |date| date.year() == year)
}

fn of_kind(years: RangeInclusive<i32>, kind: HolidayKind) -> Vec<String> {
    years
        .flat_map(days_of)
        .filter(|date| korean_holiday(*date).is_some_and(|holiday| holiday.kind == kind))
        .map(|date| date.to_string())
        .collect()
}

fn named(name: &str, years: RangeInclusive<i32>) -> Vec<String> {
    years
        .flat_map(days_of)
        .filter(|date| korean_holiday(*date).is_some_and(|holiday| holiday.name_ko == name))
        .map(|date| date.to_string())
        .collect()
}

#[test]
fn seollal() {
    // In 2027 the Chinese year begins one day earlier, on the 6th.
    let known = [
        "2010-02-14",
        "2011-02-03",
        "2012-01-23",
        "2013-02-10",
        "2014-01-31",
        "2015-02-19",
        "2016-02-08",
        "2017-01-28",
        "2018-02-16",
        "2019-02-05",
        "2020-01-25",
        "2021-02-12",
        "2022-02-01",
        "2023-01-22",
        "2024-02-10",
        "2025-01-29",
        "2026-02-17",
        "2027-02-07",
    ];
    assert_eq!(named("설날", 2010..=2027), known);
}

#[test]
fn chuseok() {
    let known = [
        "2010-09-22",
        "2011-09-12",
        "2012-09-30",
        "2013-09-19",
        "2014-09-08",
        "2015-09-27",
        "2016-09-15",
        "2017-10-04",
        "2018-09-24",
        "2019-09-13",
        "2020-10-01",
        "2021-09-21",
        "2022-09-10",
        "2023-09-29",
        "2024-09-17",
        "2025-10-06",
        "2026-09-25",
        "2027-09-15",
    ];
    assert_eq!(named("추석", 2010..=2027), known);
}

#[test]
fn buddhas_birthday() {
    let known = [
        "2010-05-21",
        "2011-05-10",
        "2012-05-28",
        "2013-05-17",
        "2014-05-06",
        "2015-05-25",
        "2016-05-14",
        "2017-05-03",
        "2018-05-22",
        "2019-05-12",
        "2020-04-30",
        "2021-05-19",
        "2022-05-08",
        "2023-05-27",
        "2024-05-15",
        "2025-05-05",
        "2026-05-24",
        "2027-05-13",
    ];
    assert_eq!(named("부처님 오신 날", 2010..=2027), known);
}

#[test]
fn past_substitutes() {
    let known = [
        "2014-09-10",
        "2015-09-29",
        "2016-02-10",
        "2017-01-30",
        "2017-10-06",
        "2018-05-07",
        "2018-09-26",
        "2019-05-06",
        "2020-01-27",
        "2021-08-16",
        "2021-10-04",
        "2021-10-11",
        "2022-09-12",
        "2022-10-10",
        "2023-01-24",
        "2023-05-29",
        "2024-02-12",
        "2024-05-06",
        "2025-03-03",
        "2025-05-06",
        "2025-10-08",
        "2026-03-02",
        "2026-05-25",
        "2026-08-17",
        "2026-10-05",
    ];
    assert_eq!(of_kind(1990..=2026, HolidayKind::Substitute), known);
}

#[test]
fn published_substitutes_of_2027() {
    let known =
        ["2027-02-09", "2027-05-03", "2027-07-19", "2027-08-16", "2027-10-04", "2027-10-11", "2027-12-27"];
    assert_eq!(of_kind(2027..=2027, HolidayKind::Substitute), known);
}

#[test]
fn coinciding_substitutes_take_consecutive_days() {
    // 2036: Chuseok includes a Sunday, and a Friday that is also National Foundation Day.
    assert_eq!(korean_holiday(day("2036-10-06")).unwrap().kind, HolidayKind::Substitute);
    assert_eq!(korean_holiday(day("2036-10-07")).unwrap().kind, HolidayKind::Substitute);
    assert_eq!(korean_holiday(day("2036-10-08")), None);
}

#[test]
fn all_holidays_of_2026() {
    let found: Vec<_> = days_of(2026)
        .filter_map(|date| korean_holiday(date).map(|holiday| (date.to_string(), holiday.name_ko)))
        .collect();
    let known = [
        ("2026-01-01", "신정"),
        ("2026-02-16", "설날 전날"),
        ("2026-02-17", "설날"),
        ("2026-02-18", "설날 다음 날"),
        ("2026-03-01", "삼일절"),
        ("2026-03-02", "대체공휴일(삼일절)"),
        ("2026-05-01", "노동절"),
        ("2026-05-05", "어린이날"),
        ("2026-05-24", "부처님 오신 날"),
        ("2026-05-25", "대체공휴일(부처님 오신 날)"),
        ("2026-06-03", "지방선거일"),
        ("2026-06-06", "현충일"),
        ("2026-07-17", "제헌절"),
        ("2026-08-15", "광복절"),
        ("2026-08-17", "대체공휴일(광복절)"),
        ("2026-09-24", "추석 전날"),
        ("2026-09-25", "추석"),
        ("2026-09-26", "추석 다음 날"),
        ("2026-10-03", "개천절"),
        ("2026-10-05", "대체공휴일(개천절)"),
        ("2026-10-09", "한글날"),
        ("2026-12-25", "성탄절"),
    ];
    assert_eq!(found, known.map(|(date, name)| (date.to_owned(), name)));
}

#[test]
fn traditional_holidays_have_priority() {
    let holiday = korean_holiday(day("2025-05-05")).unwrap();
    assert_eq!((holiday.name_en, holiday.kind), ("Buddha's Birthday", HolidayKind::Traditional));
    assert_eq!(korean_holiday(day("2017-10-03")).unwrap().name_en, "Day before Chuseok");
    assert_eq!(korean_holiday(day("2025-05-06")).unwrap().name_ko, "대체공휴일(부처님 오신 날)");
}

#[test]
fn holidays_with_interruptions() {
    let years = |name, month_day| {
        let found = named(name, KOREAN_HOLIDAY_YEARS);
        assert!(found.iter().all(|date| date.ends_with(month_day)));
        found.iter().map(|date| date[..4].parse().unwrap()).collect::<Vec<i32>>()
    };
    assert_eq!(years("제헌절", "-07-17"), (1990..=2007).chain(2026..=2050).collect::<Vec<_>>());
    assert_eq!(years("한글날", "-10-09"), (1990..=1990).chain(2013..=2050).collect::<Vec<_>>());
    assert_eq!(years("식목일", "-04-05"), (1990..=2005).collect::<Vec<_>>());
    assert_eq!(years("노동절", "-05-01"), (2026..=2050).collect::<Vec<_>>());
}

#[test]
fn temporary_holidays_and_elections() {
    let known = [
        "2014-06-04",
        "2015-08-14",
        "2016-04-13",
        "2016-05-06",
        "2017-05-09",
        "2017-10-02",
        "2018-06-13",
        "2020-04-15",
        "2020-08-17",
        "2022-03-09",
        "2022-06-01",
        "2023-10-02",
        "2024-04-10",
        "2024-10-01",
        "2025-01-27",
        "2025-06-03",
        "2026-06-03",
    ];
    assert_eq!(of_kind(2014..=2050, HolidayKind::Temporary), known);
}

#[test]
fn temporary_holidays_are_sorted_and_visible() {
    assert!(TEMPORARY.is_sorted_by(|left, right| left.0 < right.0));
    for (date, _) in TEMPORARY {
        assert_eq!(korean_holiday(*date).unwrap().kind, HolidayKind::Temporary, "{date}");
        assert!(!is_weekend(*date), "{date}");
    }
}

#[test]
fn seollal_and_chuseok_have_three_days() {
    for year in KOREAN_HOLIDAY_YEARS {
        for name in ["Seollal", "Chuseok"] {
            let days: Vec<_> = days_of(year)
                .filter(|date| {
                    korean_holiday(*date).is_some_and(|holiday| {
                        holiday.kind == HolidayKind::Traditional && holiday.name_en.ends_with(name)
                    })
                })
                .collect();
            assert_eq!(days.len(), 3, "{name} of {year}: {days:?}");
            assert_eq!(days[2] - days[0], TimeDelta::days(2), "{name} of {year}");
        }
    }
}

#[test]
fn substitutes_never_fall_on_a_weekend() {
    for text in of_kind(KOREAN_HOLIDAY_YEARS, HolidayKind::Substitute) {
        assert!(!is_weekend(day(&text)), "{text}");
    }
}

#[test]
fn unknown_years_have_no_holidays() {
    for date in (1900..=2100).flat_map(days_of) {
        let known = KOREAN_HOLIDAY_YEARS.contains(&date.year());
        assert!(known || korean_holiday(date).is_none(), "{date}");
    }
    assert_eq!(korean_holiday(NaiveDate::MIN), None);
    assert_eq!(korean_holiday(NaiveDate::MAX), None);
}
