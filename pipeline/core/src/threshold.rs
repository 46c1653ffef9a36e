//! Units of a threshold.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Unit of the threshold (the minimum order quantity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThresholdBasis {
    /// Ordered units.
    Units,
    /// Money, in the campaign's currency.
    Amount,
}

/// A basis that is neither `units` nor `amount`.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`threshold_basis` is `units` or `amount`, not `{0}`")]
pub struct UnknownBasis(String);

impl fmt::Display for ThresholdBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Units => "units",
            Self::Amount => "amount",
        })
    }
}

impl FromStr for ThresholdBasis {
    type Err = UnknownBasis;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "units" => Ok(Self::Units),
            "amount" => Ok(Self::Amount),
            other => Err(UnknownBasis(other.to_owned())),
        }
    }
}
