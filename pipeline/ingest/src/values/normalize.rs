//! Normalization of text, so that texts that look equal are equal.
//!
//! Letters are composed (NFC). Marks without width are removed, and a no-break space is a space.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Normalizes a text and trims it. ASCII text is returned as it is.
pub fn normalize_text(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    match normalize_letters(text) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Normalizes a text.
pub(crate) fn normalize_letters(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.chars().all(is_stable) {
        return Cow::Borrowed(text);
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    if composed.chars().any(|letter| is_invisible(letter) || is_no_break_space(letter)) {
        return Cow::Owned(remove_invisible(&composed));
    }
    composed
}

fn remove_invisible(text: &str) -> String {
    let mut previous = ' ';
    let mut kept = String::with_capacity(text.len());
    for letter in text.chars() {
        // A joiner after an emoji is a part of it.
        let is_joiner = letter == '\u{200d}' && is_emoji(previous);
        if is_no_break_space(letter) {
            kept.push(' ');
        } else if is_joiner || !is_invisible(letter) {
            kept.push(letter);
        }
        previous = letter;
    }
    kept
}

/// Letters that stay as they are next to each other: Latin, Hangul syllables, kana, Chinese characters.
fn is_stable(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{7f}'
        | '\u{c0}'..='\u{24f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}')
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn is_no_break_space(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{1f000}'..|'\u{2600}'..='\u{27bf}'| '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_looks_are_equal() {
        for (text, normal) in [
            ("plain", "plain"),
            ("\u{1107}\u{1169}\u{11b7}\u{1106}\u{1165}\u{1100}\u{1173}", "봄머그"),
            ("Cafe\u{301}", "Café"),
            ("\u{feff}C1\u{200b}", "C1"),
            ("C\u{ad}1\u{2060}", "C1"),
            ("\u{a0}C\u{a0}1\u{a0}", "C 1"),
            ("か\u{3099}", "が"),
            ("👩\u{200d}🎨", "👩\u{200d}🎨"),
            ("a\u{200d}b", "ab"),
            ("\u{200b}", ""),
        ] {
            assert_eq!(normalize_text(text), normal, "{text:?}");
        }
        assert!(matches!(normalize_text("봄 머그 №"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn normal_text_stays(text in ".{0,12}") {
            let once = normalize_text(&text).into_owned();
            prop_assert_eq!(normalize_text(&once), once.clone());
            if text.chars().all(is_stable) {
                let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
                prop_assert_eq!(composed, text);
            }
        }
    }
}
