//! One offer of a list, with the rows of the relations about it.

use std::collections::BTreeMap;

use slotcast_core::{NaiveDate, RankedOffer};

use super::{cell::CellValue, flag::OfferFlag, relation_row::row_view};

/// Offer of a ranked list. Figures equal those of the relations.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferView {
    /// Rank, score and reasons: a row of `rankings`.
    pub ranked: RankedOffer,
    /// Cells of `offer_details` and `ranking_changes`.
    pub cells: OfferCells,
    /// Rows of `moq_curve`, by threshold.
    pub curve: Vec<CurvePoint>,
    /// Rows of `similar_campaigns`, the nearest first.
    pub similar: Vec<SimilarCampaign>,
    /// Rows of `offer_days`, by day.
    pub days: Vec<OfferDay>,
}

impl OfferView {
    /// Flags of the offer, in display order. Thin data is a flag of the score.
    pub(crate) fn flags(&self) -> &[OfferFlag] {
        &self.cells.flags
    }

    /// Currency of its price and amounts, if known.
    pub(crate) fn currency(&self) -> Option<&str> {
        self.cells.text("currency")
    }
}

/// Cells of an offer that are read from relations, by column name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfferCells {
    values: BTreeMap<&'static str, CellValue<'static>>,
    pub(crate) flags: Vec<OfferFlag>,
}

impl OfferCells {
    /// The cell in `column`.
    pub(crate) fn get(&self, column: &str) -> CellValue<'_> {
        self.values.get(column).map_or(CellValue::Missing, CellValue::borrowed)
    }

    /// The number or count in `column`.
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        match self.values.get(column)? {
            CellValue::Number(number) => Some(*number),
            CellValue::Count(count) => Some(*count as f64),
            _ => None,
        }
    }

    /// The text in `column`.
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        match self.values.get(column)? {
            CellValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Sets the cell in `column`; a missing value clears it.
    pub(crate) fn set(&mut self, column: &'static str, value: CellValue<'static>) {
        match value {
            CellValue::Missing => self.values.remove(column),
            value => self.values.insert(column, value),
        };
    }

    /// Adds a flag and keeps the display order.
    pub fn add_flag(&mut self, flag: OfferFlag) {
        if let Err(position) = self.flags.binary_search(&flag) {
            self.flags.insert(position, flag);
        }
    }
}

row_view! {
    /// Row of `moq_curve`.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct CurvePoint {
        /// A threshold that the maker might accept.
        pub threshold: f64,
        /// Probability that demand reaches it.
        pub p_reach: f64,
    }
}

row_view! {
    /// Row of `similar_campaigns`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct SimilarCampaign {
        /// Id of the campaign, if it has one.
        pub campaign_id: Option<String>,
        /// Slot of the campaign.
        pub ran_in: NaiveDate,
        /// Title, if known.
        pub title: Option<String>,
        /// Threshold.
        pub threshold: f64,
        /// Demand, if it was counted.
        pub demand: Option<f64>,
        /// Whether demand reached the threshold.
        pub hit: bool,
    }
}

row_view! {
    /// Row of `offer_days`: a local day.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct OfferDay {
        /// The day.
        pub day: NaiveDate,
        /// Visitors, summed over hours.
        pub visitors: u64,
        /// Alerts.
        pub alerts: u64,
        /// Wishes.
        pub wishes: u64,
    }
}
