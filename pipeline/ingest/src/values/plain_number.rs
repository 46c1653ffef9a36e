//! Plain decimal numbers such as `-12.50`, parsed to money and integers without floats.

use crate::report::reject_reason::RejectReason;

/// Integer digits that the lake stores for money.
const MAX_MONEY_DIGITS: usize = 16;

/// Parts of a number in plain notation: no exponent, no thousands separator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainNumber<'a> {
    pub(crate) is_negative: bool,
    /// Digits before the point; at least one.
    pub(crate) integer: &'a [u8],
    /// Digits after the point.
    pub(crate) fraction: &'a [u8],
    has_point: bool,
}

impl<'a> PlainNumber<'a> {
    /// Splits a number; none if the text is not a number in plain notation.
    #[inline]
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (is_negative, digits) = match text.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let point = digits.iter().position(|byte| *byte == b'.');
        let (integer, fraction) = match point {
            Some(at) => (&digits[..at], &digits[at + 1..]),
            None => (digits, &digits[..0]),
        };
        let is_valid = !integer.is_empty() && integer.iter().chain(fraction).all(u8::is_ascii_digit);
        is_valid.then_some(Self { is_negative, integer, fraction, has_point: point.is_some() })
    }
}

/// Parses money to hundredths. With `round`, more than two decimals are rounded half away from zero.
pub(crate) fn parse_money(text: &str, round: bool) -> Result<i128, RejectReason> {
    let number = PlainNumber::parse(text).ok_or(RejectReason::BadNumber)?;
    let PlainNumber { integer, fraction, .. } = number;
    let is_zero = |digit: &&u8| **digit == b'0';
    if integer.len() - integer.iter().take_while(is_zero).count() > MAX_MONEY_DIGITS {
        return Err(RejectReason::OutOfRange);
    }
    let significant = fraction.len() - fraction.iter().rev().take_while(is_zero).count();
    if significant > 2 && !round {
        return Err(RejectReason::TooManyDecimals);
    }
    let append = |sum: i128, digit: &u8| sum * 10 + i128::from(digit - b'0');
    let decimal = |at: usize| fraction.get(at).copied().unwrap_or(b'0');
    let cents = [decimal(0), decimal(1)].iter().fold(integer.iter().fold(0, append), append);
    // The third decimal decides the rounding.
    let cents = cents + i128::from(decimal(2) >= b'5');
    if cents >= 10_i128.pow(18) {
        return Err(RejectReason::OutOfRange);
    }
    Ok(if number.is_negative { -cents } else { cents })
}

/// Parses an integer. `3.0` and `3.00` are accepted: pandas and databases write integers so.
pub(crate) fn parse_integer(text: &str) -> Result<i64, RejectReason> {
    let number = PlainNumber::parse(text).ok_or(RejectReason::BadNumber)?;
    let has_only_zeros = !number.fraction.is_empty() && number.fraction.iter().all(|digit| *digit == b'0');
    if number.has_point && !has_only_zeros {
        return Err(RejectReason::BadNumber);
    }
    let sign = if number.is_negative { -1 } else { 1 };
    let append = |sum: i64, digit: &u8| sum.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0'));
    number.integer.iter().try_fold(0, append).ok_or(RejectReason::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, number) in [("0", 0), ("-7", -7), ("+7", 7), ("3.0", 3), ("3.000", 3), ("007", 7)] {
            assert_eq!(parse_integer(text), Ok(number), "{text}");
        }
        for text in ["", "-", "3.", "3.5", "1e3", "1,000", "三", "3.0.0", "--1"] {
            assert_eq!(parse_integer(text), Err(RejectReason::BadNumber), "{text}");
        }
        assert_eq!(parse_integer("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(parse_integer("9223372036854775808"), Err(RejectReason::OutOfRange));
    }

    #[test]
    fn money_is_exact() {
        let cases = [
            ("0", 0),
            ("-0.00", 0),
            ("4000.0", 400_000),
            ("0.1", 10),
            ("19.99", 1_999),
            ("+7", 700),
            ("12.3400000", 1_234),
            ("5.", 500),
            ("-3.5", -350),
            ("9999999999999999.99", 999_999_999_999_999_999),
            ("0000000000000000000001", 100),
        ];
        for (text, cents) in cases {
            assert_eq!(parse_money(text, false), Ok(cents), "{text}");
        }
    }

    #[test]
    fn invalid_money_is_rejected() {
        for text in ["", "-", "1,000", "1e3", "12.3.4", "₩5", "NaN", "--1", "1.-2", ".5"] {
            assert_eq!(parse_money(text, false), Err(RejectReason::BadNumber), "{text}");
        }
        assert_eq!(parse_money("13885.057", false), Err(RejectReason::TooManyDecimals));
        assert_eq!(parse_money("10000000000000000", false), Err(RejectReason::OutOfRange));
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        let cases = [
            ("13885.057", 1_388_506),
            ("26862.336", 2_686_234),
            ("1.005", 101),
            ("1.00499999", 100),
            ("-1.005", -101),
            ("0.999", 100),
        ];
        for (text, cents) in cases {
            assert_eq!(parse_money(text, true), Ok(cents), "{text}");
        }
        assert_eq!(parse_money("9999999999999999.999", true), Err(RejectReason::OutOfRange));
    }
}
