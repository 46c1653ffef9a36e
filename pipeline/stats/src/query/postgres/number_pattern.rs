//! Patterns of numbers as in Postgres (documentation of PostgreSQL 17, table 9.30), such as `9,999.00`.
//!
//! The algorithm is that of `NUM_processor` in `src/backend/utils/adt/formatting.c`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `9` or `0`.
    Digit {
        is_zero: bool,
    },
    /// `.` or `D`.
    Point,
    /// `,` or `G`.
    Group,
    /// `S`: sign next to the number.
    AnchoredSign,
    /// `MI`, `SG`: sign at this position.
    Minus,
    PlusOrMinus,
    /// `PR`: a negative number in angle brackets.
    Brackets,
    Text(char),
}

/// A parsed pattern.
#[derive(Clone, Debug)]
pub(super) struct NumberPattern {
    parts: Vec<Part>,
    /// Digits before and after the point.
    pre: usize,
    post: usize,
    /// Position of the first `0` before the point, and the end of the last one, counted in digits.
    zero_start: Option<usize>,
    zero_end: usize,
    has_point: bool,
    /// `FM`: no blanks are added.
    is_compact: bool,
    sign: Sign,
}

/// Place of the sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// Before the first digit; blank if positive.
    Default,
    AnchoredBefore,
    AnchoredAfter,
    Brackets,
    /// By `MI` or `SG`.
    Own,
}

impl NumberPattern {
    /// The pattern, or the reason why it is invalid.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        let mut own = Self {
            parts: Vec::new(),
            pre: 0,
            post: 0,
            zero_start: None,
            zero_end: 0,
            has_point: false,
            is_compact: false,
            sign: Sign::Default,
        };
        let mut sign_at = None;
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let upper: String = rest.chars().take(2).map(|letter| letter.to_ascii_uppercase()).collect();
            let (part, length) = match (upper.as_str(), first.to_ascii_uppercase()) {
                ("FM", _) => {
                    own.is_compact = true;
                    rest = &rest[2..];
                    continue;
                }
                ("MI", _) => (Part::Minus, 2),
                ("SG", _) => (Part::PlusOrMinus, 2),
                ("PR", _) => (Part::Brackets, 2),
                (_, 'S') => (Part::AnchoredSign, 1),
                (_, '9') => (Part::Digit { is_zero: false }, 1),
                (_, '0') => (Part::Digit { is_zero: true }, 1),
                (_, '.' | 'D') => (Part::Point, 1),
                (_, ',' | 'G') => (Part::Group, 1),
                (_, '"') => {
                    let text = rest[1..].split('"').next().unwrap_or_default();
                    own.parts.extend(text.chars().map(Part::Text));
                    rest = rest.get(text.len() + 2..).unwrap_or_default();
                    continue;
                }
                (_, letter) if letter.is_ascii_alphabetic() => {
                    return Err(format!(
                        "pattern `{pattern}` has `{first}`, which is not supported for a number: use 9, 0, a point, a comma, FM, S, MI, SG, PR, or quoted text"
                    ));
                }
                _ => (Part::Text(first), first.len_utf8()),
            };
            own.add(part, &mut sign_at, pattern)?;
            rest = &rest[length..];
        }
        if own.pre + own.post == 0 {
            return Err(format!("pattern `{pattern}` has no place for a digit: use 9 or 0"));
        }
        // A sign after all digits belongs behind the number, with or without a point.
        if own.sign == Sign::AnchoredBefore && sign_at == Some(own.pre) {
            own.sign = Sign::AnchoredAfter;
        }
        Ok(own)
    }

    fn add(&mut self, part: Part, sign_at: &mut Option<usize>, pattern: &str) -> Result<(), String> {
        let sign = match part {
            Part::Digit { is_zero } => {
                if is_zero && !self.has_point && self.zero_start.is_none() {
                    self.zero_start = Some(self.pre);
                }
                *(if self.has_point { &mut self.post } else { &mut self.pre }) += 1;
                if is_zero {
                    self.zero_end = self.pre + self.post;
                }
                None
            }
            Part::Point if self.has_point => {
                return Err(format!("pattern `{pattern}` has two decimal points"));
            }
            Part::Point => {
                self.has_point = true;
                None
            }
            Part::AnchoredSign if self.has_point => Some(Sign::AnchoredAfter),
            Part::AnchoredSign => {
                *sign_at = Some(self.pre);
                Some(Sign::AnchoredBefore)
            }
            Part::Brackets => Some(Sign::Brackets),
            Part::Minus | Part::PlusOrMinus => Some(Sign::Own),
            Part::Group | Part::Text(_) => None,
        };
        if let Some(sign) = sign {
            if self.sign != Sign::Default {
                return Err(format!("pattern `{pattern}` has two signs"));
            }
            self.sign = sign;
        }
        self.parts.push(part);
        Ok(())
    }

    /// Digits that are shown after the point.
    pub(super) fn places(&self) -> usize {
        self.post
    }

    /// The text of a number: its sign and its digits, rounded to the places of the pattern.
    pub(super) fn format(&self, is_negative: bool, digits: &str) -> String {
        let whole = digits.split('.').next().unwrap_or_default();
        // A number that is too long is shown as `#`.
        let number = match whole.len() > self.pre {
            true => format!("{}.{}", "#".repeat(self.pre), "#".repeat(self.post)),
            false => digits.to_owned(),
        };
        let blanks = self.pre.saturating_sub(whole.len());
        Writer::new(self, is_negative, number.into_bytes(), blanks).write()
    }
}

