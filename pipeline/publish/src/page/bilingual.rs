//! Texts in both languages as HTML. No other code outside the templates creates HTML, so escaping happens
//! here.

use std::fmt;

use askama::filters::{Html, HtmlSafe, escape};

use crate::i18n::{Catalog, Lang};

/// A text in Korean and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bilingual {
    ko: String,
    en: String,
}

impl Bilingual {
    /// A text that differs between the languages.
    pub(crate) fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }

    /// A text that is equal in both languages.
    pub(crate) fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { ko: text.clone(), en: text }
    }

    /// A text of the table `page`.
    pub(crate) fn text(key: &str) -> Self {
        Self::filled(key, &[])
    }

    /// Label of a column.
    pub(crate) fn column(name: &str) -> Self {
        let key = format!("column.{name}");
        Self::new(Catalog::of(Lang::Ko).text(&key), Catalog::of(Lang::En).text(&key))
    }

    /// A text of the table `page` with its placeholders filled.
    pub(crate) fn filled(key: &str, values: &[(&str, &Self)]) -> Self {
        let key = format!("page.{key}");
        let fill = |lang: Lang| {
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.of(&lang))).collect();
            Catalog::of(lang).filled(&key, &values)
        };
        Self::new(fill(Lang::Ko), fill(Lang::En))
    }

    /// The text in one language. The parameter is a reference because templates pass references.
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

    /// This text followed by `other`.
    pub(crate) fn then(&self, other: &Self) -> Self {
        Self::new(format!("{} {}", self.ko, other.ko), format!("{} {}", self.en, other.en))
    }
}

impl fmt::Display for Bilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(ko), Ok(en)) = (escape(&self.ko, Html), escape(&self.en, Html));
        if self.ko == self.en {
            return write!(f, "{ko}");
        }
        write!(f, "<span class=\"ko\" lang=\"ko\">{ko}</span><span class=\"en\" lang=\"en\">{en}</span>")
    }
}

/// `Display` escapes the text.
impl HtmlSafe for Bilingual {}

/// Attribute in both languages. The element also stores both texts, because the script swaps them.
#[derive(Clone, Debug)]
pub(crate) struct BilingualAttribute {
    /// Name of the attribute.
    pub(crate) name: &'static str,
    /// Prefix of the attributes that store both texts.
    pub(crate) data_name: &'static str,
    pub(crate) text: Bilingual,
    /// Language shown first.
    pub(crate) lang: Lang,
}

impl fmt::Display for BilingualAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(ko), Ok(en)) = (escape(&self.text.ko, Html), escape(&self.text.en, Html));
        let Ok(shown) = escape(self.text.of(&self.lang), Html);
        write!(f, "{}=\"{shown}\" {}-ko=\"{ko}\" {}-en=\"{en}\"", self.name, self.data_name, self.data_name)
    }
}

/// `Display` escapes the texts.
impl HtmlSafe for BilingualAttribute {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let text = Bilingual::new("<b>", "a & b").to_string();
        assert!(!text.contains("<b>") && !text.contains("a & b"), "{text}");
        assert!(!Bilingual::same("<i>").to_string().contains("<i>"));
    }
}
