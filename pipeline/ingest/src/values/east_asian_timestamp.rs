//! Timestamps that start with the year, as spreadsheets and shops in Korea write them: `2026. 3. 3. 오후 2:05`,
//! `2026년 3월 3일 14시 5분`, `2026/03/03 14:05:00`.
//!
//! They have one reading, so they need no format.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// Day of a text, and its time of day if the text has one; none for any other text.
pub(crate) fn parse_year_first(text: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let mut scanner = Scanner(text);
    let year = scanner.digits(4, 4)?;
    let unit = scanner.first_of(&["년", "年", ".", "/"])?;
    let (month_end, day_end): (&[&str], &[&str]) = match unit {
        "년" => (&["월"], &["일"]),
        "年" => (&["月"], &["日"]),
        "." => (&["."], &[".", ""]),
        _ => (&["/"], &[""]),
    };
    scanner.spaces();
    let month = scanner.digits(1, 2)?;
    scanner.first_of(month_end)?;
    scanner.spaces();
    let day = scanner.digits(1, 2)?;
    scanner.first_of(day_end)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let has_gap = scanner.spaces() || matches!(unit, "년" | "年");
    if scanner.0.is_empty() {
        return Some((date, None));
    }
    if !has_gap && !scanner.skip("T") {
        return None;
    }
    Some((date, Some(scanner.time()?)))
}

/// Timestamp of a text that has a time of day.
pub(crate) fn parse_year_first_time(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = parse_year_first(text)?;
    Some(date.and_time(time?))
}

struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn digits(&mut self, min: usize, max: usize) -> Option<u32> {
        let length = self.0.bytes().take(max).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        if length < min { None } else { digits.parse().ok() }
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn first_of(&mut self, texts: &[&'static str]) -> Option<&'static str> {
        texts.iter().copied().find(|text| self.skip(text))
    }

    fn spaces(&mut self) -> bool {
        let rest = self.0.trim_start_matches(' ');
        let found = rest.len() < self.0.len();
        self.0 = rest;
        found
    }

    /// Time of day up to the end of the text.
    fn time(&mut self) -> Option<NaiveTime> {
        const HALVES: [&str; 6] = ["오전", "오후", "午前", "午後", "AM", "PM"];
        let half = self.first_of(&HALVES);
        self.spaces();
        let hour = self.digits(1, 2)?;
        let (mut minute, mut second) = (0, 0);
        match self.first_of(&["시", "時", ":"])? {
            ":" => {
                minute = self.digits(2, 2)?;
                if self.skip(":") {
                    second = self.digits(2, 2)?;
                }
            }
            _ => {
                for (units, value) in [(["분", "分"], &mut minute), (["초", "秒"], &mut second)] {
                    self.spaces();
                    if !self.0.is_empty() {
                        *value = self.digits(1, 2)?;
                        self.first_of(&units)?;
                    }
                }
            }
        }
        self.spaces();
        let half = half.or_else(|| self.first_of(&HALVES));
        let hour = match half {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some("오후" | "午後" | "PM") => hour % 12 + 12,
            Some(_) => hour % 12,
        };
        if self.0.is_empty() { NaiveTime::from_hms_opt(hour, minute, second) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_and_year_first_forms() {
        for (text, expected) in [
            ("2026. 3. 3. 오후 2:05:09", "2026-03-03 14:05:09"),
            ("2026. 3. 3. 오전 12:05", "2026-03-03 00:05:00"),
            ("2026.03.03 14:05", "2026-03-03 14:05:00"),
            ("2026년 3월 3일 오후 12시 5분", "2026-03-03 12:05:00"),
            ("2026년 03월 03일 14:05:09", "2026-03-03 14:05:09"),
            ("2026년3월3일 14시", "2026-03-03 14:00:00"),
            ("2026年3月3日 午後2時5分9秒", "2026-03-03 14:05:09"),
            ("2026/3/3 14:05", "2026-03-03 14:05:00"),
            ("2026/03/03 02:05:09 PM", "2026-03-03 14:05:09"),
        ] {
            let found = parse_year_first_time(text).map(|at| at.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn days_without_time() {
        for text in ["2026. 3. 3.", "2026.03.03", "2026년 3월 3일", "2026/03/03", "2026年3月3日"] {
            let day = NaiveDate::from_ymd_opt(2026, 3, 3);
            assert_eq!(parse_year_first(text), day.map(|day| (day, None)), "{text}");
        }
    }

    #[test]
    fn other_texts() {
        for text in [
            "26. 3. 3. 14:05",
            "2026. 13. 3.",
            "2026.2.30 10:00",
            "3/3/2026 14:05",
            "2026. 3. 3. 오후 14:05",
            "2026. 3. 3. 오전 0:05",
            "2026.03.03 24:00",
            "2026.03.0314:05",
            "2026/03/03 14:5",
            "2026/03",
            "2026.03.03 14:05 KST",
            "20260303",
            "",
        ] {
            assert_eq!(parse_year_first(text), None, "{text}");
        }
    }
}
