//! Sentences and labels of what people read: one file a language, the same keys in both.
//!
//! A text may hold `{name}` where a value goes. No Korean particle follows such a place: its form would depend
//! on the value.

use std::{collections::BTreeMap, sync::LazyLock};

use super::Lang;

static KOREAN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("../../texts/ko.toml")));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(include_str!("../../texts/en.toml")));

/// The texts of a language by key, such as `book.sheet_list`.
#[derive(Debug)]
pub(crate) struct Catalogue(BTreeMap<String, String>);

impl Catalogue {
    /// The texts of `lang`.
    pub(crate) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Ko => &KOREAN,
            Lang::En => &ENGLISH,
        }
    }

    fn read(text: &str) -> Self {
        let tables: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(text).expect("the catalogues are part of the program, and tests read them");
        let texts = tables.into_iter().flat_map(|(table, texts)| {
            texts.into_iter().map(move |(key, text)| (format!("{table}.{key}"), text))
        });
        Self(texts.collect())
    }

    /// The text of this key.
    ///
    /// # Panics
    /// When there is none; keys are written in the program, and tests ask for all of them.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.0.get(key).unwrap_or_else(|| panic!("the catalogue has a text for `{key}`"))
    }

    /// The text with its places filled.
    pub(crate) fn filled(&self, key: &str, values: &[(&str, &str)]) -> String {
        let text = self.text(key).to_owned();
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
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

    /// The places of a text, sorted.
    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_and_places() {
        let (ko, en) = (&KOREAN.0, &ENGLISH.0);
        assert_eq!(ko.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
        for (key, text) in ko {
            assert_eq!(places(text), places(&en[key]), "{key}");
            assert!(!text.trim().is_empty() && !en[key].trim().is_empty(), "{key}");
        }
    }

    #[test]
    fn no_korean_particle_follows_a_value() {
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
    fn places_are_filled() {
        let catalogue = Catalogue::read("[a]\nb = \"{n} of {m}\"");
        assert_eq!(catalogue.filled("a.b", &[("n", "1"), ("m", "2")]), "1 of 2");
        assert_eq!(catalogue.table("a").collect::<Vec<_>>(), [("b", "{n} of {m}")]);
    }
}
