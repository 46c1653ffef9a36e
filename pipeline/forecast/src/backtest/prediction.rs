//! Predictions of a backtest.

use slotcast_core::{DemandQuantiles, NaiveDate, ScoredOffer};
use slotcast_features::Outcome;

/// The prediction of one model for one offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Probability of a hit.
    pub p_hit: f64,
    /// Probability of a hit given that the offer was selected. Known outcomes are those of selected offers.
    pub p_hit_given_selected: f64,
    /// Value that orders the list, largest first.
    pub order_value: f64,
    /// Quantiles of the demand, if the model has a demand distribution.
    pub demand: Option<DemandQuantiles>,
}

impl Prediction {
    /// The prediction of a model of probabilities only.
    pub(super) fn of_probability(p: f64) -> Self {
        Self { p_hit: p, p_hit_given_selected: p, order_value: p, demand: None }
    }

    pub(super) fn of_score(scored: &ScoredOffer) -> Self {
        let p = scored.p_hit_given_selected.get();
        // Outcomes are those of selected offers, so they are compared with the curve of a selected one.
        let curve =
            scored.curve.and_then(|curve| curve.with_logit(scored.offer.threshold, (p / (1.0 - p)).ln()));
        let p_hit = scored.p_hit.get();
        Self {
            p_hit,
            p_hit_given_selected: p,
            order_value: p_hit,
            demand: curve.map(|curve| curve.quantiles()),
        }
    }
}

/// The predictions of all models for one offer.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferPrediction {
    /// Slot of the offer.
    pub slot_date: NaiveDate,
    /// Id of the offer.
    pub id: String,
    /// The outcome; `None` if the offer did not run or its outcome is unknown.
    pub outcome: Option<Outcome>,
    /// Its category.
    pub category: Option<String>,
    /// Whether its maker had no record yet.
    pub is_new_maker: bool,
    /// Whether the base rate had thin data for it.
    pub is_thin: bool,
    /// ln(1 + alerts) - ln(threshold), if known.
    pub log_alerts_per_threshold: Option<f64>,
    /// Values of simple orders, one per habit.
    pub(super) habits: Vec<f64>,
    /// One entry per model, in the order of [`Backtest::models`].
    pub predictions: Vec<Prediction>,
}

/// Result of a backtest.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// Names of the models.
    pub models: Vec<&'static str>,
    /// Predictions in the order of the slots.
    pub predictions: Vec<OfferPrediction>,
}
