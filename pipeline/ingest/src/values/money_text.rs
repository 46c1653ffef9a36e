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

/// Splits a number into its sign and the rest; none if the text has no mark of money. A second mark stays in the rest.
///
/// The sign of another currency than `currency` is not removed: its number would be misread.
pub(crate) fn split_money(text: &str, currency: Option<CurrencyCode>) -> Option<(bool, &str)> {
    let mut rest = text.trim();
    let (mut is_negative, mut has_sign, mut has_currency) = (false, false, false);
    loop {
        let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let minus = || rest.strip_prefix(['-', '−']).or_else(|| rest.strip_suffix(['-', '−']));
        if let Some(inner) = inner.or_else(minus).filter(|_| !has_sign) {
            (rest, is_negative, has_sign) = (inner.trim(), true, true);
        } else if let Some(inner) = rest.strip_prefix('+').filter(|_| !has_sign) {
            (rest, has_sign) = (inner.trim(), true);
        } else if let Some((inner, codes)) = strip_currency(rest).filter(|_| !has_currency) {
            if currency.is_some_and(|own| !codes.iter().any(|code| code.as_bytes() == own.0)) {
                return None;
            }
            (rest, has_currency) = (inner.trim(), true);
        } else {
            return (rest != text).then_some((is_negative, rest));
        }
    }
}

fn strip_currency(text: &str) -> Option<(&str, &'static [&'static str])> {
    SIGNS.iter().find_map(|(sign, codes)| Some((strip_sign(text, sign)?, *codes)))
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
            ("$(12.34)", Some((true, "12.34"))),
            ("$+1500", Some((false, "1500"))),
            ("(-5)", Some((true, "-5"))),
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
