//! Text that is UTF-8, or CP949, in which Korean spreadsheets save.
//!
//! No byte that a table is built of (quote, comma, semicolon, tab, bar, line break)
//! occurs inside a character of CP949, so rows are found first and cells decoded after.

use std::borrow::Cow;

use encoding_rs::EUC_KR;
use serde::Deserialize;

use crate::rows::guard::guarded;

/// How text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum TextEncoding {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// CP949, which web standards call EUC-KR.
    #[serde(rename = "cp949")]
    Cp949,
}

impl TextEncoding {
    /// What a sample is, by its lines that are not plain ASCII; none if there is no such line.
    /// Korean text in CP949 is hardly ever valid UTF-8, and the other way round.
    pub(crate) fn of(sample: &[u8]) -> Option<Self> {
        let (mut utf8, mut cp949, mut seen) = (0_usize, 0_usize, false);
        for line in sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()).take(1_000) {
            seen = true;
            utf8 += usize::from(std::str::from_utf8(line).is_ok());
            cp949 += usize::from(Self::Cp949.decode(line).is_some());
        }
        seen.then_some(if cp949 > utf8 { Self::Cp949 } else { Self::Utf8 })
    }

    /// Whether these bytes are text in this encoding.
    pub(crate) fn holds(self, bytes: &[u8]) -> bool {
        bytes.is_ascii() || self.decode(bytes).is_some()
    }

    /// The text, if the bytes are one.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Cp949 => {
                guarded(|| EUC_KR.decode_without_bom_handling_and_without_replacement(bytes)).ok().flatten()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_text_is_told_by_its_bytes() {
        let text = "product_id,title\n1,한정판 머그컵\n2,plain\n";
        let (cp949, _, _) = EUC_KR.encode(text);
        assert_eq!(TextEncoding::of(text.as_bytes()), Some(TextEncoding::Utf8));
        assert_eq!(TextEncoding::of(&cp949), Some(TextEncoding::Cp949));
        assert_eq!(TextEncoding::of(b"a,b\n1,2\n"), None);
        assert_eq!(TextEncoding::Cp949.decode(&cp949).as_deref(), Some(text));
        // A sample may be cut inside a character.
        assert_eq!(TextEncoding::of(&text.as_bytes()[..20]), Some(TextEncoding::Utf8));
    }

    #[test]
    fn no_character_of_cp949_holds_a_byte_that_builds_tables() {
        for code in 0xac00..=0xd7a3_u32 {
            let letter = char::from_u32(code).unwrap().to_string();
            let (bytes, _, unmappable) = EUC_KR.encode(&letter);
            assert!(!unmappable);
            assert!(bytes.iter().all(|byte| !b"\",;\t|\r\n\0".contains(byte)), "{letter}");
        }
    }
}
