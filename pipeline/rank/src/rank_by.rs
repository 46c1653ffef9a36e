//! What a list may be ordered by. Names only; the order itself is in `order`.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// What a list is ordered by; the setting `rank.by`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RankBy {
    /// The chance that demand reaches the threshold.
    #[default]
    PHit,
}

/// A word that names no order.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`rank.by` is `p_hit`, not `{0}`")]
pub struct UnknownRankBy(String);

impl RankBy {
    /// The word that stands in the column `ranked_by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PHit => "p_hit",
        }
    }
}

impl fmt::Display for RankBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RankBy {
    type Err = UnknownRankBy;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "p_hit" => Ok(Self::PHit),
            other => Err(UnknownRankBy(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_others_are_refused() {
        assert_eq!(RankBy::default().as_str().parse(), Ok(RankBy::PHit));
        let message = "margin".parse::<RankBy>().unwrap_err().to_string();
        assert_eq!(message, "`rank.by` is `p_hit`, not `margin`");
    }
}
