//! Days and moments as each language writes them. The page's script writes them by the same texts of the catalogue.

use chrono::{Datelike, Timelike};
use slotcast_core::{DateTime, NaiveDate, Tz, Utc, utc_to_local};

use super::both::Both;
use crate::words::{Catalogue, Lang};

/// A day with its weekday.
pub(crate) fn day(date: NaiveDate) -> Both {
    let number = |number: u32| Both::same(number.to_string());
    Both::filled(
        "date",
        &[
            ("year", &Both::same(date.year().to_string())),
            ("month", &named("months", date.month0())),
            ("day", &number(date.day())),
            ("weekday", &named("weekdays", date.weekday().num_days_from_monday())),
        ],
    )
}

/// A day without its year, where there is little room.
pub(crate) fn short_day(date: NaiveDate) -> Both {
    let day = Both::same(date.day().to_string());
    Both::filled("date_short", &[("month", &named("months_short", date.month0())), ("day", &day)])
}

/// What a calendar and a clock in `zone` show at `instant`.
pub(crate) fn moment(zone: Tz, instant: DateTime<Utc>) -> Both {
    let local = utc_to_local(zone, instant);
    let time = Both::same(format!("{:02}:{:02}", local.hour(), local.minute()));
    Both::filled("moment", &[("date", &day(local.date())), ("time", &time)])
}

/// The name at `place` of a list of the catalogues, which has commas between its names.
fn named(key: &str, place: u32) -> Both {
    let key = format!("page.{key}");
    let name = |lang: Lang| {
        Catalogue::of(lang).text(&key).split(',').nth(place as usize).unwrap_or_default().to_owned()
    };
    Both::new(name(Lang::Ko), name(Lang::En))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_each_language_does() {
        let opening = moment(Tz::Asia__Seoul, "2016-03-01T01:00:00Z".parse().unwrap());
        assert_eq!(opening, Both::new("2016년 3월 1일 (화) 10:00", "Tue 1 March 2016, 10:00"));
        let last = short_day("2016-12-31".parse().unwrap());
        assert_eq!(last, Both::new("12/31", "31 Dec"));
    }

    #[test]
    fn every_month_and_weekday_has_a_name() {
        for lang in [Lang::Ko, Lang::En] {
            for (key, names) in [("weekdays", 7), ("months", 12), ("months_short", 12)] {
                let text = Catalogue::of(lang).text(&format!("page.{key}"));
                assert_eq!(text.split(',').count(), names, "{lang} {key}");
            }
        }
    }
}
