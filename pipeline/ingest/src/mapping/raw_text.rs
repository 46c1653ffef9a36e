//! Text values of a mapping file, where numbers and flags may be written without quotes.

use std::fmt;

use serde::{Deserialize, Deserializer, de::Visitor};

/// One or several texts.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(super) enum OneOrMany {
    One(ScalarText),
    Many(Vec<ScalarText>),
}

/// All columns, or some of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected `true` or a list of columns")]
pub(super) enum ColumnSelection {
    All(bool),
    Some(Vec<String>),
}

/// A text. Integers and flags are accepted as their text.
#[derive(Clone, Debug)]
pub(super) struct ScalarText(String);

impl OneOrMany {
    pub(super) fn into_texts(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.0],
            Self::Many(texts) => texts.into_iter().map(|text| text.0).collect(),
        }
    }
}

impl<'de> Deserialize<'de> for ScalarText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarTextVisitor;
        impl Visitor<'_> for ScalarTextVisitor {
            type Value = ScalarText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<ScalarText, E> {
                Ok(ScalarText(text.to_owned()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<ScalarText, E> {
                Ok(ScalarText(number.to_string()))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<ScalarText, E> {
                Ok(ScalarText(flag.to_string()))
            }
        }
        deserializer.deserialize_any(ScalarTextVisitor)
    }
}
