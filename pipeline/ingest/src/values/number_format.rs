//! Number formats of sources, and their conversion to plain notation.

use std::borrow::Cow;

use crate::values::{
    money_text::{CurrencyCode, split_money},
    plain_number::PlainNumber,
};

/// Spaces between groups of digits. Spreadsheets write no-break spaces.
const SPACES: [char; 3] = [' ', '\u{a0}', '\u{202f}'];

/// Decimal and thousands separators of a source, and its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberFormat {
    pub(crate) decimal: char,
    pub(crate) thousands: Option<char>,
    /// Currency whose signs may stand next to a number; none allows every known sign.
    pub(crate) currency: Option<CurrencyCode>,
}

impl Default for NumberFormat {
    /// Plain notation: digits with a point.
    fn default() -> Self {
        Self { decimal: '.', thousands: None, currency: None }
    }
}

impl NumberFormat {
    /// Returns whether the source writes numbers in plain notation.
    pub(crate) fn is_plain(self) -> bool {
        self.decimal == '.' && self.thousands.is_none()
    }

    /// Plain notation, with the same currency.
    pub(crate) fn plain(self) -> Self {
        Self { currency: self.currency, ..Self::default() }
    }

    /// Converts a number to plain notation; none if the text is not a number in this format.
    ///
    /// One currency sign, parentheses and a minus at the end are read as in accounts. A group of
    /// digits that is not three long is invalid: the declared format may be wrong.
    pub(crate) fn to_plain(self, text: &str) -> Option<Cow<'_, str>> {
        if let Some(plain) = self.bare_to_plain(text) {
            return Some(plain);
        }
        let (is_negative, rest) = split_money(text, self.currency)?;
        if !rest.starts_with(|letter: char| letter.is_ascii_digit()) {
            return None;
        }
        let plain = self.bare_to_plain(rest)?;
        Some(if is_negative { Cow::Owned(format!("-{plain}")) } else { Cow::Owned(plain.into_owned()) })
    }

    fn bare_to_plain(self, text: &str) -> Option<Cow<'_, str>> {
        if self.is_plain() {
            return PlainNumber::parse(text).map(|_| Cow::Borrowed(text));
        }
        let (sign, unsigned) = text.split_at(usize::from(text.starts_with(['-', '+'])));
        let (integer, fraction) = match unsigned.split_once(self.decimal) {
            Some((integer, fraction)) => (integer, Some(fraction)),
            None => (unsigned, None),
        };
        let mut plain = String::with_capacity(text.len());
        plain.push_str(sign);
        for (index, group) in integer.split(|letter| self.is_thousands(letter)).enumerate() {
            let is_grouped = integer.len() > group.len();
            let is_valid_length = match index {
                0 => !is_grouped || (1..=3).contains(&group.len()),
                _ => group.len() == 3,
            };
            if !is_valid_length || !group.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            plain.push_str(group);
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        PlainNumber::parse(&plain).is_some().then_some(Cow::Owned(plain))
    }

    fn is_thousands(self, letter: char) -> bool {
        match self.thousands {
            Some(' ') => SPACES.contains(&letter),
            thousands => thousands == Some(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_to_plain_notation() {
        let german = NumberFormat { decimal: ',', thousands: Some('.'), ..NumberFormat::default() };
        let french = NumberFormat { decimal: ',', thousands: Some(' '), ..NumberFormat::default() };
        let english = NumberFormat { decimal: '.', thousands: Some(','), ..NumberFormat::default() };
        let ungrouped = NumberFormat { decimal: ',', thousands: None, ..NumberFormat::default() };
        for (format, text, plain) in [
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
            (ungrouped, "1234,50", Some("1234.50")),
            (ungrouped, "12.50", None),
            (ungrouped, "", None),
            (NumberFormat::default(), "12.50", Some("12.50")),
            (NumberFormat::default(), "1e3", None),
            (NumberFormat::default(), "nan", None),
            (english, "₩20,000", Some("20000")),
            (english, "($1,234.50)", Some("-1234.50")),
            (german, "1.234,50 €", Some("1234.50")),
            (german, "1.234,50-", Some("-1234.50")),
            (english, "$+5", Some("5")),
            (english, "(-5)", None),
            (english, "₩", None),
            (NumberFormat::default(), "₩20,000", None),
            (NumberFormat::default(), "12.50 EUR", Some("12.50")),
        ] {
            assert_eq!(format.to_plain(text).as_deref(), plain, "{format:?} {text}");
        }
    }
}
