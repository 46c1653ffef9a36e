//! What the exporters are given: plain values, gathered by the caller. No text is made here but local time.

mod offer;

use std::collections::BTreeMap;

use slotcast_core::{Audience, DateTime, NaiveDate, RunId, Slot, ThresholdBasis, Tz, Utc, utc_to_local};

pub use offer::{
    Change, Counted, CurvePoint, Flag, NearDuplicate, OfferDay, OfferSheet, OfferView, Record,
    SimilarCampaign,
};

/// One page: what a run says to the people who decide.
#[derive(Clone, Debug, PartialEq)]
pub struct PageView {
    /// The run that speaks.
    pub run_id: RunId,
    /// The moment it speaks for.
    pub as_of: DateTime<Utc>,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// Who reads it.
    pub audience: Audience,
    /// Name of the market.
    pub market: String,
    /// ISO 4217 code of prices and of thresholds in money, if the market has one.
    pub currency: Option<String>,
    /// What the reader must know before anything else.
    pub warnings: Vec<String>,
    /// The next slot, and perhaps the one after it.
    pub lists: Vec<ListView>,
    /// How orders come in over a slot, by category: rows of `order_curve` in hours since the opening.
    pub order_curves: BTreeMap<String, Vec<CurveHour>>,
    /// The last slots that have closed, the latest first: what was said of them, and what became of them.
    pub reviews: Vec<SlotReview>,
    /// Runs whose publication was retracted, and when: said on the page that stands in their place.
    pub retracted: Vec<Retraction>,
    /// How right earlier lists would have been, if that was measured.
    pub backtest: Option<BacktestSummary>,
    /// How right the model is on slots later than those it learned from, if that was measured.
    pub model_check: Option<ModelCheck>,
    /// The same of the lists that were published since that model ranks, if slots of them have closed.
    pub running: Option<ModelCheck>,
    /// Rows of `moq_rates`.
    pub hit_rates: Vec<HitRateRow>,
    /// Rows of `slot_summary`, in any order.
    pub slot_history: Vec<SlotHistoryRow>,
}

/// The ranked list of one slot.
#[derive(Clone, Debug, PartialEq)]
pub struct ListView {
    /// The slot.
    pub slot: Slot,
    /// Whether the slot comes after the next one, so that its list will still change much.
    pub is_preliminary: bool,
    /// Whether the slot's cutoff is past, so that its list changes no more.
    pub is_frozen: bool,
    /// The moment at which its line-up is decided.
    pub cutoff: DateTime<Utc>,
    /// The moment up to which the scores know: T.
    pub knowledge_at: DateTime<Utc>,
    /// The model behind this list. Lists of one page may differ: each slot is scored by a
    /// model that learned at the same distance from the opening.
    pub model: ModelSummary,
    /// The offers, in their order.
    pub offers: Vec<OfferView>,
}

/// A row of `order_curve`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveHour {
    /// Hours since the opening.
    pub hour: u32,
    /// The mean share of its demand that a campaign had by then.
    pub share_mean: f64,
    /// One in ten campaigns had less.
    pub share_p10: f64,
    /// One in ten campaigns had more.
    pub share_p90: f64,
}

/// A slot that has closed: rows of `slot_results`.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotReview {
    /// The local date on which it opened.
    pub slot_date: NaiveDate,
    /// The run whose list was the last before it opened.
    pub run_id: String,
    /// Its offers that ran, by their place in that list.
    pub offers: Vec<ReviewedOffer>,
}

/// What was said of an offer, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewedOffer {
    /// Its id.
    pub id: String,
    /// Its title, if known.
    pub title: Option<String>,
    /// Its place in the list.
    pub rank: u32,
    /// The chance that was said.
    pub p_hit: f64,
    /// The 10, 50 and 90 % points of demand that were said.
    pub demand_said: Option<[f64; 3]>,
    /// Its threshold.
    pub threshold: f64,
    /// What its threshold counts.
    pub threshold_basis: ThresholdBasis,
    /// Demand, where it was counted.
    pub demand: Option<f64>,
    /// Whether it reached its threshold.
    pub hit: bool,
}

