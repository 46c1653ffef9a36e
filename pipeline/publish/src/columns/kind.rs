//! Kinds of columns. The kind decides how values are read, rounded, formatted and labeled with a unit.

use serde::Serialize;

use crate::number_format::{rounded, shortest, six_decimals};

/// Kind of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ColumnKind {
    /// A short text, such as an id.
    Text,
    /// A text that may need several lines.
    Prose,
    /// A web address.
    Link,
    /// A rank in a list.
    Rank,
    /// A count.
    Count,
    /// A number of campaigns in a record.
    Record,
    /// An agreed figure in the threshold's unit.
    Terms,
    /// A predicted figure in the threshold's unit.
    Demand,
    /// Money per unit or per offer, as agreed.
    Price,
    /// Money, as predicted.
    Amount,
    /// A probability.
    Probability,
    /// A share of a whole.
    Share,
    /// A ratio of two counts.
    Ratio,
    /// A local date.
    Date,
    /// Yes or no.
    Bool,
    /// Warnings about the offer.
    Flags,
    /// Unit of the threshold.
    Basis,
}

impl ColumnKind {
    /// Published decimals; `None` if numbers are published unrounded.
    pub(crate) fn decimals(self) -> Option<usize> {
        match self {
            Self::Probability | Self::Share | Self::Ratio => Some(6),
            Self::Demand | Self::Amount => Some(2),
            _ => None,
        }
    }

    /// A number of this kind as text, equal in every export.
    pub(crate) fn text(self, value: f64) -> String {
        match self.decimals() {
            Some(6) if value.is_finite() => six_decimals(value),
            Some(decimals) => rounded(value, decimals),
            None => shortest(value),
        }
    }

    /// The number that [`Self::text`] parses back to; `None` unless it is finite.
    pub(crate) fn rounded(self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        match self.decimals() {
            // Rounding goes through the text, so that exports agree in the last digit.
            Some(_) => self.text(value).parse().ok(),
            None => Some(value + 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_equal_their_text() {
        use ColumnKind as Kind;
        assert_eq!(
            (Kind::Probability.text(0.5), Kind::Probability.rounded(1.0 / 3.0)),
            ("0.500000".into(), Some(0.333_333))
        );
        assert_eq!((Kind::Demand.text(10.0 / 3.0), Kind::Demand.rounded(2.675)), ("3.33".into(), Some(2.67)));
        assert_eq!(
            (Kind::Price.text(1e15), Kind::Price.rounded(-0.0)),
            ("1000000000000000".into(), Some(0.0))
        );
        assert_eq!(
            (Kind::Share.rounded(f64::NAN), Kind::Probability.text(f64::INFINITY)),
            (None, String::new())
        );
    }
}
