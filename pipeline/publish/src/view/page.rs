//! One publication of a run.

use std::collections::BTreeMap;

use slotcast_core::{Audience, DateTime, RunId, Tz, Utc, utc_to_local};

use super::{
    accuracy::{BacktestSummary, HitRateRow, ModelCheck, SlotHistoryRow},
    list::{ListView, OrderCurvePoint},
    review::SlotReview,
};

/// Content of one publication.
#[derive(Clone, Debug, PartialEq)]
pub struct PageView {
    /// The run.
    pub run_id: RunId,
    /// As-of time of the run.
    pub as_of: DateTime<Utc>,
    /// Time zone of all local times.
    pub zone: Tz,
    /// The readers.
    pub audience: Audience,
    /// Name of the market.
    pub market: String,
    /// ISO 4217 code of prices and of thresholds in money, if the market has one.
    pub currency: Option<String>,
    /// Warnings for the head of the page.
    pub warnings: Vec<String>,
    /// The next slot, and possibly the slot after it.
    pub lists: Vec<ListView>,
    /// Rows of `order_curve` by category, in hours since the opening.
    pub order_curves: BTreeMap<String, Vec<OrderCurvePoint>>,
    /// The most recently closed slots, the latest first.
    pub reviews: Vec<SlotReview>,
    /// Retracted publications that this one replaces.
    pub retracted: Vec<Retraction>,
    /// The latest backtest, if there is one.
    pub backtest: Option<BacktestSummary>,
    /// Accuracy of the model on slots later than its training data, if measured.
    pub model_check: Option<ModelCheck>,
    /// Accuracy of the lists published since the model's promotion, if slots of them have closed.
    pub since_promotion: Option<ModelCheck>,
    /// Rows of `moq_rates`.
    pub hit_rates: Vec<HitRateRow>,
    /// Rows of `slot_summary`, in any order.
    pub slot_history: Vec<SlotHistoryRow>,
}

/// Retracted publication.
#[derive(Clone, Debug, PartialEq)]
pub struct Retraction {
    /// The run.
    pub run_id: String,
    /// Time of the retraction.
    pub at: DateTime<Utc>,
}

/// Local time at `instant` in `zone`, to the minute.
pub fn local_text(zone: Tz, instant: DateTime<Utc>) -> String {
    utc_to_local(zone, instant).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_text_is_in_the_zone() {
        let opening = "2016-03-01T01:00:00Z".parse().unwrap();
        assert_eq!(local_text(Tz::Asia__Seoul, opening), "2016-03-01 10:00");
    }
}
