//! Text encodings: UTF-8 and the legacy encodings of spreadsheets.

use std::fmt;

use encoding_rs::{EUC_KR, Encoding, MACINTOSH, REPLACEMENT, SHIFT_JIS, UTF_8, X_USER_DEFINED};

/// Names that spreadsheets and databases use, besides the labels of the WHATWG.
const OTHER_NAMES: [(&str, &Encoding); 8] = [
    ("cp949", EUC_KR),
    ("ms949", EUC_KR),
    ("uhc", EUC_KR),
    ("cp932", SHIFT_JIS),
    ("macroman", MACINTOSH),
    ("mac-roman", MACINTOSH),
    ("mac_roman", MACINTOSH),
    ("utf8", UTF_8),
];

/// Encoding of a text file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextEncoding(pub(crate) &'static Encoding);

impl TextEncoding {
    pub(crate) const UTF8: Self = Self(UTF_8);

    /// Encoding by its name, in any case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let lower = name.trim().to_ascii_lowercase();
        let other = OTHER_NAMES.iter().find(|(own, _)| *own == lower).map(|(_, encoding)| *encoding);
        let found = other.or_else(|| Encoding::for_label(lower.as_bytes()))?;
        // Neither of the two is the encoding of a text.
        (found != REPLACEMENT && found != X_USER_DEFINED).then_some(Self(found))
    }

    /// Name for messages and mappings.
    pub(crate) fn name(self) -> &'static str {
        if self.0 == EUC_KR { "CP949" } else { self.0.name() }
    }

    pub(crate) fn is_utf8(self) -> bool {
        self.0 == UTF_8
    }

    /// Decodes the bytes; none if they are invalid.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        Some(self.0.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned())
    }
}

impl fmt::Debug for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("utf-8", Some("UTF-8")),
            ("CP949", Some("CP949")),
            ("euc-kr", Some("CP949")),
            ("utf-16le", Some("UTF-16LE")),
            ("windows-1252", Some("windows-1252")),
            ("latin1", Some("windows-1252")),
            ("shift_jis", Some("Shift_JIS")),
            ("gb18030", Some("gb18030")),
            ("macintosh", Some("macintosh")),
            ("replacement", None),
            ("klingon", None),
        ] {
            assert_eq!(TextEncoding::from_name(name).map(TextEncoding::name), expected, "{name}");
        }
    }
}