/// A publication that was retracted.
#[derive(Clone, Debug, PartialEq)]
pub struct Retraction {
    /// The run.
    pub run_id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a model learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSummary {
    /// Its name.
    pub name: String,
    /// Campaigns it learned from.
    pub n_training: u64,
    /// The share of them that reached their threshold.
    pub base_rate: f64,
}

/// A backtest in a few figures.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestSummary {
    /// The first and the last slot that were replayed, if known.
    pub slots: Option<(NaiveDate, NaiveDate)>,
    /// Offers scored as they were known at their time.
    pub n: u64,
    /// The share of them that reached their threshold.
    pub base_rate: f64,
    /// Log loss of the model.
    pub log_loss: f64,
    /// Log loss of always saying the base rate known at the time.
    pub base_log_loss: f64,
    /// Brier score of the model.
    pub brier: f64,
    /// Brier score of always saying the base rate known at the time, if measured.
    pub base_brier: Option<f64>,
    /// The chance that a hit is ranked before a miss; `None` where all outcomes are alike.
    pub auc: Option<f64>,
    /// Expected calibration error, if measured.
    pub ece: Option<f64>,
    /// The calibration error that a perfect model would show on as many offers, if measured.
    pub ece_noise_floor: Option<f64>,
}

/// A model held against slots later than those it learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCheck {
    /// Its name.
    pub model: String,
    /// The slot since which it ranks, where these are published lists since then.
    pub since: Option<NaiveDate>,
    /// Offers that it predicted from earlier slots.
    pub n: u64,
    /// Expected calibration error, if defined.
    pub ece: Option<f64>,
    /// The calibration error that a perfect model would show on as many offers, if measured.
    pub ece_noise_floor: Option<f64>,
    /// Log loss of the model.
    pub log_loss: f64,
    /// Log loss of always saying the base rate known at the time.
    pub base_log_loss: f64,
    /// What became of offers by the chance that was said.
    pub bins: Vec<ReliabilityBin>,
    /// What became of them by slot, in any order.
    pub slots: Vec<SlotScore>,
}

/// Offers whose chances were alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// Offers.
    pub n: u64,
    /// Offers that reached their threshold.
    pub hits: u64,
    /// Their mean chance.
    pub p_mean: f64,
    /// Lower end of the 80 % interval of the share of hits.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

/// One slot, predicted from earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotScore {
    /// The local date on which the slot opened.
    pub slot_date: NaiveDate,
    /// Offers that were predicted.
    pub n: u64,
    /// Offers that reached their threshold.
    pub hits: u64,
    /// The sum of their chances.
    pub expected_hits: f64,
    /// Log loss of the model.
    pub log_loss: f64,
    /// Log loss of the base rate on the same offers.
    pub base_log_loss: f64,
}

/// A row of `moq_rates`.
#[derive(Clone, Debug, PartialEq)]
pub struct HitRateRow {
    /// What the campaigns are grouped by.
    pub dimension: String,
    /// The group.
    pub key: String,
    /// Campaigns with an outcome.
    pub n: u64,
    /// Campaigns that reached their threshold.
    pub hits: u64,
    /// `hits / n`.
    pub rate: f64,
    /// The rate drawn towards all others, the more so the smaller `n`.
    pub rate_shrunk: f64,
    /// Lower end of the rate's interval.
    pub low: f64,
    /// Upper end of the rate's interval.
    pub high: f64,
}

/// A row of `slot_summary`.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotHistoryRow {
    /// The local date on which the slot opened.
    pub slot_date: NaiveDate,
    /// Campaigns in the slot.
    pub campaigns: u64,
    /// Campaigns that reached their threshold.
    pub hits: u64,
    /// The share of hits, if any outcome is known.
    pub hit_rate: Option<f64>,
}

/// What a clock in `zone` shows at `instant`, to the minute.
pub fn local_text(zone: Tz, instant: DateTime<Utc>) -> String {
    utc_to_local(zone, instant).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shown_as_the_market_reads_it() {
        let opening = "2016-03-01T01:00:00Z".parse().unwrap();
        assert_eq!(local_text(Tz::Asia__Seoul, opening), "2016-03-01 10:00");
    }
}
