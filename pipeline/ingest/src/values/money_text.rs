//! Numbers as people write money: currency signs, parentheses for negatives, a minus at the end.

/// Signs and words of currencies, with the codes that they stand for.
const SIGNS: [(&str, &[&str]); 34] = [
    ("₩", &["KRW"]),
    ("￦", &["KRW"]),
    ("원", &["KRW"]),
    ("KRW", &["KRW"]),
    ("US$", &["USD"]),
    ("USD", &["USD"]),
    ("R$", &["BRL"]),
    ("BRL", &["BRL"]),
    ("HK$", &["HKD"]),
    ("HKD", &["HKD"]),
    ("NT$", &["TWD"]),
    ("TWD", &["TWD"]),
    ("S$", &["SGD"]),
    ("SGD", &["SGD"]),
    ("A$", &["AUD"]),
    ("AUD", &["AUD"]),
    ("C$", &["CAD"]),
    ("CAD", &["CAD"]),
    ("$", &["USD", "AUD", "CAD", "HKD", "TWD", "SGD", "NZD", "MXN", "CLP", "COP", "ARS"]),
    ("€", &["EUR"]),
    ("EUR", &["EUR"]),
    ("£", &["GBP"]),
    ("GBP", &["GBP"]),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("円", &["JPY"]),
    ("JPY", &["JPY"]),
    ("元", &["CNY", "TWD"]),
    ("CNY", &["CNY"]),
    ("RMB", &["CNY"]),
    ("₫", &["VND"]),
    ("฿", &["THB"]),
    ("₱", &["PHP"]),
    ("₹", &["INR"]),
];

/// Code of a currency, such as `KRW`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// Code in a text; none if it does not have three letters.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.to_ascii_uppercase().as_bytes().try_into().ok().map(Self)
    }
}

/// Splits a number into its sign and the rest; none if the text has no mark of money, or several of a kind.
///
/// The sign of another currency than `currency` is not removed: its number would be misread.
pub(crate) fn split_money(text: &str, currency: Option<CurrencyCode>) -> Option<(bool, &str)> {
    let mut rest = text.trim();
    let mut minus_signs = 0;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        rest = inner.trim();
        minus_signs += 1;
    }
    let mut take_minus = |rest: &mut &str| {
        let found = rest.strip_prefix(['-', '−']).or_else(|| rest.strip_suffix(['-', '−']));
        if let Some(found) = found {
            *rest = found.trim();
            minus_signs += 1;
        }
    };
    take_minus(&mut rest);
    for (sign, codes) in SIGNS {
        let Some(found) = strip_sign(rest, sign) else { continue };
        if currency.is_some_and(|own| !codes.iter().any(|code| code.as_bytes() == own.0)) {
            return None;
        }
        rest = found.trim();
        take_minus(&mut rest);
        break;
    }
    (minus_signs <= 1 && rest != text).then_some((minus_signs == 1, rest))
}

fn strip_sign<'t>(text: &'t str, sign: &str) -> Option<&'t str> {
    text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_money() {
        for (text, parts) in [
            ("₩20,000", Some((false, "20,000"))),
            ("10,000원", Some((false, "10,000"))),
            ("(10,000)", Some((true, "10,000"))),
            ("($1,234.00)", Some((true, "1,234.00"))),
            ("-$5", Some((true, "5"))),
            ("$-5", Some((true, "5"))),
            ("5-", Some((true, "5"))),
            ("12.50 EUR", Some((false, "12.50"))),
            ("KRW 1000", Some((false, "1000"))),
            ("(-5)", None),
            ("--5", Some((true, "-5"))),
            ("12", None),
        ] {
            assert_eq!(split_money(text, None), parts, "{text}");
        }
        let won = CurrencyCode::parse("krw");
        assert_eq!(split_money("₩5", won), Some((false, "5")));
        assert_eq!(split_money("$5", won), None);
        assert_eq!(split_money("$5", CurrencyCode::parse("CAD")), Some((false, "5")));
    }
}
