//! Catalog of texts: one file per language with equal keys.
//!
//! A text may contain placeholders such as `{name}`. No Korean particle follows a placeholder, because
//! its form would depend on the value.

use std::{collections::BTreeMap, sync::LazyLock};

use super::lang::Lang;

static KOREAN: LazyLock<Catalog> = LazyLock::new(|| Catalog::parse(include_str!("locales/ko.toml")));
static ENGLISH: LazyLock<Catalog> = LazyLock::new(|| Catalog::parse(include_str!("locales/en.toml")));

/// Texts of a language by key, such as `book.sheet_list`.
#[derive(Debug)]
pub(crate) struct Catalog(BTreeMap<String, String>);

impl Catalog {
    /// The texts of `lang`.
    pub(crate) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Ko => &KOREAN,
            Lang::En => &ENGLISH,
        }
    }

    fn parse(text: &str) -> Self {
        let tables: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(text).expect("a test parses the catalogs, which are part of the program");
        let texts = tables.into_iter().flat_map(|(table, texts)| {
            texts.into_iter().map(move |(key, text)| (format!("{table}.{key}"), text))
        });
        Self(texts.collect())
    }

    /// The text of `key`, if there is one.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The text of `key`.
    ///
    /// # Panics
    ///
    /// If there is none: keys are part of the program, and tests cover all of them.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.find(key).unwrap_or_else(|| panic!("the catalog has no text for `{key}`"))
    }

    /// The text of `key` with its placeholders filled, in the order of `values`.
    pub(crate) fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        let text = self.text(key).to_owned();
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// The name at `position` of a text that lists names, separated by commas.
    pub(crate) fn listed(&self, key: &str, position: usize) -> Option<&str> {
        self.text(key).split(',').nth(position)
    }

    /// Every key of a table with its text.
    pub(crate) fn table<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let texts = self.0.iter();
        texts
            .filter_map(move |(key, text)| Some((key.strip_prefix(table)?.strip_prefix('.')?, text.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Placeholders of a text, sorted.
    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn languages_have_equal_keys_and_placeholders() {
        let (ko, en) = (&KOREAN.0, &ENGLISH.0);
        assert_eq!(ko.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
        for (key, text) in ko {
            assert_eq!(placeholders(text), placeholders(&en[key]), "{key}");
            assert!(!text.trim().is_empty() && !en[key].trim().is_empty(), "{key}");
        }
    }

    #[test]
    fn no_particle_follows_a_placeholder() {
        let particles =
            ["은", "는", "이", "가", "을", "를", "과", "와", "으로", "로", "이나", "나", "이라", "라"];
        for (key, text) in &KOREAN.0 {
            for after in text.split('}').skip(1) {
                let word: String = after.chars().take_while(|letter| letter.is_alphabetic()).collect();
                assert!(!particles.contains(&word.as_str()), "{key}: `{word}` follows a value in `{text}`");
            }
        }
    }

    #[test]
    fn placeholders_are_filled() {
        let catalog = Catalog::parse("[a]\nb = \"{n} of {m}\"\nc = \"x,y\"");
        assert_eq!(catalog.filled("a.b", &[("n", "1"), ("m", "2")]), "1 of 2");
        assert_eq!(catalog.table("a").count(), 2);
        assert_eq!((catalog.listed("a.c", 1), catalog.listed("a.c", 2)), (Some("y"), None));
    }
}
