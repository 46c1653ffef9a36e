//! Names of the values that may order a list. The order itself is in `order`.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Base rate from which p_hit no longer distinguishes offers.
pub const HIGH_BASE_RATE: f64 = 0.95;

/// Value that orders a list; the setting `rank.by`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RankBy {
    /// The order that performed best on later slots, mostly [`Self::PHit`]; [`Self::PTwice`] for a high base rate.
    #[default]
    Auto,
    /// The probability that demand reaches the threshold.
    PHit,
    /// The probability that demand reaches twice the threshold.
    PTwice,
    /// The expected revenue.
    ExpectedAmount,
}

/// A name of no order.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`rank.by` is `auto`, `p_hit`, `p_twice_threshold` or `expected_amount`, not `{0}`")]
pub struct UnknownRankBy(String);

impl RankBy {
    const ALL: [Self; 4] = [Self::Auto, Self::PHit, Self::PTwice, Self::ExpectedAmount];

    /// The name in the column `ranked_by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::PHit => "p_hit",
            Self::PTwice => "p_twice_threshold",
            Self::ExpectedAmount => "expected_amount",
        }
    }

    /// Replaces [`Self::Auto`] by [`Self::PTwice`] for a high base rate of past campaigns.
    pub fn resolve(self, base_rate: f64) -> Self {
        match self {
            Self::Auto if base_rate >= HIGH_BASE_RATE => Self::PTwice,
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
    fn names_round_trip() {
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
    fn auto_depends_on_the_base_rate() {
        assert_eq!((RankBy::Auto.resolve(0.94), RankBy::Auto.resolve(0.95)), (RankBy::Auto, RankBy::PTwice));
        assert_eq!(RankBy::PHit.resolve(0.99), RankBy::PHit);
    }
}
