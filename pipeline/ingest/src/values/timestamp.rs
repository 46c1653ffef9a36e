//! Conversion of timestamp text to instants.
//!
//! Plain Rust row by row, because polars is built without its zone database.
//! `core` defines the meaning of local hours that a zone skips or repeats.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use slotcast_core::{DateTime, Tz, Utc, local_to_utc, utc_to_local};

use crate::{
    report::reject_reason::RejectReason,
    values::{
        east_asian_timestamp::{parse_year_first, parse_year_first_time},
        iso_timestamp::{ClockTime, parse_iso},
        ranges::check_timestamp,
        time_rule::{TimeRule, TimestampFormat, UnixUnit, excel_millis},
        zone_name::ClockZone,
    },
};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// Parser for the timestamps of one column.
///
/// Neighboring rows often share their minute, so day and zone offset of the last one are cached.
#[derive(Debug)]
pub(crate) struct TimestampReader {
    rule: TimeRule,
    zone: Tz,
    is_iso: bool,
    /// Text of a day, and its start in microseconds.
    cached_day: ([u8; 10], i64),
    /// Local minute, and its offset from UTC in microseconds.
    cached_offset: (i64, i64),
}

impl TimestampReader {
    /// Parser for a column of a source whose naive timestamps are local to `zone`.
    pub(crate) fn new(rule: &TimeRule, zone: Tz) -> Self {
        Self {
            is_iso: *rule == TimeRule { zone: rule.zone, ..TimeRule::default() },
            rule: rule.clone(),
            zone: rule.zone.unwrap_or(zone),
            cached_day: ([0; 10], 0),
            cached_offset: (i64::MIN, 0),
        }
    }

    /// Parses a timestamp to microseconds since the epoch.
    pub(crate) fn parse(&mut self, text: &str) -> Result<i64, RejectReason> {
        match if self.is_iso { self.parse_fixed_width(text.as_bytes()) } else { None } {
            Some(micros) => check_timestamp(micros),
            None => parse_timestamp(text, &self.rule, self.zone),
        }
    }

