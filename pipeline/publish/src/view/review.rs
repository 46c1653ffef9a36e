//! Closed slots: predictions and outcomes.

use slotcast_core::{NaiveDate, ThresholdBasis};

use super::relation_row::row_view;

/// Closed slot: rows of `slot_results`.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotReview {
    /// Local date on which the slot opened.
    pub slot_date: NaiveDate,
    /// Run of the last list before the opening.
    pub run_id: String,
    /// Offers of that list that were sold, in ranking order.
    pub offers: Vec<ReviewedOffer>,
}

row_view! {
    /// Prediction and outcome of an offer.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ReviewedOffer {
        /// Id of the offer.
        pub candidate_id: String,
        /// Title, if known.
        pub title: Option<String>,
        /// Rank in the list.
        pub rank: u32,
        /// Predicted probability of a hit.
        pub p_hit: f64,
        /// 10th percentile of predicted demand.
        pub demand_p10: Option<f64>,
        /// Median of predicted demand.
        pub demand_p50: Option<f64>,
        /// 90th percentile of predicted demand.
        pub demand_p90: Option<f64>,
        /// Threshold.
        pub threshold: f64,
        /// Unit of the threshold.
        pub threshold_basis: ThresholdBasis,
        /// Demand, if it was counted.
        pub demand: Option<f64>,
        /// Whether demand reached the threshold.
        pub hit: bool,
    }
}

impl ReviewedOffer {
    /// Predicted demand: 10th percentile, median, 90th percentile.
    pub(crate) fn predicted_demand(&self) -> Option<[f64; 3]> {
        Some([self.demand_p10?, self.demand_p50?, self.demand_p90?])
    }
}
