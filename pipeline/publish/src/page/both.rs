//! A text in both languages, as HTML. The one place where HTML is made outside the templates, so it escapes.

use std::fmt;

use askama::filters::{Html, HtmlSafe, escape};

/// A text in Korean and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Both {
    ko: String,
    en: String,
}

impl Both {
    /// A text that reads differently in the two languages.
    pub(crate) fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }

    /// A text that reads the same in both.
    pub(crate) fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { ko: text.clone(), en: text }
    }

    /// A range from this to `other`.
    pub(crate) fn to(&self, other: &Self) -> Self {
        Self { ko: format!("{} – {}", self.ko, other.ko), en: format!("{} – {}", self.en, other.en) }
    }
}

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(ko), Ok(en)) = (escape(&self.ko, Html), escape(&self.en, Html));
        if self.ko == self.en {
            return write!(f, "{ko}");
        }
        write!(f, "<span class=\"ko\" lang=\"ko\">{ko}</span><span class=\"en\" lang=\"en\">{en}</span>")
    }
}

/// Escaped above.
impl HtmlSafe for Both {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_escaped() {
        let text = Both::new("<b>", "a & b").to_string();
        assert!(!text.contains("<b>") && !text.contains("a & b"), "{text}");
        assert!(!Both::same("<i>").to_string().contains("<i>"));
    }
}
