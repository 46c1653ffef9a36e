//! Languages of the output.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Korean.
    #[default]
    Ko,
    /// English.
    En,
}

/// Text that is no supported language.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`lang` is `ko` or `en`, not `{0}`")]
pub struct UnknownLang(String);

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ko => "ko",
            Self::En => "en",
        })
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ko" => Ok(Self::Ko),
            "en" => Ok(Self::En),
            other => Err(UnknownLang(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_parse_from_their_text() {
        for lang in [Lang::Ko, Lang::En] {
            assert_eq!(lang.to_string().parse(), Ok(lang));
        }
        assert_eq!("fr".parse::<Lang>().unwrap_err().to_string(), "`lang` is `ko` or `en`, not `fr`");
    }
}
