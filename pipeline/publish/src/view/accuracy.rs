//! Accuracy of past predictions, and hit rates of past campaigns.

use slotcast_core::NaiveDate;

use super::relation_row::row_view;

row_view! {
    /// Row of `backtest_metrics`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct BacktestSummary {
        /// First replayed slot, if known.
        pub first_slot: Option<NaiveDate>,
        /// Last replayed slot, if known.
        pub last_slot: Option<NaiveDate>,
        /// Offers, each scored with the data known at its time.
        pub n: u64,
        /// Share of them that reached their threshold.
        pub base_rate: Option<f64>,
        /// Log loss of the model.
        pub log_loss: f64,
        /// Log loss of the base rate known at the time.
        pub base_rate_log_loss: f64,
        /// Brier score of the model.
        pub brier: f64,
        /// Brier score of the base rate known at the time, if measured.
        pub base_rate_brier: Option<f64>,
        /// Probability that a hit is ranked before a miss; `None` if all outcomes are equal.
        pub auc: Option<f64>,
        /// Expected calibration error, if measured.
        pub ece: Option<f64>,
        /// Expected calibration error of a perfect model on as many offers, if measured.
        pub ece_noise_floor: Option<f64>,
    }
}

impl BacktestSummary {
    /// First and last replayed slot, if known.
    pub(crate) fn slots(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.first_slot.zip(self.last_slot)
    }
}

/// Accuracy of a model on slots later than its training data.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCheck {
    /// Name of the model.
    pub model: String,
    /// First slot that the model ranked, if these are its published lists.
    pub since: Option<NaiveDate>,
    /// Offers that were predicted from earlier slots.
    pub n: u64,
    /// Expected calibration error, if defined.
    pub ece: Option<f64>,
    /// Expected calibration error of a perfect model on as many offers, if measured.
    pub ece_noise_floor: Option<f64>,
    /// Log loss of the model.
    pub log_loss: f64,
    /// Log loss of the base rate known at the time.
    pub base_log_loss: f64,
    /// Outcomes by predicted probability.
    pub bins: Vec<CalibrationBin>,
    /// Outcomes by slot, in any order.
    pub slots: Vec<SlotScore>,
}

/// Offers with similar predicted probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationBin {
    /// Offers.
    pub n: u64,
    /// Offers that reached their threshold.
    pub hits: u64,
    /// Mean predicted probability.
    pub p_mean: f64,
    /// Lower end of the 80 % interval of the hit rate.
    pub low: f64,
    /// Upper end of the 80 % interval of the hit rate.
    pub high: f64,
}

/// One slot, predicted from earlier slots.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotScore {
    /// Local date on which the slot opened.
    pub slot_date: NaiveDate,
    /// Predicted offers.
    pub n: u64,
    /// Offers that reached their threshold.
    pub hits: u64,
    /// Sum of the predicted probabilities.
    pub expected_hits: f64,
    /// Log loss of the model.
    pub log_loss: f64,
    /// Log loss of the base rate on the same offers.
    pub base_log_loss: f64,
}

row_view! {
    /// Row of `moq_rates`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct HitRateRow {
        /// Dimension by which campaigns are grouped.
        pub dimension: String,
        /// The group.
        pub key: String,
        /// Campaigns with an outcome.
        pub n: u64,
        /// Campaigns that reached their threshold.
        pub hits: u64,
        /// `hits / n`.
        pub rate: f64,
        /// Rate shrunk towards the rate of all campaigns, more so for small `n`.
        pub rate_shrunk: Option<f64>,
        /// Lower end of the rate's interval.
        pub rate_low: Option<f64>,
        /// Upper end of the rate's interval.
        pub rate_high: Option<f64>,
    }
}

row_view! {
    /// Row of `slot_summary`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct SlotHistoryRow {
        /// Local date on which the slot opened.
        pub slot_date: NaiveDate,
        /// Campaigns in the slot.
        pub campaigns: u64,
        /// Campaigns that reached their threshold.
        pub hits: Option<u64>,
        /// Share of hits, if an outcome is known.
        pub hit_rate: Option<f64>,
    }
}
