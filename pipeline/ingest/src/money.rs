//! Money and whole numbers from text, exactly: no float on the way.

use crate::reason::Reason;

/// Digits before the point that the lake keeps.
const WHOLE_DIGITS: usize = 16;

/// Hundredths. With `round`, more than two decimals are rounded half away from zero.
pub(crate) fn money(text: &str, round: bool) -> Result<i128, Reason> {
    let (is_negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    let point = memchr::memchr(b'.', digits);
    let (whole, decimals) = match point {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, &digits[..0]),
    };
    if whole.is_empty() || !whole.iter().chain(decimals).all(u8::is_ascii_digit) {
        return Err(Reason::BadNumber);
    }
    let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
    if whole.len() - zeros > WHOLE_DIGITS {
        return Err(Reason::OutOfRange);
    }
    let said = decimals.len() - decimals.iter().rev().take_while(|digit| **digit == b'0').count();
    if said > 2 && !round {
        return Err(Reason::TooManyDecimals);
    }
    let add = |sum: i128, digit: &u8| sum * 10 + i128::from(digit - b'0');
    let decimal = |at: usize| decimals.get(at).copied().unwrap_or(b'0');
    let cents = [decimal(0), decimal(1)].iter().fold(whole.iter().fold(0, add), add);
    // The third decimal is enough to round by.
    let cents = cents + i128::from(decimal(2) >= b'5');
    if cents >= 10_i128.pow(18) {
        return Err(Reason::OutOfRange);
    }
    Ok(if is_negative { -cents } else { cents })
}

/// A whole number; pandas writes them as `3.0`, and a database may write `3.00`.
pub(crate) fn whole(text: &str) -> Result<i64, Reason> {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|zero| zero == b'0') => whole,
        _ => text,
    };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Reason::BadNumber);
    }
    text.parse().map_err(|_| Reason::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::money as read;
    use super::*;

    #[test]
    fn whole_numbers_are_whole() {
        for (text, number) in [("0", 0), ("-7", -7), ("+7", 7), ("3.0", 3), ("3.000", 3), ("007", 7)] {
            assert_eq!(whole(text), Ok(number), "{text}");
        }
        for text in ["", "-", "3.5", "1e3", "1,000", "三", "3.0.0", "--1"] {
            assert_eq!(whole(text), Err(Reason::BadNumber), "{text}");
        }
        assert_eq!(whole("9223372036854775808"), Err(Reason::OutOfRange));
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
            assert_eq!(read(text, false), Ok(cents), "{text}");
        }
    }

    #[test]
    fn what_is_no_money_is_refused() {
        for text in ["", "-", "1,000", "1e3", "12.3.4", "₩5", "NaN", "--1", "1.-2", ".5"] {
            assert_eq!(read(text, false), Err(Reason::BadNumber), "{text}");
        }
        assert_eq!(read("13885.057", false), Err(Reason::TooManyDecimals));
        assert_eq!(read("10000000000000000", false), Err(Reason::OutOfRange));
    }

    #[test]
    fn rounding_is_half_away_from_zero_and_only_where_asked_for() {
        let cases = [
            ("13885.057", 1_388_506),
            ("26862.336", 2_686_234),
            ("1.005", 101),
            ("1.00499999", 100),
            ("-1.005", -101),
            ("0.999", 100),
        ];
        for (text, cents) in cases {
            assert_eq!(read(text, true), Ok(cents), "{text}");
        }
        assert_eq!(read("9999999999999999.999", true), Err(Reason::OutOfRange));
    }
}
