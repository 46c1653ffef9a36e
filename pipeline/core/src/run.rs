//! Run ids.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDateTime, Utc};
use thiserror::Error;

const TIME_FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// `<as_of in UTC, yyyymmddThhmmssZ>-<8 hex digits of inputs, settings and version>`.
///
/// Run ids sort by as_of. A repeated run has the same id, because inputs, settings, version and as_of
/// are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

/// A text that is not a run id.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a run id looks like `20150306T130000Z-1a2b3c4d`, not `{0}`")]
pub struct RunIdError(String);

impl RunId {
    /// The id of the run at `as_of` whose inputs, settings and version hash to `digest`.
    pub fn new(as_of: DateTime<Utc>, digest: u32) -> Self {
        Self(format!("{}-{digest:08x}", as_of.format(TIME_FORMAT)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RunId {
    type Err = RunIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (time, digest) = text.split_once('-')?;
            let time = NaiveDateTime::parse_from_str(time, TIME_FORMAT).ok()?.and_utc();
            Some(Self::new(time, u32::from_str_radix(digest, 16).ok()?))
        };
        // Only the canonical text is accepted: the id names a folder, and a folder has one name.
        read().filter(|id| id.0 == text).ok_or_else(|| RunIdError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_as_of_and_parse_back() {
        let early = RunId::new("2015-03-06T13:00:00Z".parse().unwrap(), u32::MAX);
        let late = RunId::new("2015-03-06T13:00:01Z".parse().unwrap(), 0);
        assert!(early < late);
        assert_eq!(early.as_str(), "20150306T130000Z-ffffffff");
        assert_eq!(early.as_str().parse(), Ok(early));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "latest",
            "20150306T130000Z",
            "20150306T130000Z-xyz",
            "20150306T130000Z-1A2B3C4D",
            "20150306T130000Z-+a2b3c4d",
            " 20150306T130000Z-1a2b3c4d",
            "20150306T130000Z-1a2b3c4d/",
            "20150306T130000Z-1a2b3c4d.retracted",
            "20150306T130000Z-1a2b3c4d-internal",
            "+2015-03-06T130000Z-1a2b3c4d",
            "../../etc-00000000",
            "/20150306T130000Z-1a2b3c4d",
        ] {
            assert!(text.parse::<RunId>().is_err(), "{text}");
        }
    }
}
