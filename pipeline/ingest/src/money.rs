//! Money from text, exactly: no float on the way.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, LargeStringArray, StringArray, StringBuilder},
    compute::{CastOptions, cast_with_options},
    error::ArrowError,
};
use slotcast_lake::contract::money_type;

use crate::{checks::Faults, reason::Reason};

/// Digits before the point that the lake keeps.
const WHOLE_DIGITS: usize = 16;

/// The money of a column. What cannot be read becomes null and a fault. With
/// `round`, more than two decimals are rounded half away from zero instead.
pub(crate) fn money(
    text: &LargeStringArray,
    round: bool,
    column: usize,
    faults: &mut Faults,
) -> Result<ArrayRef, ArrowError> {
    let mut cleaned = StringBuilder::with_capacity(text.len(), text.len() * 8);
    for row in 0..text.len() {
        if text.is_null(row) {
            cleaned.append_null();
            continue;
        }
        match clean(text.value(row), round) {
            Ok(number) => cleaned.append_value(number),
            Err(reason) => {
                faults.add(row, column, reason);
                cleaned.append_null();
            }
        }
    }
    let cleaned: StringArray = cleaned.finish();
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let typed = cast_with_options(&cleaned, &money_type(), &options)?;
    if typed.null_count() > cleaned.null_count() {
        // Only rounding can still carry a number beyond what the lake keeps.
        for row in (0..typed.len()).filter(|row| typed.is_null(*row) && cleaned.is_valid(*row)) {
            faults.add(row, column, Reason::OutOfRange);
        }
    }
    Ok(Arc::new(typed))
}

/// The number without zeros that say nothing, if it is one.
fn clean(text: &str, round: bool) -> Result<&str, Reason> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || whole.is_empty() {
        return Err(Reason::BadNumber);
    }
    if whole.trim_start_matches('0').len() > WHOLE_DIGITS {
        return Err(Reason::OutOfRange);
    }
    let said = decimals.trim_end_matches('0').len();
    if said > 2 && !round {
        return Err(Reason::TooManyDecimals);
    }
    // A third decimal is enough to round by; more of them would only cost.
    let kept = said.min(3);
    let end = text.len() - decimals.len() + kept;
    Ok(if kept == 0 { text[..end].trim_end_matches('.') } else { &text[..end] })
}

#[cfg(test)]
mod tests {
    use arrow::{array::AsArray, datatypes::Decimal128Type};

    use super::*;

    fn read(text: &str, round: bool) -> Result<i128, Reason> {
        let mut faults = Faults::none(1);
        let array = money(&LargeStringArray::from(vec![text]), round, 0, &mut faults).unwrap();
        match faults.first(0) {
            Some(fault) => Err(fault.reason),
            None => Ok(array.as_primitive::<Decimal128Type>().value(0)),
        }
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
