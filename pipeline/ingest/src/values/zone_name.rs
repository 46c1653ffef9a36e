//! Names of time zones in timestamps: `UTC`, `KST`, `Asia/Seoul`, `GMT+9`.

use chrono::TimeDelta;
use slotcast_core::Tz;

/// Zone of a wall clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockZone {
    /// Fixed offset from UTC.
    Offset(TimeDelta),
    /// IANA zone.
    Named(Tz),
}

/// Abbreviations with one meaning, and their offsets in minutes: those of RFC 822, and those of East Asia.
///
/// Others are ambiguous (`IST`, `BST`, `CST` in China), so they are no zone.
const ABBREVIATIONS: [(&str, i64); 11] = [
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("KST", 540),
    ("JST", 540),
    ("EST", -300),
    ("EDT", -240),
    ("MST", -420),
    ("PST", -480),
    ("PDT", -420),
];

impl ClockZone {
    /// Zone of a name; none if the name is unknown or ambiguous.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        if let Some((_, minutes)) = ABBREVIATIONS.iter().find(|(own, _)| *own == upper) {
            return Some(Self::Offset(TimeDelta::minutes(*minutes)));
        }
        let offset = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT")).unwrap_or(&upper);
        if let Some(offset) = parse_offset(offset.as_bytes()) {
            return Some(Self::Offset(offset));
        }
        // Names without a region, such as `EST5EDT` or `Cuba`, are abbreviations of something else.
        name.contains('/').then(|| name.parse().ok().map(Self::Named))?
    }
}

/// Offset such as `+9`, `+09`, `+0900` or `+09:00`; none if the text is no offset.
pub(crate) fn parse_offset(text: &[u8]) -> Option<TimeDelta> {
    let (sign, digits) = match text {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let number = |digits: &[u8]| -> Option<i64> {
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        is_number.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    };
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number(digits)?, 0),
        4 => (number(&digits[..2])?, number(&digits[2..])?),
        5 if digits[2] == b':' => (number(&digits[..2])?, number(&digits[3..])?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| TimeDelta::minutes(sign * (hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_zones() {
        let offset = |minutes| Some(ClockZone::Offset(TimeDelta::minutes(minutes)));
        for (name, expected) in [
            ("UTC", offset(0)),
            ("gmt", offset(0)),
            ("z", offset(0)),
            ("KST", offset(540)),
            ("GMT+0900", offset(540)),
            ("UTC-03:30", offset(-210)),
            ("+9", offset(540)),
            ("Asia/Seoul", Some(ClockZone::Named(Tz::Asia__Seoul))),
            ("IST", None),
            ("CST", None),
            ("Asia/Soul", None),
            ("Cuba", None),
            ("", None),
            ("+19", None),
        ] {
            assert_eq!(ClockZone::parse(name), expected, "{name}");
        }
    }
}
