//! Patterns of times as in Postgres (documentation of PostgreSQL 17, section 9.8), such as `YYYY-MM-DD HH24:MI`.

use chrono::{Datelike, NaiveDateTime, Timelike};

/// Fields, long names before the names with which they begin.
const FIELDS: [&str; 52] = [
    "MONTH", "SSSSS", "Y,YYY", "A.D.", "A.M.", "B.C.", "HH12", "HH24", "IDDD", "IYYY", "P.M.", "SSSS",
    "YYYY", "DAY", "DDD", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "IYY", "MON", "TZH", "TZM", "YYY", "AD",
    "AM", "BC", "CC", "DD", "DY", "HH", "ID", "IW", "IY", "MI", "MM", "MS", "OF", "PM", "RM", "SS", "TZ",
    "US", "WW", "YY", "D", "I", "J", "Q", "W",
];
/// A field that is also the start of many others.
const YEAR_DIGIT: &str = "Y";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

/// Case of a field in the pattern, which is that of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Upper,
    Title,
    Lower,
}

impl Case {
    fn of(text: &str) -> Option<Self> {
        let is_upper = |text: &str| !text.chars().any(|letter| letter.is_ascii_lowercase());
        let is_lower = |text: &str| !text.chars().any(|letter| letter.is_ascii_uppercase());
        match text.split_at(1) {
            _ if is_upper(text) => Some(Self::Upper),
            _ if is_lower(text) => Some(Self::Lower),
            (first, rest) if is_upper(first) && is_lower(rest) => Some(Self::Title),
            _ => None,
        }
    }

    fn apply(self, text: &str) -> String {
        match self {
            Self::Upper => text.to_ascii_uppercase(),
            Self::Title => text.to_owned(),
            Self::Lower => text.to_ascii_lowercase(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field {
        name: &'static str,
        case: Case,
        /// `FM`: neither zeros nor blanks are added.
        is_compact: bool,
        /// `TH`: English ordinal suffix.
        ordinal: Option<Case>,
    },
}

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimePattern(Vec<Part>);

/// A local time with its zone, if it has one.
#[derive(Clone, Debug)]
pub(super) struct ZonedTime {
    pub(super) local: NaiveDateTime,
    pub(super) zone: String,
    pub(super) offset_seconds: i32,
}

impl TimePattern {
    /// The pattern, or the reason why it is invalid.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            if first == '"' {
                let (text, after) = quoted(&rest[1..]);
                parts.push(Part::Text(text));
                rest = after;
                continue;
            }
            let after_prefix = strip(rest, "FM");
            if let Some((name, after)) = field(after_prefix.unwrap_or(rest)) {
                let given = after_prefix.unwrap_or(rest);
                let case = Case::of(&given[..name.len()]).unwrap_or(Case::Upper);
                let after_suffix = strip(after, "TH").filter(|_| !is_text(name));
                let ordinal = after_suffix.and_then(|_| Case::of(&after[..2]));
                parts.push(Part::Field { name, case, is_compact: after_prefix.is_some(), ordinal });
                rest = after_suffix.unwrap_or(after);
            } else if first.is_ascii_alphabetic() {
                let unknown: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
                return Err(format!(
                    "pattern `{pattern}` has `{unknown}`, which is no field of a time; text is quoted, as in `\"{unknown}\"`"
                ));
            } else {
                let text = rest.strip_prefix("\\\"").map_or(first, |_| '"');
                parts.push(Part::Text(text.to_string()));
                rest = &rest[if text == first { first.len_utf8() } else { 2 }..];
            }
        }
        Ok(Self(parts))
    }

    /// The text of a time.
    pub(super) fn format(&self, time: &ZonedTime) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field { name, case, is_compact, ordinal } => {
                let text = value(name, *case, *is_compact, time);
                let suffix = ordinal.map(|case| case.apply(&ordinal_suffix(&text).to_ascii_uppercase()));
                text + &suffix.unwrap_or_default()
            }
        };
        self.0.iter().map(part).collect()
    }

    /// The pattern that parses the same texts in the engine's syntax, or the field that it lacks.
    pub(super) fn to_strftime(&self) -> Result<String, &'static str> {
        let part = |part: &Part| match part {
            Part::Text(text) => Ok(text.replace('%', "%%")),
            Part::Field { name, .. } => Ok(match *name {
                "YYYY" => "%Y",
                "YY" => "%y",
                "MM" => "%m",
                "MON" => "%b",
                "MONTH" => "%B",
                "DD" => "%d",
                "DDD" => "%j",
                "DY" => "%a",
                "DAY" => "%A",
                "HH24" => "%H",
                "HH12" | "HH" => "%I",
                "MI" => "%M",
                "SS" => "%S",
                "MS" | "FF3" => "%3f",
                "US" | "FF6" => "%6f",
                "AM" | "PM" => "%p",
                other => return Err(other),
            }
            .to_owned()),
        };
        self.0.iter().map(part).collect()
    }
}

