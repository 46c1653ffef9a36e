//! Parser for RFC 3339 timestamps and their variants.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::values::zone_name::{ClockZone, parse_offset};

/// Wall clock time, and its zone if the text has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockTime {
    pub(crate) local: NaiveDateTime,
    pub(crate) zone: Option<ClockZone>,
}

/// Parses RFC 3339, with optional seconds, fraction and zone: an offset, a name such as `UTC`, or both as in
/// `+09:00[Asia/Seoul]`.
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
        return Some(ClockTime { local: date.and_time(NaiveTime::MIN), zone: None });
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
    Some(ClockTime { local: date.and_time(time), zone: parse_zone(rest)? })
}

/// Parses a zone. The outer none is an invalid zone, the inner none is no zone.
fn parse_zone(text: &[u8]) -> Option<Option<ClockZone>> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    if text.is_empty() {
        return Some(None);
    }
    // Java writes the name of the zone behind the offset, which decides.
    let zone = match text.iter().position(|byte| *byte == b'[') {
        Some(at) if at > 0 && text.ends_with(b"]") => &text[..at],
        _ => text,
    };
    let zone = match parse_offset(zone) {
        Some(offset) => ClockZone::Offset(offset),
        None => ClockZone::parse(std::str::from_utf8(zone).ok()?)?,
    };
    Some(Some(zone))
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
