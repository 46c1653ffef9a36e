//! Decimal numbers as sources write them, and exact arithmetic on them: no float on the way.

use std::{borrow::Cow, fmt};

/// Spaces that stand between groups of digits; spreadsheets write those that do not break.
const SPACES: [char; 3] = [' ', '\u{a0}', '\u{202f}'];

/// How a source writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberForm {
    /// What stands before the decimals.
    pub(crate) decimal: char,
    /// What stands between groups of three digits, if anything.
    pub(crate) thousands: Option<char>,
}

impl Default for NumberForm {
    /// The plain form: digits with a point.
    fn default() -> Self {
        Self { decimal: '.', thousands: None }
    }
}

impl NumberForm {
    /// Whether numbers come in the form in which this program reads them anyway.
    pub(crate) fn is_plain(self) -> bool {
        self == Self::default()
    }

    /// The number in the plain form; none if the text is no number in this form. A group of
    /// digits that is not three long is no number: the form may have been declared wrongly.
    pub(crate) fn plain(self, text: &str) -> Option<Cow<'_, str>> {
        if self.is_plain() {
            return is_plain_number(text).then_some(Cow::Borrowed(text));
        }
        let (sign, unsigned) = split_sign(text);
        let (whole, decimals) = match unsigned.split_once(self.decimal) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (unsigned, None),
        };
        let mut plain = String::with_capacity(text.len());
        plain.push_str(sign);
        for (place, group) in whole.split(|letter| self.is_thousands(letter)).enumerate() {
            let is_grouped = whole.len() > group.len();
            let fits = match place {
                0 => !is_grouped || (1..=3).contains(&group.len()),
                _ => group.len() == 3,
            };
            if !fits || !is_digits(group) {
                return None;
            }
            plain.push_str(group);
        }
        if let Some(decimals) = decimals {
            plain.push('.');
            plain.push_str(decimals);
        }
        is_plain_number(&plain).then_some(Cow::Owned(plain))
    }

    fn is_thousands(self, letter: char) -> bool {
        match self.thousands {
            Some(' ') => SPACES.contains(&letter),
            thousands => thousands == Some(letter),
        }
    }
}

fn split_sign(text: &str) -> (&str, &str) {
    text.split_at(usize::from(text.starts_with(['-', '+'])))
}

/// The same texts as `money` takes, of any length.
fn is_plain_number(text: &str) -> bool {
    let (whole, decimals) = split_sign(text).1.split_once('.').unwrap_or((split_sign(text).1, ""));
    !whole.is_empty() && is_digits(whole) && is_digits(decimals)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `digits` divided by ten so many times. Without zeros at the end of its decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    places: u32,
}

impl Decimal {
    /// A number in the plain form; none if it is none, or has more than 38 digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !is_plain_number(text) {
            return None;
        }
        let (sign, unsigned) = split_sign(text);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let decimals = decimals.trim_end_matches('0');
        let mut digits = 0_i128;
        for byte in whole.bytes().chain(decimals.bytes()) {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        let digits = if sign == "-" { -digits } else { digits };
        Some(Self { digits, places: u32::try_from(decimals.len()).ok()? })
    }

    /// The product; none if it has more than 38 digits.
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Self { digits, places: self.places.checked_add(other.places)? }.trimmed())
    }

    /// The sum; none if it has more than 38 digits.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        let digits = self.at(places)?.checked_add(other.at(places)?)?;
        Some(Self { digits, places }.trimmed())
    }

    /// -1, 0 or 1.
    pub(crate) fn sign(self) -> i128 {
        self.digits.signum()
    }

    /// How often `10^-places` goes into it; what is smaller is cut off.
    pub(crate) fn units(self, places: u32) -> Option<i128> {
        match self.places.checked_sub(places) {
            None | Some(0) => self.at(places),
            Some(surplus) => {
                Some(10_i128.checked_pow(surplus).map_or(0, |unit| self.digits.div_euclid(unit)))
            }
        }
    }

    fn at(self, places: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(places - self.places)?)
    }

    fn trimmed(mut self) -> Self {
        while self.places > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.places -= 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.places as usize;
        let digits = format!("{:0>1$}", self.digits.unsigned_abs(), places + 1);
        let (whole, decimals) = digits.split_at(digits.len() - places);
        f.write_str(if self.digits < 0 { "-" } else { "" })?;
        f.write_str(whole)?;
        if places > 0 { write!(f, ".{decimals}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_in_other_forms() {
        let german = NumberForm { decimal: ',', thousands: Some('.') };
        let french = NumberForm { decimal: ',', thousands: Some(' ') };
        let english = NumberForm { decimal: '.', thousands: Some(',') };
        let bare = NumberForm { decimal: ',', thousands: None };
        for (form, text, plain) in [
            (german, "1.234.567,89", Some("1234567.89")),
            (german, "-12,5", Some("-12.5")),
            (german, "1234,5", Some("1234.5")),
            (german, "1.234", Some("1234")),
            (german, "12.5", None),
            (german, "1234.567", None),
            (german, ".234", None),
            (german, "1.234,5.6", None),
            (french, "1 234,5", Some("1234.5")),
            (french, "1\u{202f}234\u{a0}567", Some("1234567")),
            (english, "1,234.50", Some("1234.50")),
            (english, "+7", Some("+7")),
            (bare, "1234,50", Some("1234.50")),
            (bare, "12.50", None),
            (bare, "", None),
            (NumberForm::default(), "12.50", Some("12.50")),
            (NumberForm::default(), "1e3", None),
            (NumberForm::default(), "nan", None),
        ] {
            assert_eq!(form.plain(text).as_deref(), plain, "{form:?} {text}");
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(number("6").times(number("2.55")).unwrap().to_string(), "15.3");
        assert_eq!(number("-3").times(number("0.1")).unwrap().to_string(), "-0.3");
        assert_eq!(number("0.1").plus(number("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(number("5.").plus(number("-5.000")).unwrap().to_string(), "0");
        assert_eq!(number("007.50").to_string(), "7.5");
        assert_eq!((number("-0.0").sign(), number("-2").sign(), number("0.001").sign()), (0, -1, 1));
        assert_eq!((number("1.5").units(6), number("-1.5").units(0)), (Some(1_500_000), Some(-2)));
        let large = number(&"9".repeat(38));
        assert_eq!(
            (large.times(large), large.plus(large), Decimal::parse(&"9".repeat(39))),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn what_is_read_is_written(digits in any::<i64>(), places in 0_u32..30) {
            let own = Decimal { digits: digits.into(), places }.trimmed();
            prop_assert_eq!(number(&own.to_string()), own);
            prop_assert_eq!(own.plus(Decimal::default()), Some(own));
            prop_assert_eq!(own.times(number("1")), Some(own));
        }
    }
}
