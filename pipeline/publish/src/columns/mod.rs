//! The columns of a list: one definition of names, kinds and values, so that CSV, JSON, workbook and
//! dictionary agree. Rounding and what only the house may see are settled here, once.

mod table;

use std::borrow::Cow;

use slotcast_core::{Audience, NaiveDate, RunId, ThresholdBasis};

use crate::{
    figures::{plain, rounded, six},
    view::{Flag, OfferView},
};

pub(crate) use table::COLUMNS;

/// An offer of a list, for readers who may see so much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// The run that speaks.
    pub(crate) run_id: &'a RunId,
    /// The offer.
    pub(crate) offer: &'a OfferView,
    /// Who reads it.
    pub(crate) audience: Audience,
}

/// Where the promise stands that a column exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The same for all offers of a list.
    List,
    /// Of the offer: its terms and its score.
    Offer,
    /// What is known of it beside the score.
    Sheet,
    /// Against the run before.
    Change,
}

/// How a value is meant, and therefore rounded, formatted and named by its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// A short text, such as an id.
    Text,
    /// A text that may need several lines.
    Words,
    /// An address.
    Link,
    /// A place in a list.
    Rank,
    /// Something that was counted.
    Count,
    /// Campaigns of a record.
    Record,
    /// In the threshold's basis, as the offer has it.
    Terms,
    /// In the threshold's basis, as a model expects it.
    Demand,
    /// Money of a unit or of an offer, as the offer has it.
    Price,
    /// Money, as a model expects it.
    Amount,
    /// A probability.
    Chance,
    /// A part of a whole, by counting.
    Share,
    /// One thing for each of another.
    Ratio,
    /// A local date.
    Date,
    /// Yes or no.
    YesNo,
    /// What to mind.
    Flags,
    /// What the threshold counts.
    Basis,
}

impl Kind {
    /// Decimals that are published; `None` where a number is published as it is.
    pub(crate) fn places(self) -> Option<usize> {
        match self {
            Self::Chance | Self::Share | Self::Ratio => Some(6),
            Self::Demand | Self::Amount => Some(2),
            _ => None,
        }
    }

    /// A number of this kind as text: the same in every export.
    pub(crate) fn text(self, value: f64) -> String {
        match self.places() {
            Some(6) if value.is_finite() => six(value),
            Some(places) => rounded(value, places),
            None => plain(value),
        }
    }

    /// The number that this text reads back as; nothing unless it is finite.
    pub(crate) fn rounded(self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        match self.places() {
            // Over the text, so that no export differs from another in its last digit.
            Some(_) => self.text(value).parse().ok(),
            None => Some(value + 0.0),
        }
    }
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A number, rounded as its kind wants it.
    Number(f64),
    /// A count.
    Count(u64),
    /// A local date.
    Date(NaiveDate),
    /// Yes or no.
    YesNo(bool),
    /// What to mind.
    Flags(&'a [Flag]),
    /// What the threshold counts.
    Basis(ThresholdBasis),
    /// Nothing is known.
    Missing,
}

impl<'a> Value<'a> {
    fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn owned(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }

    fn maybe_text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Missing, Self::text)
    }

    fn maybe(number: Option<f64>) -> Self {
        number.map_or(Self::Missing, Self::Number)
    }

    fn maybe_count(count: Option<u64>) -> Self {
        count.map_or(Self::Missing, Self::Count)
    }
}

/// A column of a list.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its name, the same in SQL, CSV and JSON, and its key in the catalogue of texts.
    pub(crate) name: &'static str,
    /// The relation that has it; empty where several columns of one make it.
    pub(crate) relation: &'static str,
    /// Where it stands in JSON.
    pub(crate) place: Place,
    /// How its values are meant.
    pub(crate) kind: Kind,
    read: for<'a> fn(&Row<'a>) -> Value<'a>,
}

impl Column {
    const fn new(
        name: &'static str,
        relation: &'static str,
        place: Place,
        kind: Kind,
        read: for<'a> fn(&Row<'a>) -> Value<'a>,
    ) -> Self {
        Self { name, relation, place, kind, read }
    }

    /// The column of this name.
    ///
    /// # Panics
    /// When there is none; names are written in the program, and tests ask for all of them.
    pub(crate) fn named(name: &str) -> &'static Self {
        let found = COLUMNS.iter().find(|column| column.name == name);
        found.unwrap_or_else(|| panic!("there is a column `{name}`"))
    }

    /// Whether these readers may see it.
    pub(crate) fn is_for(&self, audience: Audience) -> bool {
        audience.may_see(self.name)
    }

    /// What stands in it, rounded; nothing where the readers may not see it.
    pub(crate) fn value<'a>(&self, row: &Row<'a>) -> Value<'a> {
        if !self.is_for(row.audience) {
            return Value::Missing;
        }
        match (self.read)(row) {
            Value::Number(number) => Value::maybe(self.kind.rounded(number)),
            value => value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sample,
        words::{Catalogue, Lang},
    };

    #[test]
    fn every_column_has_a_name_of_its_own_a_label_and_an_explanation() {
        for lang in [Lang::Ko, Lang::En] {
            let texts = Catalogue::of(lang);
            let mut labels: Vec<&str> =
                COLUMNS.iter().map(|column| texts.text(&format!("column.{}", column.name))).collect();
            assert!(COLUMNS.iter().all(|one| !texts.text(&format!("column.{}_about", one.name)).is_empty()));
            labels.sort_unstable();
            let all = labels.len();
            labels.dedup();
            assert_eq!(labels.len(), all, "a label twice");
        }
    }

    #[test]
    fn what_is_internal_is_for_the_house() {
        let run_id = sample::run_id();
        let offer = &sample::offers()[0];
        let value = |name, audience| Column::named(name).value(&Row { run_id: &run_id, offer, audience });
        for name in ["unit_cost", "fixed_cost", "expected_value"] {
            assert_eq!(value(name, Audience::Everyone), Value::Missing, "{name}");
            assert!(matches!(value(name, Audience::Internal), Value::Number(_)), "{name}");
        }
        assert!(matches!(value("expected_amount", Audience::Everyone), Value::Number(_)));
    }

    #[test]
    fn numbers_are_those_of_their_text() {
        assert_eq!(
            (Kind::Chance.text(0.5), Kind::Chance.rounded(1.0 / 3.0)),
            ("0.500000".into(), Some(0.333_333))
        );
        assert_eq!((Kind::Demand.text(10.0 / 3.0), Kind::Demand.rounded(2.675)), ("3.33".into(), Some(2.67)));
        assert_eq!(
            (Kind::Price.text(1e15), Kind::Price.rounded(-0.0)),
            ("1000000000000000".into(), Some(0.0))
        );
        assert_eq!((Kind::Share.rounded(f64::NAN), Kind::Chance.text(f64::INFINITY)), (None, String::new()));
    }
}
