//! Invisible characters in messages.

use std::borrow::Cow;

/// Returns the text with invisible characters as `\u{200b}`: controls, zero-width and bidirectional marks.
pub fn escape_invisible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_invisible(letter) {
            escaped.extend(letter.escape_unicode());
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

fn is_invisible(letter: char) -> bool {
    let code = u32::from(letter);
    letter.is_control()
        || matches!(
            code,
            0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
                | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
                | 0xfff0..=0xfffb | 0xe0000..=0xe0fff
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters() {
        assert!(matches!(escape_invisible("주문 é 👍.csv"), Cow::Borrowed(_)));
        let given = "a\u{200b}b\u{202e}c\u{feff}\n\t\u{1b}[0m";
        assert_eq!(escape_invisible(given), "a\\u{200b}b\\u{202e}c\\u{feff}\\u{a}\\u{9}\\u{1b}[0m");
    }
}
