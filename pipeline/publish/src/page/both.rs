//! A text in both languages, as HTML. The one place where HTML is made outside the templates, so it escapes.

use std::fmt;

use askama::filters::{Html, HtmlSafe, escape};

use crate::words::{Catalogue, Lang};

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

    /// A text of the catalogues, by its key without the table.
    pub(crate) fn say(key: &str) -> Self {
        Self::filled(key, &[])
    }

    /// A text of the catalogues with its places filled.
    pub(crate) fn filled(key: &str, values: &[(&str, &Self)]) -> Self {
        let key = format!("page.{key}");
        let fill = |lang: Lang| {
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.of(&lang))).collect();
            Catalogue::of(lang).filled(&key, &values)
        };
        Self::new(fill(Lang::Ko), fill(Lang::En))
    }

    /// The text in one language. By reference, as templates give it.
    pub(crate) fn of(&self, lang: &Lang) -> &str {
        match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }

    /// A range from this to `other`.
    pub(crate) fn to(&self, other: &Self) -> Self {
        Self::new(format!("{} – {}", self.ko, other.ko), format!("{} – {}", self.en, other.en))
    }

    /// This, then `other`.
    pub(crate) fn then(&self, other: &Self) -> Self {
        Self::new(format!("{} {}", self.ko, other.ko), format!("{} {}", self.en, other.en))
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

/// An attribute, which holds one language at a time: the script changes it, so the element brings both.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    /// The attribute.
    pub(crate) name: &'static str,
    /// The start of the names under which both texts are kept.
    pub(crate) kept: &'static str,
    pub(crate) text: Both,
    /// The language shown first.
    pub(crate) lang: Lang,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(ko), Ok(en)) = (escape(&self.text.ko, Html), escape(&self.text.en, Html));
        let Ok(shown) = escape(self.text.of(&self.lang), Html);
        write!(f, "{}=\"{shown}\" {}-ko=\"{ko}\" {}-en=\"{en}\"", self.name, self.kept, self.kept)
    }
}

/// Escaped above.
impl HtmlSafe for Attribute {}

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
