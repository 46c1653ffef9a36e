//! Timestamps as text to instants.
//!
//! Row by row in plain Rust: polars is built without its zone database, and hours
//! that a zone skips or repeats have one stated meaning in `core`.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use slotcast_core::{DateTime, Tz, Utc, local_to_utc, utc_to_local};

use crate::{
    expression::ColumnRule,
    reason::Reason,
    time_form::{TimeForm, UnixUnit},
};

/// First and last microsecond of the years 1900 to 2199.
pub(crate) const YEARS: std::ops::Range<i64> = -2_208_988_800_000_000..7_258_118_400_000_000;

/// What a text says: a wall clock, and how far that clock is ahead of UTC if it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    local: NaiveDateTime,
    ahead: Option<TimeDelta>,
}

/// Reads the timestamps of one column. Rows beside each other often share their minute,
/// so the offset of a zone is looked up once a minute of the clock.
#[derive(Debug)]
pub(crate) struct Instants {
    rule: ColumnRule,
    zone: Tz,
    is_plain: bool,
    day: ([u8; 10], i64),
    minute: (i64, i64),
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

impl Instants {
    pub(crate) fn new(rule: &ColumnRule, zone: Tz) -> Self {
        Self {
            is_plain: rule.form == TimeForm::Usual && rule.shift_days == 0 && !rule.end_of_day,
            rule: rule.clone(),
            zone,
            day: ([0; 10], 0),
            minute: (i64::MIN, 0),
        }
    }

    /// Microseconds since the epoch.
    pub(crate) fn read(&mut self, text: &str) -> Result<i64, Reason> {
        match if self.is_plain { self.quick(text.as_bytes()) } else { None } {
            Some(micros) if YEARS.contains(&micros) => Ok(micros),
            Some(_) => Err(Reason::OutOfRange),
            None => instant(text, &self.rule, self.zone),
        }
    }

    /// `2016-02-16T10:00:00`, with or without an offset `Z` or `+09:00`; none for every other form,
    /// which is not to say that it is wrong.
    fn quick(&mut self, text: &[u8]) -> Option<i64> {
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
        if *day != self.day.0 {
            let date = NaiveDate::parse_from_str(std::str::from_utf8(day).ok()?, "%Y-%m-%d").ok()?;
            // chrono also takes forms of another width.
            if stem[4] != b'-' || stem[7] != b'-' {
                return None;
            }
            self.day = (*day, date.and_time(NaiveTime::MIN).and_utc().timestamp_micros());
        }
        let local_minute = self.day.1 + (hour * 60 + minute) * MINUTE;
        let ahead = match rest {
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
                if self.minute.0 != local_minute {
                    let local = DateTime::from_timestamp_micros(local_minute)?.naive_utc();
                    let utc = local_to_utc(self.zone, local).timestamp_micros();
                    self.minute = (local_minute, local_minute - utc);
                }
                self.minute.1
            }
            _ => return None,
        };
        Some(local_minute - ahead + second * SECOND)
    }
}

fn instant(text: &str, rule: &ColumnRule, zone: Tz) -> Result<i64, Reason> {
    let moment = match &rule.form {
        TimeForm::Usual => parse(text.as_bytes(), rule.end_of_day),
        TimeForm::Formats(formats) => formats.iter().find_map(|format| parse_as(text, format)),
        TimeForm::Unix(unit) => counted(text, *unit)?,
    };
    let moment = moment.ok_or(Reason::BadTimestamp)?;
    let whole_days = rule.shift_days != 0 || rule.end_of_day;
    let at: DateTime<Utc> = match moment.ahead {
        Some(ahead) if !whole_days => (moment.local - ahead).and_utc(),
        Some(ahead) => {
            local_to_utc(zone, shifted(utc_to_local(zone, (moment.local - ahead).and_utc()), rule)?)
        }
        None => local_to_utc(zone, shifted(moment.local, rule)?),
    };
    let micros = at.timestamp_micros();
    if YEARS.contains(&micros) { Ok(micros) } else { Err(Reason::OutOfRange) }
}

/// Local calendar days, never multiples of 24 hours.
fn shifted(local: NaiveDateTime, rule: &ColumnRule) -> Result<NaiveDateTime, Reason> {
    let days = Days::new(rule.shift_days.unsigned_abs());
    let moved = if rule.shift_days < 0 { local.checked_sub_days(days) } else { local.checked_add_days(days) };
    let moved = moved.ok_or(Reason::OutOfRange)?;
    if !rule.end_of_day {
        return Ok(moved);
    }
    let next = moved.date().succ_opt().ok_or(Reason::OutOfRange)?;
    Ok(next.and_time(NaiveTime::MIN))
}

