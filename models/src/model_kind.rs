//! Kinds of models that may rank, by the names that relations and artifacts use.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A kind of model. Benchmarks have none, because they never rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// The hit rate of the category, shrunk toward the overall rate.
    BaseRate,
    /// Ridge logistic regression of hits.
    Logistic,
    /// Interval regression of ln(demand / threshold).
    Demand,
    /// The mean of the calibrated logits of the two regressions.
    Blend,
}

/// A name of no kind of model.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a model is `base_rate`, `logistic`, `demand` or `blend`, not `{0}`")]
pub struct UnknownModelKind(String);

impl ModelKind {
    /// All kinds, in the order in which they are fitted and listed.
    pub const ALL: [Self; 4] = [Self::BaseRate, Self::Logistic, Self::Demand, Self::Blend];

    /// The name in relations and artifacts, such as `base_rate`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BaseRate => "base_rate",
            Self::Logistic => "logistic",
            Self::Demand => "demand",
            Self::Blend => "blend",
        }
    }

    /// The regressions that the model averages; empty for the base rate.
    pub(crate) fn members(self) -> &'static [Self] {
        match self {
            Self::BaseRate => &[],
            Self::Logistic => &[Self::Logistic],
            Self::Demand => &[Self::Demand],
            Self::Blend => &[Self::Logistic, Self::Demand],
        }
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ModelKind {
    type Err = UnknownModelKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownModelKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for kind in ModelKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        let message = "forest".parse::<ModelKind>().unwrap_err().to_string();
        assert_eq!(message, "a model is `base_rate`, `logistic`, `demand` or `blend`, not `forest`");
    }
}