/// A quoted text up to its closing quote, and what follows.
fn quoted(text: &str) -> (String, &str) {
    let mut content = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (content, &text[at + 1..]),
            '\\' => content.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => content.push(letter),
        }
    }
    (content, "")
}

/// The text after a word in upper or lower case.
fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word).or_else(|| text.strip_prefix(word.to_ascii_lowercase().as_str()))
}

/// The field with which a text begins, and what follows. Only names may be in title case.
fn field(text: &str) -> Option<(&'static str, &str)> {
    FIELDS.into_iter().chain([YEAR_DIGIT]).find_map(|name| {
        let given = text.get(..name.len()).filter(|given| given.eq_ignore_ascii_case(name))?;
        let case = Case::of(given)?;
        let is_name = ["MONTH", "MON", "DAY", "DY"].contains(&name);
        (case != Case::Title || name.len() == 1 || is_name).then(|| (name, &text[name.len()..]))
    })
}

/// Whether the value of a field is no number.
fn is_text(name: &str) -> bool {
    let names = ["MONTH", "MON", "DAY", "DY", "AD", "BC", "AM", "PM", "RM", "TZ", "OF", "TZH"];
    names.contains(&name) || name.contains('.')
}

fn value(name: &str, case: Case, is_compact: bool, time: &ZonedTime) -> String {
    let local = time.local;
    let number = |value: i64, width: usize| match is_compact {
        true => value.to_string(),
        false => format!("{value:0width$}"),
    };
    let blank_padded = |text: &str, width: usize| {
        let text = case.apply(text);
        if is_compact { text } else { format!("{text:<width$}") }
    };
    // There is no year 0: the year before 1 is 1 BC.
    let of_era = |year: i32| i64::from(if year > 0 { year } else { 1 - year });
    let (year, iso) = (of_era(local.year()), local.iso_week());
    let iso_year = of_era(iso.year());
    let week_day = i64::from(local.weekday().number_from_monday());
    let (hour, minute, second) =
        (i64::from(local.hour()), i64::from(local.minute()), i64::from(local.second()));
    let micros = i64::from(local.nanosecond() / 1_000).min(999_999);
    let half_day = if hour < 12 { ["AM", "A.M."] } else { ["PM", "P.M."] };
    let era = if local.year() > 0 { ["AD", "A.D."] } else { ["BC", "B.C."] };
    let offset = time.offset_seconds;
    let offset_minutes = offset.abs() / 60 % 60;
    let offset_hours = format!("{}{:02}", if offset < 0 { '-' } else { '+' }, offset.abs() / 3_600);
    match name {
        "YYYY" => number(year, 4),
        "Y,YYY" => format!("{},{:03}", year / 1_000, year % 1_000),
        "YYY" => number(year % 1_000, 3),
        "YY" => number(year % 100, 2),
        "Y" => number(year % 10, 1),
        "IYYY" => number(iso_year, 4),
        "IYY" => number(iso_year % 1_000, 3),
        "IY" => number(iso_year % 100, 2),
        "I" => number(iso_year % 10, 1),
        "CC" => number((year - 1) / 100 + 1, 2),
        "Q" => number(i64::from(local.month0() / 3) + 1, 1),
        "MM" => number(i64::from(local.month()), 2),
        "MONTH" => blank_padded(MONTHS[local.month0() as usize], 9),
        "MON" => case.apply(&MONTHS[local.month0() as usize][..3]),
        "RM" => blank_padded(ROMAN[local.month0() as usize], 4),
        "DD" => number(i64::from(local.day()), 2),
        "DDD" => number(i64::from(local.ordinal()), 3),
        "IDDD" => number((i64::from(iso.week()) - 1) * 7 + week_day, 3),
        "D" => number(week_day % 7 + 1, 1),
        "ID" => number(week_day, 1),
        "DAY" => blank_padded(DAYS[local.weekday().num_days_from_monday() as usize], 9),
        "DY" => case.apply(&DAYS[local.weekday().num_days_from_monday() as usize][..3]),
        "J" => number(i64::from(local.num_days_from_ce()) + 1_721_425, 1),
        "W" => number(i64::from(local.day0() / 7) + 1, 1),
        "WW" => number(i64::from(local.ordinal0() / 7) + 1, 2),
        "IW" => number(i64::from(iso.week()), 2),
        "HH24" => number(hour, 2),
        "HH12" | "HH" => number((hour + 11) % 12 + 1, 2),
        "MI" => number(minute, 2),
        "SS" => number(second, 2),
        "SSSS" | "SSSSS" => number(hour * 3_600 + minute * 60 + second, 1),
        "MS" => number(micros / 1_000, 3),
        "US" => number(micros, 6),
        "AM" | "PM" => case.apply(half_day[0]),
        "A.M." | "P.M." => case.apply(half_day[1]),
        "AD" | "BC" => case.apply(era[0]),
        "A.D." | "B.C." => case.apply(era[1]),
        "TZ" => case.apply(&time.zone),
        "TZH" => offset_hours,
        "TZM" => format!("{offset_minutes:02}"),
        "OF" if offset_minutes == 0 => offset_hours,
        "OF" => format!("{offset_hours}:{offset_minutes:02}"),
        // FF1 to FF6: decimal places of the second.
        fraction => {
            let places = fraction.bytes().last().map_or(6, |digit| usize::from(digit - b'0'));
            format!("{micros:06}")[..places].to_owned()
        }
    }
}

