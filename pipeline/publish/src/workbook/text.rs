//! Text as a cell can hold it: XML has no control characters, and Excel no cell of more than 32,767 characters.

use std::borrow::Cow;

/// What a cell of Excel holds, counted as Excel counts, in UTF-16.
pub(super) const LONGEST: usize = 32_767;
/// What a hyperlink of Excel holds.
const LONGEST_LINK: usize = 2_079;

/// The text with a replacement character for what XML cannot hold, and line ends as Excel has them.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| letter == '\r' || is_forbidden(letter)) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(text.replace(is_forbidden, "\u{fffd}"))
}

fn is_forbidden(letter: char) -> bool {
    matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// How long Excel finds a text.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The longest beginning of `text` that is no longer than `most`.
pub(super) fn beginning(text: &str, most: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, letter)| {
        taken += letter.len_utf16();
        taken > most
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// The target of a link that leads to a page of the web and nowhere else; none where the text is no such address,
/// or one that a workbook cannot hold as it is.
pub(super) fn link_target(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let place = rest.split(['/', '?', '#']).next().filter(|place| is_place(place));
    let is_odd = |letter: char| {
        letter.is_control() || letter.is_whitespace() || is_forbidden(letter) || matches!(letter, '\\' | '|')
    };
    if !is_web || place.is_none() || text.contains(is_odd) {
        return None;
    }
    let target = spelled_out(text);
    // The writer escapes a percent sign unless it knows the address to be escaped; it goes by these.
    let is_known = ["%20", "%22", "%25", "%60", "%3c", "%3e", "%5b", "%5d", "%5e", "%7b", "%7d"];
    let lower = target.to_ascii_lowercase();
    let is_kept = !target.contains('%') || is_known.iter().any(|escape| lower.contains(escape));
    // Escaped, a letter takes three.
    let long: usize = target.chars().map(|letter| if letter.is_ascii_alphanumeric() { 1 } else { 3 }).sum();
    (is_kept && long <= LONGEST_LINK).then_some(target)
}

/// Whether it is a name of a host, with or without a port. No user: it would pass for the host.
fn is_place(place: &str) -> bool {
    let (host, port) = place.split_once(':').unwrap_or((place, ""));
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    host.starts_with(char::is_alphanumeric)
        && host.chars().all(is_name)
        && port.bytes().all(|digit| digit.is_ascii_digit())
}

/// Escaped letters beyond ASCII as the letters that they are: browsers escape them again. What is no letter
/// stays escaped.
fn spelled_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let escaped: Vec<u8> = rest.as_bytes().chunks_exact(3).map_while(high_byte).collect();
        let letters =
            std::str::from_utf8(&escaped).ok().filter(|letters| letters.chars().all(char::is_alphanumeric));
        match letters {
            Some(letters) if !letters.is_empty() => {
                out.push_str(letters);
                rest = &rest[3 * escaped.len()..];
            }
            _ => {
                out.push('%');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// A byte beyond ASCII, escaped.
fn high_byte(escape: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(escape.strip_prefix(b"%")?).ok()?;
    u8::from_str_radix(digits, 16).ok().filter(|byte| *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_seen_to_be_missing() {
        assert_eq!(clean("a\u{1}b\u{ffff}\r\nc\rd\te"), "a\u{fffd}b\u{fffd}\nc\nd\te");
        assert!(matches!(clean("\u{202e}목록 🎁 \u{7f}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_beginning_never_splits_a_letter() {
        assert_eq!(
            (beginning("가나다", 2), beginning("a🎁b", 2), beginning("a🎁b", 3)),
            ("가나", "a", "a🎁")
        );
        assert_eq!((beginning("", 0), length("a🎁")), ("", 3));
    }

    #[test]
    fn only_pages_of_the_web_are_links() {
        for link in
            ["https://makers.example/p/1?a=1&b=\"2\"#top", "HTTP://a.example", "http://가게.kr:8080/[a]"]
        {
            assert_eq!(link_target(link).as_deref(), Some(link));
        }
        let long = format!("https://a.example/{}", "x".repeat(2_100));
        let others = [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "a://b",
            "https://",
            "https://a b",
            "https://a\u{1}",
            "https://bank.example@a.example/",
            "https://a.example:port/",
            "https://a.example\\b",
            &long,
        ];
        for text in others {
            assert_eq!(link_target(text), None, "{text}");
        }
    }

    #[test]
    fn letters_of_an_address_are_not_escaped_twice() {
        let target = |text: &str| link_target(text);
        assert_eq!(target("https://a.kr/%EC%9A%B0%eb%a6%ac?x=1").as_deref(), Some("https://a.kr/우리?x=1"));
        assert_eq!(target("https://a.kr/%EC%9A%B0%20a%2F").as_deref(), Some("https://a.kr/우%20a%2F"));
        assert_eq!(target("https://a.kr/a%2Fb"), None, "the writer would escape it once more");
        assert_eq!(target("https://a.kr/%EC%9A%"), None, "a letter that is cut");
    }
}
