//! Parser for RFC 3339 timestamps and their variants.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Wall clock time, and its offset from UTC if the text has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockTime {
    pub(crate) local: NaiveDateTime,
    pub(crate) utc_offset: Option<TimeDelta>,
}

/// Parses RFC 3339, with optional offset, seconds and fraction.
///
/// A bare day is valid only with `allow_day`.
pub(crate) fn parse_iso(text: &[u8], allow_day: bool) -> Option<ClockTime> {
    let (day, rest) = text.split_at_checked(10)?;
    if day[4] != b'-' || day[7] != b'-' {
        return None;
    }
    let year = i32::try_from(number(&day[..4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&day[5..7])?, number(&day[8..])?)?;
    if rest.is_empty() && allow_day {
        return Some(ClockTime { local: date.and_time(NaiveTime::MIN), utc_offset: None });
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
            // Digits after microseconds are dropped.
            let kept = number(&tail[..length.min(6)])?;
            micro = kept * 10_u32.pow(6 - u32::try_from(length.min(6)).ok()?);
            rest = &tail[length..];
        }
    }
    let time = NaiveTime::from_hms_micro_opt(number(&clock[1..3])?, number(&clock[4..])?, second, micro)?;
    Some(ClockTime { local: date.and_time(time), utc_offset: parse_offset(rest)? })
}

/// Parses an offset. The outer none is an invalid offset, the inner none is no offset.
fn parse_offset(text: &[u8]) -> Option<Option<TimeDelta>> {
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
    let is_valid = hours <= 18 && minutes < 60;
    is_valid.then(|| Some(TimeDelta::minutes(sign * i64::from(hours * 60 + minutes))))
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