fn ordinal_suffix(number: &str) -> &'static str {
    let digits = number.as_bytes();
    let is_teen = digits.len() > 1 && digits[digits.len() - 2] == b'1';
    match digits.last() {
        Some(b'1') if !is_teen => "st",
        Some(b'2') if !is_teen => "nd",
        Some(b'3') if !is_teen => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(pattern: &str) -> String {
        let local = "2016-03-05T14:07:09.012345".parse().unwrap();
        let time = ZonedTime { local, zone: "KST".to_owned(), offset_seconds: 9 * 3_600 };
        TimePattern::parse(pattern).map_or_else(|error| error, |pattern| pattern.format(&time))
    }

    /// Results of PostgreSQL 17 for 2016-03-05 14:07:09.012345+09 in Asia/Seoul, a Saturday in ISO week 9.
    #[test]
    fn times_are_formatted_as_in_postgres() {
        for (pattern, expected) in [
            ("YYYY-MM-DD HH24:MI:SS", "2016-03-05 14:07:09"),
            ("yyyy-mm-dd hh24:mi:ss.ms", "2016-03-05 14:07:09.012"),
            ("YY Y Y,YYY YYY CC", "16 6 2,016 016 21"),
            ("HH:MI AM", "02:07 PM"),
            ("FMHH12:MI p.m.", "2:07 p.m."),
            ("US FF2 SSSS", "012345 01 50829"),
            ("Day|DAY|FMday|Dy", "Saturday |SATURDAY |saturday|Sat"),
            ("Month|FMMonth|MON|mon", "March    |March|MAR|mar"),
            ("D ID DDD IDDD", "7 6 065 062"),
            ("IYYY-\"W\"IW-ID W WW", "2016-W09-6 1 10"),
            ("Q RM|FMRM J", "1 III |III 2457453"),
            ("FMDDth FMMonth", "5th March"),
            ("DDTH", "05TH"),
            ("FMMM/FMDD", "3/5"),
            ("YYYY\"년\" MM월", "2016년 03월"),
            ("TZ tz OF TZH:TZM", "KST kst +09 +09:00"),
            ("AD B.C.", "AD A.D."),
            ("\"YYYY\" \\\"", "YYYY \""),
        ] {
            assert_eq!(formatted(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn unknown_letters_are_refused() {
        for (pattern, unknown) in
            [("YYYY-MM-DDZHH24", "ZHH"), ("%Y", "Y"), ("YYYYx", "x"), ("TMMonth", "TMMonth"), ("Mm", "Mm")]
        {
            let error = formatted(pattern);
            let is_named = error.contains(&format!("has `{unknown}`"));
            assert!(is_named || pattern == "%Y", "{pattern}: {error}");
        }
        assert_eq!(formatted("%Y"), "%6", "the caller recognizes the engine's own patterns");
    }

    #[test]
    fn patterns_for_parsing_are_translated() {
        let translated = |pattern| TimePattern::parse(pattern).unwrap().to_strftime();
        assert_eq!(translated("DD/MM/YYYY HH24:MI:SS.US"), Ok("%d/%m/%Y %H:%M:%S.%6f".to_owned()));
        assert_eq!(translated("Mon FMDD, YY 100% HH12 AM"), Ok("%b %d, %y 100%% %I %p".to_owned()));
        assert_eq!(translated("IYYY-IW"), Err("IYYY"));
    }
}
