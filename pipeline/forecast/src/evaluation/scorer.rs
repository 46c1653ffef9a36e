//! Scorers and the truth about offers.

use std::collections::HashMap;

use crate::offer_id::OfferId;

/// The truth of a simulator about one offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfferTruth {
    /// Probability of a hit, given everything before the slot opens.
    pub oracle: f64,
    /// Probability of a hit, given what a forecaster can know.
    pub knowable: f64,
    /// The outcome, if the offer ran.
    pub hit: Option<bool>,
    /// Whether the offer was selected.
    pub selected: bool,
}

/// Predictions of a model, or the order of a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorerPredictions {
    /// Name of the scorer.
    pub name: String,
    /// Probabilities of a hit; empty for a baseline.
    pub p_hit: HashMap<OfferId, f64>,
    /// Values that order the offers of a slot, largest first.
    pub order: HashMap<OfferId, f64>,
}
