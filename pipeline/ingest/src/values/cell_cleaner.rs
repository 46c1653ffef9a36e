//! Cleaning of cells before anything reads them: look-alikes, text guards of Excel, null words.

use std::borrow::Cow;

use memchr::memchr3;

use crate::values::normalize::normalize_text;

/// Mark that some exports set before a number, so that a spreadsheet takes it as text.
const UNIT_SEPARATOR: u8 = 0x1f;

/// Words that exports write for an empty cell. In ids, channels, kinds and currencies they are empty by default.
const NULL_WORDS: [&str; 12] =
    ["NULL", "null", "\\N", "#N/A", "#NULL!", "NaN", "nan", "None", "(null)", "<null>", "<NA>", "NaT"];

/// Cleaner for the cells of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct CellCleaner {
    /// Words of the mapping that make any cell empty.
    nulls: Vec<String>,
}

impl CellCleaner {
    pub(crate) fn new(nulls: &[String]) -> Self {
        Self { nulls: nulls.to_vec() }
    }

    /// Returns whether a whole record has nothing to clean.
    #[inline]
    pub(crate) fn skips(&self, record: &str) -> bool {
        self.nulls.is_empty()
            && record.is_ascii()
            && memchr3(b'=', b'\'', UNIT_SEPARATOR, record.as_bytes()).is_none()
    }

    /// Cleans a cell; none if nothing is left. `is_normalized` is set if letters of the text change.
    pub(crate) fn clean<'t>(&self, text: &'t str, is_normalized: &mut bool) -> Option<Cow<'t, str>> {
        let mut text = normalize_text(text);
        *is_normalized |= matches!(text, Cow::Owned(_));
        if let Some(guarded) = guarded_text(&text) {
            text = Cow::Owned(guarded.to_owned());
        }
        let is_empty = text.is_empty() || self.nulls.iter().any(|word| *word == *text);
        (!is_empty).then_some(text)
    }
}

/// Returns whether a text is a word for an empty cell.
#[inline]
pub(crate) fn is_null_word(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'N' | b'n' | b'\\' | b'#' | b'(' | b'<'))
        && NULL_WORDS.contains(&text)
}

/// Text that is guarded against the conversions of a spreadsheet: `="0001"`, or a number after an apostrophe.
fn guarded_text(text: &str) -> Option<&str> {
    match text.as_bytes().first()? {
        b'=' => {
            let inner = text.strip_prefix("=\"")?.strip_suffix('"')?;
            (!inner.contains('"')).then(|| inner.trim())
        }
        b'\'' => {
            let inner = &text[1..];
            let is_number = inner.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte));
            (is_number && inner.bytes().any(|byte| byte.is_ascii_digit())).then_some(inner)
        }
        &UNIT_SEPARATOR => Some(text[1..].trim()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        let cleaner = CellCleaner::new(&["-".to_owned(), "없음".to_owned()]);
        let clean = |text: &str| {
            let mut is_normalized = false;
            let cell = cleaner.clean(text, &mut is_normalized).map(Cow::into_owned);
            (cell, is_normalized)
        };
        for (text, cell, is_normalized) in [
            ("a", Some("a"), false),
            ("-", None, false),
            ("없음", None, false),
            ("=\"0001\"", Some("0001"), false),
            ("=\"\"", None, false),
            ("=A1&\"x\"", Some("=A1&\"x\""), false),
            ("'0003", Some("0003"), false),
            ("\u{1f}0031", Some("0031"), false),
            ("'Twas", Some("'Twas"), false),
            ("'", Some("'"), false),
            ("\u{feff}", None, true),
            ("C1\u{200b}", Some("C1"), true),
        ] {
            assert_eq!(clean(text), (cell.map(str::to_owned), is_normalized), "{text:?}");
        }
        let plain = CellCleaner::default();
        assert!(plain.skips("a,b") && !plain.skips("a,'1") && !plain.skips("가") && !cleaner.skips("a"));
    }

    #[test]
    fn null_words() {
        assert!(NULL_WORDS.iter().all(|word| is_null_word(word)));
        assert!(!["", "none", "N", "null1", "#"].iter().any(|word| is_null_word(word)));
    }
}