/// A number on its way into a pattern.
struct Writer<'a> {
    pattern: &'a NumberPattern,
    is_negative: bool,
    number: Vec<u8>,
    /// Position in the number.
    next: usize,
    /// Last digit of `FM` that is not a trailing zero.
    last_relevant: Option<usize>,
    /// Places before the first digit.
    blanks: usize,
    /// Position among the places of the pattern.
    place: usize,
    has_digit: bool,
    is_sign_written: bool,
    text: String,
}

impl<'a> Writer<'a> {
    fn new(pattern: &'a NumberPattern, is_negative: bool, number: Vec<u8>, blanks: usize) -> Self {
        let is_sign_written = match pattern.sign {
            Sign::Own => true,
            Sign::Default | Sign::Brackets => !is_negative && pattern.is_compact,
            Sign::AnchoredBefore | Sign::AnchoredAfter => false,
        };
        let mut last_relevant = None;
        if pattern.is_compact && pattern.has_point {
            let point = number.iter().position(|byte| *byte == b'.');
            last_relevant =
                point.map(|point| number.iter().rposition(|byte| *byte != b'0').unwrap_or(point).max(point));
            if pattern.zero_end > blanks {
                // Digits up to the last `0` of the pattern are kept; the point takes a position of the number.
                let kept = pattern.zero_end - blanks;
                let kept = if pattern.zero_end > pattern.pre { kept } else { kept.saturating_sub(1) };
                last_relevant = last_relevant.map(|last| last.max(kept.min(number.len() - 1)));
            }
        }
        Self {
            pattern,
            is_negative,
            number,
            next: 0,
            last_relevant,
            blanks,
            place: 0,
            has_digit: false,
            is_sign_written,
            text: String::new(),
        }
    }

    fn write(mut self) -> String {
        let is_compact = self.pattern.is_compact;
        for part in &self.pattern.parts {
            match part {
                Part::Text(letter) => self.text.push(*letter),
                Part::Digit { is_zero } => self.write_place(*is_zero),
                Part::Point => self.write_place(false),
                Part::Group if self.has_digit => self.text.push(','),
                Part::Minus if self.is_negative => self.text.push('-'),
                Part::PlusOrMinus => self.text.push(if self.is_negative { '-' } else { '+' }),
                Part::Group | Part::Minus if !is_compact => self.text.push(' '),
                Part::Group | Part::Minus | Part::AnchoredSign | Part::Brackets => {}
            }
        }
        self.write_end();
        self.text
    }

    /// Whether the zero before the point is left blank: `9.9` shows `.1`.
    fn is_leading_zero(&self) -> bool {
        self.pattern.zero_start.is_none()
            && self.next == 0
            && self.number.first() == Some(&b'0')
            && self.pattern.post != 0
    }

