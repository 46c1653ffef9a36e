//! Text encodings: UTF-8, and CP949, the encoding of Korean spreadsheets.
//!
//! No CP949 character contains a structural byte of a table: quote, comma, semicolon, tab,
//! bar or line break. So rows are split first and cells decoded later.

use std::borrow::Cow;

use encoding_rs::EUC_KR;
use serde::Deserialize;

use crate::source::panic_guard::guarded;

/// Encoding of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum TextEncoding {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// CP949; web standards name it EUC-KR.
    #[serde(rename = "cp949")]
    Cp949,
}

impl TextEncoding {
    /// Detects the encoding by the lines that are not ASCII; none if all lines are.
    ///
    /// Korean text in one of the two encodings is rarely valid in the other.
    pub(crate) fn detect(sample: &[u8]) -> Option<Self> {
        let (mut utf8, mut cp949, mut has_line) = (0_usize, 0_usize, false);
        for line in sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()).take(1_000) {
            has_line = true;
            utf8 += usize::from(std::str::from_utf8(line).is_ok());
            cp949 += usize::from(Self::Cp949.decode(line).is_some());
        }
        has_line.then_some(if cp949 > utf8 { Self::Cp949 } else { Self::Utf8 })
    }

    /// Returns whether the bytes are valid in this encoding.
    pub(crate) fn is_valid(self, bytes: &[u8]) -> bool {
        bytes.is_ascii() || self.decode(bytes).is_some()
    }

    /// Decodes the bytes; none if they are invalid.
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
    fn detection_of_korean_text() {
        let text = "product_id,title\n1,한정판 머그컵\n2,plain\n";
        let (cp949, _, _) = EUC_KR.encode(text);
        assert_eq!(TextEncoding::detect(text.as_bytes()), Some(TextEncoding::Utf8));
        assert_eq!(TextEncoding::detect(&cp949), Some(TextEncoding::Cp949));
        assert_eq!(TextEncoding::detect(b"a,b\n1,2\n"), None);
        assert_eq!(TextEncoding::Cp949.decode(&cp949).as_deref(), Some(text));
        // A sample may end inside a character.
        assert_eq!(TextEncoding::detect(&text.as_bytes()[..20]), Some(TextEncoding::Utf8));
    }

    #[test]
    fn cp949_characters_contain_no_structural_byte() {
        for code in 0xac00..=0xd7a3_u32 {
            let letter = char::from_u32(code).unwrap().to_string();
            let (bytes, _, unmappable) = EUC_KR.encode(&letter);
            assert!(!unmappable);
            assert!(bytes.iter().all(|byte| !b"\",;\t|\r\n\0".contains(byte)), "{letter}");
        }
    }
}
