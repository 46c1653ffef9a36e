//! Formats in chrono's `strftime` syntax, checked when the mapping is read.
//!
//! chrono reads `%Z` and literals such as `Z` or `UTC` and ignores them, and falls back to less than the format contains.
//! Here a zone in the text counts, an hour without minutes is that hour, and a format with a time of day never matches
//! a bare day.

use chrono::{
    NaiveTime, TimeDelta,
    format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse_and_remainder},
};

use crate::values::{iso_timestamp::ClockTime, zone_name::ClockZone};

/// A checked format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StrftimeFormat {
    /// Text of the format.
    text: String,
    /// Items before `%Z`.
    items: Vec<Item<'static>>,
    /// Items after `%Z`; none without `%Z`.
    items_after_zone: Option<Vec<Item<'static>>>,
    /// Zone named by a literal at the end.
    literal_zone: Option<ClockZone>,
    has_time: bool,
    has_half_day: bool,
}

/// Violated rule of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatError {
    /// The text has a specifier that chrono does not know, or is empty.
    Unknown,
    /// The format has an hour from 1 to 12 without AM or PM.
    NoHalfDay,
    /// The format has minutes or seconds without an hour.
    NoHour,
    /// The format has no day.
    NoDay,
}

impl StrftimeFormat {
    /// Checks a format.
    pub(crate) fn parse(text: &str) -> Result<Self, FormatError> {
        let items = StrftimeItems::new(text).parse_to_owned().map_err(|_| FormatError::Unknown)?;
        let Some(last) = items.last() else { return Err(FormatError::Unknown) };
        let has = |wanted: &[Numeric]| {
            items.iter().any(|item| matches!(item, Item::Numeric(found, _) if wanted.contains(found)))
        };
        let has_fixed = |wanted: &[Fixed]| {
            items.iter().any(|item| matches!(item, Item::Fixed(found) if wanted.contains(found)))
        };
        let is_whole = has_fixed(&[Fixed::RFC2822, Fixed::RFC3339]) || has(&[Numeric::Timestamp]);
        let has_half_day = has_fixed(&[Fixed::LowerAmPm, Fixed::UpperAmPm]);
        if has(&[Numeric::Hour12]) && !has_half_day {
            return Err(FormatError::NoHalfDay);
        }
        let has_hour = has(&[Numeric::Hour, Numeric::Hour12]);
        if !is_whole && !has_hour && has(&[Numeric::Minute, Numeric::Second, Numeric::Nanosecond]) {
            return Err(FormatError::NoHour);
        }
        if !is_whole && !has(&[Numeric::Day, Numeric::Ordinal]) {
            return Err(FormatError::NoDay);
        }
        let literal_zone = match last {
            Item::Literal(literal) => ClockZone::parse(literal.trim_matches(['(', ')', '[', ']'])),
            Item::OwnedLiteral(literal) => ClockZone::parse(literal.trim_matches(['(', ')', '[', ']'])),
            _ => None,
        };
        let at = items.iter().position(|item| *item == Item::Fixed(Fixed::TimezoneName));
        let (items, items_after_zone) = match at {
            Some(at) => (items[..at].to_vec(), Some(items[at + 1..].to_vec())),
            None => (items, None),
        };
        let literal_zone = literal_zone.filter(|_| has_hour && items_after_zone.is_none());
        let has_time = has_hour || is_whole;
        Ok(Self { text: text.to_owned(), items, items_after_zone, literal_zone, has_time, has_half_day })
    }

    /// Parses a text; none if it does not match. A format without time of day is the start of its day.
    pub(crate) fn read(&self, text: &str) -> Option<ClockTime> {
        let text = if self.has_half_day { with_english_half_days(text) } else { text.into() };
        let mut parsed = Parsed::new();
        let mut rest = parse_and_remainder(&mut parsed, &text, self.items.iter()).ok()?;
        let mut zone = self.literal_zone;
        if let Some(items) = &self.items_after_zone {
            let (name, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
            zone = Some(ClockZone::parse(name)?);
            rest = parse_and_remainder(&mut parsed, after, items.iter()).ok()?;
        }
        if !rest.is_empty() {
            return None;
        }
        if let Some(seconds) = parsed.timestamp().filter(|_| parsed.year().is_none()) {
            let local = chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc();
            return Some(ClockTime { local, zone: Some(ClockZone::Offset(TimeDelta::zero())) });
        }
        let day = parsed.to_naive_date().ok()?;
        let time = if self.has_time {
            if parsed.minute().is_none() {
                parsed.set_minute(0).ok()?;
            }
            parsed.to_naive_time().ok()?
        } else {
            NaiveTime::MIN
        };
        let offset = parsed.offset().map(|seconds| ClockZone::Offset(TimeDelta::seconds(i64::from(seconds))));
        Some(ClockTime { local: day.and_time(time), zone: offset.or(zone) })
    }
}

/// The text with `AM` and `PM` in place of Korean, Japanese and Chinese words for the halves of a day.
fn with_english_half_days(text: &str) -> std::borrow::Cow<'_, str> {
    const WORDS: [(&str, &str); 6] =
        [("오전", "AM"), ("오후", "PM"), ("午前", "AM"), ("午後", "PM"), ("上午", "AM"), ("下午", "PM")];
    if text.is_ascii() {
        return text.into();
    }
    match WORDS.iter().find(|(word, _)| text.contains(word)) {
        Some((word, english)) => text.replacen(word, english, 1).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        let ClockTime { local, zone } = StrftimeFormat::parse(format).unwrap().read(text)?;
        Some(match zone {
            None => local.to_string(),
            Some(ClockZone::Offset(offset)) => format!("{local} {:+}", offset.num_minutes()),
            Some(ClockZone::Named(zone)) => format!("{local} {zone}"),
        })
    }

