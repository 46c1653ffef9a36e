//! Exact decimal arithmetic without floats.

use std::fmt;

use crate::values::plain_number::PlainNumber;

/// The number `digits / 10^scale`, without trailing zeros after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Parses a number in plain notation; none if it is invalid or has more than 38 digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let PlainNumber { is_negative, integer, fraction, .. } = PlainNumber::parse(text)?;
        let zeros = fraction.iter().rev().take_while(|digit| **digit == b'0').count();
        let fraction = &fraction[..fraction.len() - zeros];
        let mut digits = 0_i128;
        for byte in integer.iter().chain(fraction) {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        let digits = if is_negative { -digits } else { digits };
        Some(Self { digits, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// Product; none if it has more than 38 digits.
    pub(crate) fn checked_mul(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Self { digits, scale: self.scale.checked_add(other.scale)? }.normalized())
    }

    /// Sum; none if it has more than 38 digits.
    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let digits = self.scaled_up(scale)?.checked_add(other.scaled_up(scale)?)?;
        Some(Self { digits, scale }.normalized())
    }

    /// Sign: -1, 0 or 1.
    pub(crate) fn signum(self) -> i128 {
        self.digits.signum()
    }

    /// The number in units of `10^-scale`, rounded down.
    pub(crate) fn to_scale(self, scale: u32) -> Option<i128> {
        match self.scale.checked_sub(scale) {
            None | Some(0) => self.scaled_up(scale),
            Some(surplus) => {
                Some(10_i128.checked_pow(surplus).map_or(0, |unit| self.digits.div_euclid(unit)))
            }
        }
    }

    fn scaled_up(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }

    fn normalized(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!("{:0>1$}", self.digits.unsigned_abs(), scale + 1);
        let (integer, fraction) = digits.split_at(digits.len() - scale);
        f.write_str(if self.digits < 0 { "-" } else { "" })?;
        f.write_str(integer)?;
        if scale > 0 { write!(f, ".{fraction}") } else { Ok(()) }
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
    fn arithmetic_is_exact() {
        assert_eq!(number("6").checked_mul(number("2.55")).unwrap().to_string(), "15.3");
        assert_eq!(number("-3").checked_mul(number("0.1")).unwrap().to_string(), "-0.3");
        assert_eq!(number("0.1").checked_add(number("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(number("5.").checked_add(number("-5.000")).unwrap().to_string(), "0");
        assert_eq!(number("007.50").to_string(), "7.5");
        assert_eq!((number("-0.0").signum(), number("-2").signum(), number("0.001").signum()), (0, -1, 1));
        assert_eq!((number("1.5").to_scale(6), number("-1.5").to_scale(0)), (Some(1_500_000), Some(-2)));
        let large = number(&"9".repeat(38));
        assert_eq!(
            (large.checked_mul(large), large.checked_add(large), Decimal::parse(&"9".repeat(39))),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(digits in any::<i64>(), scale in 0_u32..30) {
            let own = Decimal { digits: digits.into(), scale }.normalized();
            prop_assert_eq!(number(&own.to_string()), own);
            prop_assert_eq!(own.checked_add(Decimal::default()), Some(own));
            prop_assert_eq!(own.checked_mul(number("1")), Some(own));
        }
    }
}
