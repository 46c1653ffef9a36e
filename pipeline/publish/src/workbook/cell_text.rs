//! Texts and links within the limits of XML and Excel.

use std::borrow::Cow;

/// Limit of a cell in UTF-16 code units.
pub(super) const MAX_LENGTH: usize = 32_767;
/// Limit of a hyperlink.
const MAX_LINK_LENGTH: usize = 2_079;

/// The text with Excel's line ends, and with replacement characters for control characters, which XML
/// forbids.
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

/// Length in UTF-16 code units.
pub(super) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The longest prefix of `text` of at most `max` code units.
pub(super) fn prefix(text: &str, max: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, letter)| {
        taken += letter.len_utf16();
        taken > max
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// Target of a link to a web page. `None` if the text is no web address, or if a workbook cannot hold it
/// unchanged.
pub(super) fn link_target(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let host = rest.split(['/', '?', '#']).next().filter(|host| is_host(host));
    let is_odd = |letter: char| {
        letter.is_control() || letter.is_whitespace() || is_forbidden(letter) || matches!(letter, '\\' | '|')
    };
    if !is_web || host.is_none() || text.contains(is_odd) {
        return None;
    }
    let target = decode_letters(text);
    // The library encodes percent signs unless the address contains one of these codes.
    let is_known = ["%20", "%22", "%25", "%60", "%3c", "%3e", "%5b", "%5d", "%5e", "%7b", "%7d"];
    let lower = target.to_ascii_lowercase();
    let is_kept = !target.contains('%') || is_known.iter().any(|escape| lower.contains(escape));
    // An encoded letter takes three characters.
    let long: usize = target.chars().map(|letter| if letter.is_ascii_alphanumeric() { 1 } else { 3 }).sum();
    (is_kept && long <= MAX_LINK_LENGTH).then_some(target)
}

/// Whether the text is a host, with or without a port. A user is not allowed, because it could pass for the
/// host.
fn is_host(host_and_port: &str) -> bool {
    let (host, port) = host_and_port.split_once(':').unwrap_or((host_and_port, ""));
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    host.starts_with(char::is_alphanumeric)
        && host.chars().all(is_name)
        && port.bytes().all(|digit| digit.is_ascii_digit())
}

/// Percent-encoded letters beyond ASCII, decoded: browsers encode them again. Other bytes stay encoded.
fn decode_letters(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let escaped: Vec<u8> = rest.as_bytes().chunks_exact(3).map_while(decode_high_byte).collect();
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

/// A percent-encoded byte beyond ASCII.
fn decode_high_byte(escape: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(escape.strip_prefix(b"%")?).ok()?;
    u8::from_str_radix(digits, 16).ok().filter(|byte| *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(clean("a\u{1}b\u{ffff}\r\nc\rd\te"), "a\u{fffd}b\u{fffd}\nc\nd\te");
        assert!(matches!(clean("\u{202e}목록 🎁 \u{7f}"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_prefix_never_splits_a_character() {
        assert_eq!((prefix("가나다", 2), prefix("a🎁b", 2), prefix("a🎁b", 3)), ("가나", "a", "a🎁"));
        assert_eq!((prefix("", 0), length("a🎁")), ("", 3));
    }

    #[test]
    fn only_web_pages_are_links() {
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
    fn letters_are_not_encoded_twice() {
        let target = |text: &str| link_target(text);
        assert_eq!(target("https://a.kr/%EC%9A%B0%eb%a6%ac?x=1").as_deref(), Some("https://a.kr/우리?x=1"));
        assert_eq!(target("https://a.kr/%EC%9A%B0%20a%2F").as_deref(), Some("https://a.kr/우%20a%2F"));
        assert_eq!(target("https://a.kr/a%2Fb"), None, "the library would encode it again");
        assert_eq!(target("https://a.kr/%EC%9A%"), None, "a letter that is cut");
    }
}
