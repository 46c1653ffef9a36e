//! Dates and timestamps in both languages. The page's script formats them with the same texts.

use chrono::{Datelike, Timelike};
use slotcast_core::{DateTime, NaiveDate, Tz, Utc, utc_to_local};

use super::bilingual::Bilingual;
use crate::i18n::{Catalog, Lang};

/// A date with its weekday.
pub(crate) fn day(date: NaiveDate) -> Bilingual {
    let number = |number: u32| Bilingual::same(number.to_string());
    Bilingual::filled(
        "date",
        &[
            ("year", &Bilingual::same(date.year().to_string())),
            ("month", &listed_name("months", date.month0())),
            ("day", &number(date.day())),
            ("weekday", &listed_name("weekdays", date.weekday().num_days_from_monday())),
        ],
    )
}

/// A date without its year, for narrow spaces.
pub(crate) fn short_day(date: NaiveDate) -> Bilingual {
    let day = Bilingual::same(date.day().to_string());
    Bilingual::filled("date_short", &[("month", &listed_name("months_short", date.month0())), ("day", &day)])
}

/// Local date and time at `instant` in `zone`.
pub(crate) fn timestamp(zone: Tz, instant: DateTime<Utc>) -> Bilingual {
    let local = utc_to_local(zone, instant);
    let time = Bilingual::same(format!("{:02}:{:02}", local.hour(), local.minute()));
    Bilingual::filled("moment", &[("date", &day(local.date())), ("time", &time)])
}

/// The name at `position` of a text that lists names.
fn listed_name(key: &str, position: u32) -> Bilingual {
    let key = format!("page.{key}");
    let name = |lang: Lang| Catalog::of(lang).listed(&key, position as usize).unwrap_or_default().to_owned();
    Bilingual::new(name(Lang::Ko), name(Lang::En))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_follow_the_language() {
        let opening = timestamp(Tz::Asia__Seoul, "2016-03-01T01:00:00Z".parse().unwrap());
        assert_eq!(opening, Bilingual::new("2016년 3월 1일(화) 10:00", "Tue 1 March 2016, 10:00"));
        let last = short_day("2016-12-31".parse().unwrap());
        assert_eq!(last, Bilingual::new("12/31", "31 Dec"));
    }

    #[test]
    fn all_months_and_weekdays_have_names() {
        for lang in [Lang::Ko, Lang::En] {
            for (key, names) in [("weekdays", 7), ("months", 12), ("months_short", 12)] {
                let text = Catalog::of(lang).text(&format!("page.{key}"));
                assert_eq!(text.split(',').count(), names, "{lang} {key}");
            }
        }
    }
}