    #[test]
    fn zones_in_the_text_count() {
        for (format, text, expected) in [
            // BigQuery and Ruby write ` UTC`.
            ("%Y-%m-%d %H:%M:%S %Z", "2026-03-03 00:30:00 UTC", Some("2026-03-03 00:30:00 +0")),
            ("%Y-%m-%d %H:%M:%S UTC", "2026-03-03 00:30:00 UTC", Some("2026-03-03 00:30:00 +0")),
            ("%Y-%m-%dT%H:%M:%SZ", "2026-03-03T00:30:00Z", Some("2026-03-03 00:30:00 +0")),
            ("%Y-%m-%dT%H:%M:%S%.fZ", "2026-03-03T00:30:00.5Z", Some("2026-03-03 00:30:00.500 +0")),
            ("%Y-%m-%d %H:%M %Z", "2026-03-03 09:30 KST", Some("2026-03-03 09:30:00 +540")),
            ("%Y-%m-%d %H:%M %Z", "2026-03-03 09:30 Asia/Seoul", Some("2026-03-03 09:30:00 Asia/Seoul")),
            // JavaScript: Date.toString().
            (
                "%a %b %d %Y %H:%M:%S %Z",
                "Tue Mar 03 2026 09:30:00 GMT+0900",
                Some("2026-03-03 09:30:00 +540"),
            ),
            ("%Y-%m-%d %H:%M %Z", "2026-03-03 09:30 IST", None),
            ("%Y-%m-%d %H:%M %Z", "2026-03-03 09:30", None),
            // `date` of Unix has the zone before the year.
            ("%a %b %e %H:%M:%S %Z %Y", "Tue Mar  3 09:30:00 KST 2026", Some("2026-03-03 09:30:00 +540")),
            ("%Y-%m-%d %H:%M:%S %z", "2026-03-03 09:30:00 +0900", Some("2026-03-03 09:30:00 +540")),
        ] {
            assert_eq!(read(format, text).as_deref(), expected, "{format} {text}");
        }
    }

    #[test]
    fn a_time_of_day_is_never_dropped() {
        for (format, text, expected) in [
            // GA4 exports `dateHour`.
            ("%Y%m%d%H", "2026030410", Some("2026-03-04 10:00:00")),
            ("%Y%m%d%H", "20260304", None),
            ("%Y-%m-%d %H:%M", "2026-03-04", None),
            ("%Y-%m-%d", "2026-03-04", Some("2026-03-04 00:00:00")),
            ("%Y-%m-%d", "2026-03-04 10:00", None),
            ("%m/%d/%Y %I:%M:%S %p", "03/03/2026 11:05:00 PM", Some("2026-03-03 23:05:00")),
            ("%m/%d/%Y %I %p", "03/03/2026 12 AM", Some("2026-03-03 00:00:00")),
            ("%s", "1424789082", Some("2015-02-24 14:44:42 +0")),
        ] {
            assert_eq!(read(format, text).as_deref(), expected, "{format} {text}");
        }
    }

    #[test]
    fn half_days_in_other_languages() {
        let seoul = "%Y. %m. %d. %p %I:%M:%S";
        assert_eq!(read(seoul, "2026. 3. 3. 오후 2:05:00").as_deref(), Some("2026-03-03 14:05:00"));
        assert_eq!(read(seoul, "2026. 3. 3. 오전 12:05:00").as_deref(), Some("2026-03-03 00:05:00"));
        assert_eq!(
            read("%Y年%m月%d日 %p%I時", "2026年3月3日 午後2時").as_deref(),
            Some("2026-03-03 14:00:00")
        );
    }

    #[test]
    fn formats_that_lose_a_part_are_refused() {
        for (format, expected) in [
            ("%m/%d/%Y %I:%M:%S", FormatError::NoHalfDay),
            ("%Y-%m-%d %M:%S", FormatError::NoHour),
            ("%H:%M", FormatError::NoDay),
            ("%Y-%m", FormatError::NoDay),
            ("%Q", FormatError::Unknown),
            ("", FormatError::Unknown),
        ] {
            assert_eq!(StrftimeFormat::parse(format), Err(expected), "{format}");
        }
    }
}
