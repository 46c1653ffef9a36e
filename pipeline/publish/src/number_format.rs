//! Numbers as text, independent of language, locale and machine.

/// The shortest text that parses back to the same number, without exponent. Empty unless finite.
pub(crate) fn shortest(value: f64) -> String {
    // Adding zero turns -0 into 0.
    if value.is_finite() { (value + 0.0).to_string() } else { String::new() }
}

/// At most `decimals` decimals, without trailing zeros. Empty unless finite.
pub(crate) fn rounded(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let text = format!("{value:.decimals$}");
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { text.as_str() };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Like [`rounded`], with commas between thousands.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let text = rounded(value, decimals);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut out = sign.to_owned();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

/// Money: no decimals for whole amounts, two for others.
pub(crate) fn money(value: f64) -> String {
    let text = grouped(value, 2);
    match text.split_once('.') {
        Some((_, cents)) if cents.len() == 1 => text + "0",
        _ => text,
    }
}

/// A probability for a table, with six decimals.
pub(crate) fn six_decimals(value: f64) -> String {
    format!("{:.6}", value + 0.0)
}

/// A probability for people. Only certainty is shown as 0 % or 100 %.
pub(crate) fn percent(share: f64) -> String {
    if !share.is_finite() {
        "–".to_owned()
    } else if share > 0.0 && share < 0.0005 {
        "<0.1 %".to_owned()
    } else if (0.9995..1.0).contains(&share) {
        ">99.9 %".to_owned()
    } else {
        format!("{} %", rounded(100.0 * share, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_trailing_digits() {
        assert_eq!(
            (shortest(4000.0), shortest(12.5), shortest(-0.0)),
            ("4000".into(), "12.5".into(), "0".into())
        );
        assert_eq!((shortest(f64::NAN), rounded(f64::INFINITY, 2)), (String::new(), String::new()));
        assert_eq!(
            (rounded(4000.004, 2), rounded(-0.001, 2), rounded(100.0, 0)),
            ("4000".into(), "0".into(), "100".into())
        );
    }

    #[test]
    fn thousands_are_grouped() {
        let cases = [(0.0, "0"), (999.0, "999"), (1_000.0, "1,000"), (-1_234_567.5, "-1,234,567.5")];
        for (value, text) in cases {
            assert_eq!(grouped(value, 1), text);
        }
        assert_eq!((money(120.5), money(39_000.0)), ("120.50".into(), "39,000".into()));
    }

    #[test]
    fn only_certainty_is_shown_as_certain() {
        let cases =
            [(0.0, "0 %"), (0.0001, "<0.1 %"), (0.7316, "73.2 %"), (0.9996, ">99.9 %"), (1.0, "100 %")];
        for (share, text) in cases {
            assert_eq!(percent(share), text);
        }
    }
}