    fn write_sign(&mut self) {
        let starts = self.place >= self.blanks || self.pattern.zero_start == Some(self.place);
        let is_point_last = self.last_relevant.is_some_and(|last| self.number.get(last) == Some(&b'.'));
        if self.is_sign_written || !starts || (self.is_leading_zero() && !is_point_last) {
            return;
        }
        match self.pattern.sign {
            Sign::AnchoredBefore => self.text.push(if self.is_negative { '-' } else { '+' }),
            Sign::AnchoredAfter => return,
            Sign::Brackets => self.text.push(if self.is_negative { '<' } else { ' ' }),
            _ if self.is_negative => self.text.push('-'),
            _ if !self.pattern.is_compact => self.text.push(' '),
            _ => {}
        }
        self.is_sign_written = true;
    }

    fn write_place(&mut self, is_zero: bool) {
        self.write_sign();
        let is_compact = self.pattern.is_compact;
        if self.place < self.blanks {
            if self.pattern.zero_start.is_some_and(|start| start <= self.place) {
                self.text.push('0');
                self.has_digit = true;
            } else if !is_compact {
                self.text.push(' ');
            }
        } else if let Some(byte) = self.number.get(self.next).copied() {
            let is_irrelevant = self.last_relevant.is_some_and(|last| self.next > last) && !is_zero;
            if byte == b'.' {
                self.text.push('.');
            } else if is_irrelevant {
                // A trailing zero of `FM`.
            } else if self.is_leading_zero() {
                let is_point_last =
                    self.last_relevant.is_some_and(|last| self.number.get(last) == Some(&b'.'));
                match (is_compact, is_point_last) {
                    (false, _) => self.text.push(' '),
                    (true, true) => self.text.push('0'),
                    (true, false) => {}
                }
            } else {
                self.text.push(char::from(byte));
                self.has_digit = true;
            }
            self.next += 1;
        }
        self.place += 1;
    }

    fn write_end(&mut self) {
        match self.pattern.sign {
            Sign::AnchoredAfter => self.text.push(if self.is_negative { '-' } else { '+' }),
            Sign::Brackets if self.is_negative => self.text.push('>'),
            Sign::Brackets if !self.pattern.is_compact => self.text.push(' '),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(number: &str, pattern: &str) -> String {
        let pattern = match NumberPattern::parse(pattern) {
            Ok(pattern) => pattern,
            Err(error) => return error,
        };
        let value: f64 = number.parse().unwrap();
        pattern.format(value < 0.0, &format!("{:.*}", pattern.places(), value.abs()))
    }

    /// The examples of table 9.31 in the documentation of PostgreSQL 17, without its locale.
    #[test]
    fn numbers_are_formatted_as_in_postgres() {
        for (number, pattern, expected) in [
            ("-0.1", "99.99", "  -.10"),
            ("-0.1", "FM9.99", "-.1"),
            ("-0.1", "FM90.99", "-0.1"),
            ("0.1", "0.9", " 0.1"),
            ("12", "9990999.9", "    0012.0"),
            ("12", "FM9990999.9", "0012."),
            ("485", "999", " 485"),
            ("-485", "999", "-485"),
            ("485", "9 9 9", " 4 8 5"),
            ("1485", "9,999", " 1,485"),
            ("1485", "9G999", " 1,485"),
            ("148.5", "999.999", " 148.500"),
            ("148.5", "FM999.999", "148.5"),
            ("148.5", "FM999.990", "148.500"),
            ("148.5", "999D999", " 148.500"),
            ("3148.5", "9G999D999", " 3,148.500"),
            ("-485", "999S", "485-"),
            ("-485", "999MI", "485-"),
            ("485", "999MI", "485 "),
            ("485", "FM999MI", "485"),
            ("485", "SG999", "+485"),
            ("-485", "SG999", "-485"),
            ("-485", "9SG99", "4-85"),
            ("-485", "999PR", "<485>"),
            ("485", "\"Good number:\"999", "Good number: 485"),
            ("485.8", "\"Pre:\"999\" Post:\" .999", "Pre: 485 Post: .800"),
            ("0", "999", "   0"),
            ("1234567", "FM9,999,999", "1,234,567"),
            ("123", "99", " ##"),
            ("7", "FM000", "007"),
        ] {
            assert_eq!(formatted(number, pattern), expected, "{number} as {pattern}");
        }
    }

    #[test]
    fn other_patterns_are_refused() {
        for pattern in ["RN", "PL999", "99V9", "9.9EEEE", "L999", "YYYY", "9.9.9", "S9S", "abc", ""] {
            assert!(
                formatted("1", pattern).starts_with("pattern `"),
                "{pattern}: {}",
                formatted("1", pattern)
            );
        }
    }
}
