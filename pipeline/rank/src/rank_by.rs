//! What a list may be ordered by. Names only; the order itself is in `order`.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// From this share of hits on, the chance of a hit tells offers apart no more.
pub const EVERYTHING_HITS: f64 = 0.95;

/// What a list is ordered by; the setting `rank.by`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RankBy {
    /// The order that has proven best on later slots, [`Self::PHit`] as a rule; [`Self::PTwice`] where nearly all
    /// campaigns hit.
    #[default]
    Auto,
    /// The chance that demand reaches the threshold.
    PHit,
    /// The chance that demand reaches twice the threshold.
    PTwice,
    /// The money to expect.
    ExpectedAmount,
}

/// A word that names no order.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`rank.by` is `auto`, `p_hit`, `p_twice_threshold` or `expected_amount`, not `{0}`")]
pub struct UnknownRankBy(String);

impl RankBy {
    const ALL: [Self; 4] = [Self::Auto, Self::PHit, Self::PTwice, Self::ExpectedAmount];

    /// The word that stands in the column `ranked_by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::PHit => "p_hit",
            Self::PTwice => "p_twice_threshold",
            Self::ExpectedAmount => "expected_amount",
        }
    }

    /// The order that is meant where this share of past campaigns hit.
    pub fn given(self, base_rate: f64) -> Self {
        match self {
            Self::Auto if base_rate >= EVERYTHING_HITS => Self::PTwice,
            chosen => chosen,
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
        Self::ALL.into_iter().find(|by| by.as_str() == text).ok_or_else(|| UnknownRankBy(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_others_are_refused() {
        for by in RankBy::ALL {
            assert_eq!(by.as_str().parse(), Ok(by));
        }
        let message = "margin".parse::<RankBy>().unwrap_err().to_string();
        assert_eq!(
            message,
            "`rank.by` is `auto`, `p_hit`, `p_twice_threshold` or `expected_amount`, not `margin`"
        );
    }

    #[test]
    fn where_everything_hits_another_order_is_meant() {
        assert_eq!((RankBy::Auto.given(0.94), RankBy::Auto.given(0.95)), (RankBy::Auto, RankBy::PTwice));
        assert_eq!(RankBy::PHit.given(0.99), RankBy::PHit);
    }
}