fn counted(text: &str, unit: UnixUnit) -> Result<Option<Moment>, Reason> {
    let Some(micros) = unit.micros(text) else { return Ok(None) };
    let at = DateTime::from_timestamp_micros(micros).ok_or(Reason::OutOfRange)?;
    Ok(Some(Moment { local: at.naive_utc(), ahead: Some(TimeDelta::zero()) }))
}

fn parse_as(text: &str, format: &str) -> Option<Moment> {
    if let Ok(fixed) = DateTime::parse_from_str(text, format) {
        let ahead = TimeDelta::seconds(i64::from(fixed.offset().local_minus_utc()));
        return Some(Moment { local: fixed.naive_local(), ahead: Some(ahead) });
    }
    let local = NaiveDateTime::parse_from_str(text, format)
        .or_else(|_| NaiveDate::parse_from_str(text, format).map(|day| day.and_time(NaiveTime::MIN)));
    local.ok().map(|local| Moment { local, ahead: None })
}

/// RFC 3339, or the same without offset; seconds and their fraction may be left out.
/// A bare day is read only where the whole day is meant.
fn parse(text: &[u8], day_will_do: bool) -> Option<Moment> {
    let (day, rest) = text.split_at_checked(10)?;
    if day[4] != b'-' || day[7] != b'-' {
        return None;
    }
    let year = i32::try_from(number(&day[..4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&day[5..7])?, number(&day[8..])?)?;
    if rest.is_empty() && day_will_do {
        return Some(Moment { local: date.and_time(NaiveTime::MIN), ahead: None });
    }
    let (clock, mut rest) = rest.split_at_checked(6)?;
    if !matches!(clock[0], b'T' | b't' | b' ') || clock[3] != b':' {
        return None;
    }
    let (mut second, mut micro) = (0, 0);
    if let [b':', tail @ ..] = rest {
        let (digits, tail) = tail.split_at_checked(2)?;
        second = number(digits)?;
        rest = tail;
        if let [b'.' | b',', tail @ ..] = rest {
            let length = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
            // Beyond microseconds nothing is kept.
            let kept = number(&tail[..length.min(6)])?;
            micro = kept * 10_u32.pow(6 - u32::try_from(length.min(6)).ok()?);
            rest = &tail[length..];
        }
    }
    let time = NaiveTime::from_hms_micro_opt(number(&clock[1..3])?, number(&clock[4..])?, second, micro)?;
    Some(Moment { local: date.and_time(time), ahead: offset(rest)? })
}

/// None: not an offset. None inside: no offset.
fn offset(text: &[u8]) -> Option<Option<TimeDelta>> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, digits) = match text {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(TimeDelta::zero())),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (number(digits)?, 0),
        4 => (number(&digits[..2])?, number(&digits[2..])?),
        5 if digits[2] == b':' => (number(&digits[..2])?, number(&digits[3..])?),
        _ => return None,
    };
    let fits = hours <= 18 && minutes < 60;
    fits.then(|| Some(TimeDelta::minutes(sign * i64::from(hours * 60 + minutes))))
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut value = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(digit - b'0');
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use slotcast_core::Tz::{America__Sao_Paulo, Asia__Seoul};

    use super::*;

    fn read(text: &str, rule: &ColumnRule, zone: Tz) -> Result<String, Reason> {
        let micros = instant(text, rule, zone);
        // The quick way and the other agree.
        assert_eq!(Instants::new(rule, zone).read(text), micros, "{text}");
        let micros = micros?;
        Ok(DateTime::from_timestamp_micros(micros).unwrap().to_rfc3339())
    }

    #[test]
    fn every_form_means_the_same_instant() {
        let forms = [
            "2016-02-16T10:00:00+09:00",
            "2016-02-16T01:00:00Z",
            "2016-02-16 10:00",
            "2016-02-16 10:00:00",
            "2016-02-16t10:00:00.000",
            "2016-02-15T20:00:00.0000001-0500",
            "2016-02-16 10:00:00 +09",
        ];
        for form in forms {
            let found = read(form, &ColumnRule::plain("at"), Asia__Seoul);
            assert_eq!(found.as_deref(), Ok("2016-02-16T01:00:00+00:00"), "{form}");
        }
    }

    #[test]
    fn what_is_no_timestamp_is_refused() {
        let forms = [
            "2016-02-16",
            "2016-02-30 10:00",
            "2016-02-16 24:00",
            "16/02/2016 10:00",
            "now",
            "2016-02-16 10:00:00.",
            "2016-02-16 10:00 KST",
            "2016-2-16 10:00",
            "",
        ];
        for form in forms {
            assert_eq!(
                read(form, &ColumnRule::plain("at"), Asia__Seoul),
                Err(Reason::BadTimestamp),
                "{form}"
            );
        }
        assert_eq!(read("0016-02-16 10:00", &ColumnRule::plain("at"), Asia__Seoul), Err(Reason::OutOfRange));
        assert_eq!(
            read("2200-01-01T00:00:00Z", &ColumnRule::plain("at"), Asia__Seoul),
            Err(Reason::OutOfRange)
        );
        assert!(read("2199-12-31T23:59:59.999999Z", &ColumnRule::plain("at"), Asia__Seoul).is_ok());
        assert!(read("1900-01-01T00:00:00Z", &ColumnRule::plain("at"), Asia__Seoul).is_ok());
    }

    #[test]
    fn days_are_local_calendar_days() {
        let earlier = ColumnRule { shift_days: -14, ..ColumnRule::plain("at") };
        // Summer time ended on 2015-02-22, so that the fourteen days have 337 hours.
        let found = read("2015-03-03 10:00:00", &earlier, America__Sao_Paulo);
        assert_eq!(found.as_deref(), Ok("2015-02-17T12:00:00+00:00"));
        let end = ColumnRule { end_of_day: true, ..ColumnRule::plain("at") };
        assert_eq!(read("2015-02-20", &end, America__Sao_Paulo).as_deref(), Ok("2015-02-21T02:00:00+00:00"));
        // The midnight that summer time skipped is one o'clock.
        assert_eq!(read("2014-10-18", &end, America__Sao_Paulo).as_deref(), Ok("2014-10-19T03:00:00+00:00"));
        // An instant belongs to the local day in which it lies.
        assert_eq!(
            read("2015-03-10T01:00:00Z", &end, America__Sao_Paulo).as_deref(),
            Ok("2015-03-10T03:00:00+00:00")
        );
    }

    #[test]
    fn numbers_may_be_given() {
        let rule = |unit| ColumnRule { form: TimeForm::Unix(unit), ..ColumnRule::plain("at") };
        let expected = Ok("2015-02-24T14:44:42+00:00");
        assert_eq!(read("1424789082", &rule(UnixUnit::Seconds), Asia__Seoul).as_deref(), expected);
        assert_eq!(read("1424789082000", &rule(UnixUnit::Milliseconds), Asia__Seoul).as_deref(), expected);
        let end = ColumnRule { end_of_day: true, ..rule(UnixUnit::Seconds) };
        assert_eq!(read("1424789082", &end, Asia__Seoul).as_deref(), Ok("2015-02-24T15:00:00+00:00"));
        assert_eq!(read("soon", &end, Asia__Seoul), Err(Reason::BadTimestamp));
        assert_eq!(read("1424789082000", &rule(UnixUnit::Seconds), Asia__Seoul), Err(Reason::OutOfRange));
    }

    #[test]
    fn a_format_may_be_given() {
        let rule = |formats: &str| {
            let formats = formats.split('|').map(str::to_owned).collect();
            ColumnRule { form: TimeForm::Formats(formats), ..ColumnRule::plain("at") }
        };
        let expected = Ok("2010-12-01T08:26:00+00:00");
        assert_eq!(read("1/12/2010 8:26", &rule("%d/%m/%Y %H:%M"), Tz::UTC).as_deref(), expected);
        assert_eq!(read("01.12.2010 10:26 +0200", &rule("%d.%m.%Y %H:%M %z"), Tz::UTC).as_deref(), expected);
        assert_eq!(
            read("01.12.2010", &rule("%d.%m.%Y"), Tz::UTC).as_deref(),
            Ok("2010-12-01T00:00:00+00:00")
        );
        // Several are tried in order.
        let either = rule("%m/%d/%Y %H:%M|%Y-%m-%d %H:%M:%S");
        assert_eq!(read("12/1/2010 8:26", &either, Tz::UTC).as_deref(), expected);
        assert_eq!(read("2010-12-01 08:26:00", &either, Tz::UTC).as_deref(), expected);
        assert_eq!(read("2010-12-01T08:26:00Z", &either, Tz::UTC), Err(Reason::BadTimestamp));
    }
}