    /// Fast path for `2016-02-16T10:00:00`, alone or with `Z` or `+09:00`.
    ///
    /// None for every other text, which may still be valid.
    fn parse_fixed_width(&mut self, text: &[u8]) -> Option<i64> {
        let (stem, rest) = text.split_first_chunk::<19>()?;
        let pair = |at: usize| -> Option<i64> {
            let (tens, ones) = (stem[at].wrapping_sub(b'0'), stem[at + 1].wrapping_sub(b'0'));
            (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
        };
        if !matches!(stem[10], b'T' | b' ') || stem[13] != b':' || stem[16] != b':' {
            return None;
        }
        let (hour, minute, second) = (pair(11)?, pair(14)?, pair(17)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let day = stem.first_chunk::<10>()?;
        if *day != self.cached_day.0 {
            let date = NaiveDate::parse_from_str(std::str::from_utf8(day).ok()?, "%Y-%m-%d").ok()?;
            // chrono also accepts other widths.
            if stem[4] != b'-' || stem[7] != b'-' {
                return None;
            }
            self.cached_day = (*day, date.and_time(NaiveTime::MIN).and_utc().timestamp_micros());
        }
        let local_minute = self.cached_day.1 + (hour * 60 + minute) * MINUTE;
        let utc_offset = match rest {
            [b'Z'] => 0,
            [sign @ (b'+' | b'-'), h, i, b':', m, n] => {
                let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
                let minutes = (digit(h)? * 10 + digit(i)?) * 60 + digit(m)? * 10 + digit(n)?;
                if minutes > 18 * 60 + 59 || digit(m)? > 5 {
                    return None;
                }
                if *sign == b'-' { -minutes * MINUTE } else { minutes * MINUTE }
            }
            [] => {
                if self.cached_offset.0 != local_minute {
                    let local = DateTime::from_timestamp_micros(local_minute)?.naive_utc();
                    let utc = local_to_utc(self.zone, local).timestamp_micros();
                    self.cached_offset = (local_minute, local_minute - utc);
                }
                self.cached_offset.1
            }
            _ => return None,
        };
        Some(local_minute - utc_offset + second * SECOND)
    }
}

/// Parses a timestamp of any supported format.
fn parse_timestamp(text: &str, rule: &TimeRule, zone: Tz) -> Result<i64, RejectReason> {
    let clock = match &rule.format {
        TimestampFormat::Iso => parse_free(text, rule.end_of_day),
        TimestampFormat::Strftime(formats) => formats.iter().find_map(|format| format.read(text)),
        TimestampFormat::Unix(unit) => parse_unix(text, *unit)?,
        TimestampFormat::ExcelDate => parse_excel(text),
    };
    let Some(ClockTime { local, zone: own_zone }) = clock else {
        let is_day = rule.format == TimestampFormat::Iso && parse_free(text, true).is_some();
        return Err(if is_day { RejectReason::BareDate } else { RejectReason::BadTimestamp });
    };
    let at: Option<DateTime<Utc>> = own_zone.map(|own| match own {
        ClockZone::Offset(offset) => (local - offset).and_utc(),
        ClockZone::Named(own) => local_to_utc(own, local),
    });
    let shifts_days = rule.shift_days != 0 || rule.end_of_day;
    let at = match at {
        Some(at) if !shifts_days => at,
        Some(at) => local_to_utc(zone, shift_days(utc_to_local(zone, at), rule)?),
        None => local_to_utc(zone, shift_days(local, rule)?),
    };
    check_timestamp(at.timestamp_micros())
}

/// Parses a text without a stated format. A bare day is valid only with `allow_day`.
fn parse_free(text: &str, allow_day: bool) -> Option<ClockTime> {
    let year_first = || {
        let local = match allow_day {
            true => parse_year_first(text).map(|(day, time)| day.and_time(time.unwrap_or(NaiveTime::MIN))),
            false => parse_year_first_time(text),
        };
        local.map(|local| ClockTime { local, zone: None })
    };
    parse_iso(text.as_bytes(), allow_day).or_else(year_first)
}

/// Shifts by local calendar days, not by multiples of 24 hours.
fn shift_days(local: NaiveDateTime, rule: &TimeRule) -> Result<NaiveDateTime, RejectReason> {
    let days = Days::new(rule.shift_days.unsigned_abs());
    let shifted =
        if rule.shift_days < 0 { local.checked_sub_days(days) } else { local.checked_add_days(days) };
    let shifted = shifted.ok_or(RejectReason::OutOfRange)?;
    if !rule.end_of_day {
        return Ok(shifted);
    }
    let next = shifted.date().succ_opt().ok_or(RejectReason::OutOfRange)?;
    Ok(next.and_time(NaiveTime::MIN))
}

fn parse_unix(text: &str, unit: UnixUnit) -> Result<Option<ClockTime>, RejectReason> {
    let Some(micros) = unit.to_micros(text) else { return Ok(None) };
    let at = DateTime::from_timestamp_micros(micros).ok_or(RejectReason::OutOfRange)?;
    Ok(Some(ClockTime { local: at.naive_utc(), zone: ClockZone::parse("Z") }))
}

fn parse_excel(text: &str) -> Option<ClockTime> {
    let at = DateTime::from_timestamp_millis(excel_millis(text)?)?;
    Some(ClockTime { local: at.naive_utc(), zone: None })
}

/// Day of a text in a column of days. A time of day is valid if it is midnight, as spreadsheets and databases write it.
pub(crate) fn parse_day(text: &str, format: &TimestampFormat) -> Result<NaiveDate, RejectReason> {
    let clock = match format {
        TimestampFormat::Strftime(formats) => {
            let day = formats.iter().find_map(|format| format.read(text)).map(|clock| clock.local.date());
            return day.ok_or(RejectReason::BadDate);
        }
        TimestampFormat::ExcelDate => parse_excel(text),
        TimestampFormat::Iso | TimestampFormat::Unix(_) => parse_free(text, true),
    };
    match clock {
        Some(ClockTime { local, zone: None }) if local.time() == NaiveTime::MIN => Ok(local.date()),
        _ => Err(RejectReason::BadDate),
    }
}

#[cfg(test)]
mod tests {
    use slotcast_core::Tz::{America__Sao_Paulo, Asia__Seoul};

    use super::*;
    use crate::values::strftime::StrftimeFormat;

    fn parse(text: &str, rule: &TimeRule, zone: Tz) -> Result<String, RejectReason> {
        let micros = parse_timestamp(text, rule, zone);
        // The fast path gives the same result.
        assert_eq!(TimestampReader::new(rule, zone).parse(text), micros, "{text}");
        let micros = micros?;
        Ok(DateTime::from_timestamp_micros(micros).unwrap().to_rfc3339())
    }

    fn parse_default(text: &str) -> Result<String, RejectReason> {
        parse(text, &TimeRule::default(), Asia__Seoul)
    }

    #[test]
    fn iso_variants_of_one_instant() {
        let texts = [
            "2016-02-16T10:00:00+09:00",
            "2016-02-16T01:00:00Z",
            "2016-02-16 10:00",
            "2016-02-16 10:00:00",
            "2016-02-16t10:00:00.000",
            "2016-02-15T20:00:00.0000001-0500",
            "2016-02-16 10:00:00 +09",
        ];
        for text in texts {
            assert_eq!(parse_default(text).as_deref(), Ok("2016-02-16T01:00:00+00:00"), "{text}");
        }
    }

    #[test]
    fn zones_in_the_text() {
        for text in [
            "2016-02-16 01:00:00 UTC",
            "2016-02-16 01:00:00.000 GMT",
            "2016-02-16 10:00 KST",
            "2016-02-16T10:00+09:00[Asia/Seoul]",
            "2016-02-16T01:00Z[UTC]",
            "2016-02-15 22:00:00 America/Sao_Paulo",
        ] {
            let found = parse(text, &TimeRule::default(), America__Sao_Paulo);
            let expected = if text.ends_with("Paulo") {
                "2016-02-16T00:00:00+00:00"
            } else {
                "2016-02-16T01:00:00+00:00"
            };
            assert_eq!(found.as_deref(), Ok(expected), "{text}");
        }
        // A column may have a zone of its own.
        let rule = TimeRule { zone: Some(Tz::UTC), ..TimeRule::default() };
        for text in ["2016-02-16 01:00:00", "2016. 2. 16. 오전 1:00"] {
            let micros = TimestampReader::new(&rule, Asia__Seoul).parse(text);
            assert_eq!(micros, Ok(1_455_584_400_000_000), "{text}");
        }
    }

    #[test]
    fn days_where_a_time_is_needed() {
        for text in ["2016-02-16", "2016. 2. 16.", "2016년 2월 16일"] {
            assert_eq!(parse_default(text), Err(RejectReason::BareDate), "{text}");
            let end = TimeRule { end_of_day: true, ..TimeRule::default() };
            assert_eq!(parse(text, &end, Asia__Seoul).as_deref(), Ok("2016-02-16T15:00:00+00:00"), "{text}");
        }
    }

    #[test]
    fn days() {
        let day = NaiveDate::from_ymd_opt(2016, 2, 16).unwrap();
        for text in ["2016-02-16", "2016-02-16 00:00:00", "2016-02-16T00:00", "2016.02.16", "2016년 2월 16일"]
        {
            assert_eq!(parse_day(text, &TimestampFormat::Iso), Ok(day), "{text}");
        }
        for text in ["2016-02-16 10:00", "2016-02-16T00:00:00Z", "16.02.2016", "42416", ""] {
            assert_eq!(parse_day(text, &TimestampFormat::Iso), Err(RejectReason::BadDate), "{text}");
        }
        assert_eq!(parse_day("42416", &TimestampFormat::ExcelDate), Ok(day));
    }

    #[test]
    fn invalid_timestamps() {
        let texts = [
            "2016-02-30 10:00",
            "2016-02-16 24:00",
            "16/02/2016 10:00",
            "now",
            "2016-02-16 10:00:00.",
            "2016-02-16 10:00 IST",
            "2016-2-16 10:00",
            "",
        ];
        for text in texts {
            assert_eq!(parse_default(text), Err(RejectReason::BadTimestamp), "{text}");
        }
        assert_eq!(parse_default("0016-02-16 10:00"), Err(RejectReason::OutOfRange));
        assert_eq!(parse_default("2200-01-01T00:00:00Z"), Err(RejectReason::OutOfRange));
        assert!(parse_default("2199-12-31T23:59:59.999999Z").is_ok());
        assert!(parse_default("1900-01-01T00:00:00Z").is_ok());
    }

    #[test]
    fn shifts_are_local_calendar_days() {
        let earlier = TimeRule { shift_days: -14, ..TimeRule::default() };
        // Summer time ended on 2015-02-22: the fourteen days have 337 hours.
        let found = parse("2015-03-03 10:00:00", &earlier, America__Sao_Paulo);
        assert_eq!(found.as_deref(), Ok("2015-02-17T12:00:00+00:00"));
        let end = TimeRule { end_of_day: true, ..TimeRule::default() };
        assert_eq!(parse("2015-02-20", &end, America__Sao_Paulo).as_deref(), Ok("2015-02-21T02:00:00+00:00"));
        // Summer time skipped this midnight: the day ends at one o'clock.
        assert_eq!(parse("2014-10-18", &end, America__Sao_Paulo).as_deref(), Ok("2014-10-19T03:00:00+00:00"));
        // An instant belongs to its local day.
        assert_eq!(
            parse("2015-03-10T01:00:00Z", &end, America__Sao_Paulo).as_deref(),
            Ok("2015-03-10T03:00:00+00:00")
        );
    }

    #[test]
    fn unix_timestamps() {
        let rule = |unit| TimeRule { format: TimestampFormat::Unix(unit), ..TimeRule::default() };
        let expected = Ok("2015-02-24T14:44:42+00:00");
        assert_eq!(parse("1424789082", &rule(UnixUnit::Seconds), Asia__Seoul).as_deref(), expected);
        assert_eq!(parse("1424789082000", &rule(UnixUnit::Milliseconds), Asia__Seoul).as_deref(), expected);
        let end = TimeRule { end_of_day: true, ..rule(UnixUnit::Seconds) };
        assert_eq!(parse("1424789082", &end, Asia__Seoul).as_deref(), Ok("2015-02-24T15:00:00+00:00"));
        assert_eq!(parse("soon", &end, Asia__Seoul), Err(RejectReason::BadTimestamp));
        assert_eq!(
            parse("1424789082000", &rule(UnixUnit::Seconds), Asia__Seoul),
            Err(RejectReason::OutOfRange)
        );
    }

    #[test]
    fn strftime_formats() {
        let rule = |formats: &str| {
            let formats = formats.split('|').map(|own| StrftimeFormat::parse(own).unwrap()).collect();
            TimeRule { format: TimestampFormat::Strftime(formats), ..TimeRule::default() }
        };
        let expected = Ok("2010-12-01T08:26:00+00:00");
        assert_eq!(parse("1/12/2010 8:26", &rule("%d/%m/%Y %H:%M"), Tz::UTC).as_deref(), expected);
        assert_eq!(parse("01.12.2010 10:26 +0200", &rule("%d.%m.%Y %H:%M %z"), Tz::UTC).as_deref(), expected);
        assert_eq!(
            parse("01.12.2010", &rule("%d.%m.%Y"), Tz::UTC).as_deref(),
            Ok("2010-12-01T00:00:00+00:00")
        );
        // Several formats are tried in order.
        let either = rule("%m/%d/%Y %H:%M|%Y-%m-%d %H:%M:%S");
        assert_eq!(parse("12/1/2010 8:26", &either, Tz::UTC).as_deref(), expected);
        assert_eq!(parse("2010-12-01 08:26:00", &either, Tz::UTC).as_deref(), expected);
        assert_eq!(parse("2010-12-01T08:26:00Z", &either, Tz::UTC), Err(RejectReason::BadTimestamp));
    }
}
