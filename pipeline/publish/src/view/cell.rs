//! Value of an offer in one column.

use std::borrow::Cow;

use slotcast_core::{NaiveDate, ThresholdBasis};

use super::flag::OfferFlag;

/// Value in a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum CellValue<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A count.
    Count(u64),
    /// A local date.
    Date(NaiveDate),
    /// Yes or no.
    Bool(bool),
    /// Warnings about the offer.
    Flags(&'a [OfferFlag]),
    /// Unit of the threshold.
    Basis(ThresholdBasis),
    /// An unknown value.
    #[default]
    Missing,
}

impl<'a> CellValue<'a> {
    /// A text that is borrowed.
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A text, if there is one.
    pub(crate) fn text_or_missing(text: Option<&'a str>) -> Self {
        text.map_or(Self::Missing, Self::text)
    }

    /// A number, if there is one.
    pub(crate) fn number_or_missing(number: Option<f64>) -> Self {
        number.map_or(Self::Missing, Self::Number)
    }

    /// The same value, borrowed.
    pub(crate) fn borrowed(&'a self) -> Self {
        match self {
            Self::Text(text) => Self::text(text),
            other => other.clone(),
        }
    }
}
