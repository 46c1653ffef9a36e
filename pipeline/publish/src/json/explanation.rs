//! An explanation on the wire: the offer as in the ranking, all that its score is made of, other terms.

use serde::Serialize;
use slotcast_core::RunId;

use super::{
    offer::{WireOffer, WireReason, wire_reason},
    six_places,
};
use crate::{
    columns::{Kind, Row},
    error::PublishError,
    explanation::{Explanation, WhatIf},
    words::{INTERNAL, shown},
};

#[derive(Serialize)]
struct WireExplanation<'a> {
    run_id: &'a str,
    slot_date: String,
    is_preliminary: bool,
    listed: usize,
    is_internal: bool,
    offer: WireOffer<'a>,
    /// The pushes of `contributions` start here and add up to `logit`.
    start: f64,
    contributions: Vec<WireReason<'a>>,
    logit: f64,
    threshold_50: Option<f64>,
    threshold_70: Option<f64>,
    threshold_90: Option<f64>,
    what_if: Option<WireTerms>,
}

#[derive(Serialize)]
struct WireTerms {
    threshold: f64,
    price: Option<f64>,
    capacity: Option<f64>,
    p_hit: Option<f64>,
    demand_p10: Option<f64>,
    demand_p50: Option<f64>,
    demand_p90: Option<f64>,
    expected_amount: Option<f64>,
    expected_value: Option<f64>,
}

/// The explanation as JSON, columns named as in the ranking.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn explanation_json(told: &Explanation<'_>, run_id: &RunId) -> Result<String, PublishError> {
    let scored = &told.offer.ranked.scored;
    let mut contributions: Vec<WireReason<'_>> =
        shown(&scored.contributions, told.audience).map(wire_reason).collect();
    contributions.extend(scored.hidden_log_odds(told.audience).map(|push| WireReason::sum(INTERNAL, push)));
    let at = |p: f64| scored.curve.and_then(|curve| Kind::Demand.rounded(curve.threshold_at(p)));
    let explanation = WireExplanation {
        run_id: told.run_id,
        slot_date: told.slot.date.to_string(),
        is_preliminary: told.is_preliminary,
        listed: told.listed,
        is_internal: told.audience == slotcast_core::Audience::Internal,
        offer: WireOffer(Row { run_id, offer: told.offer, audience: told.audience }),
        start: told.start,
        contributions,
        logit: told.start + scored.contributions.iter().map(|one| one.log_odds).sum::<f64>(),
        threshold_50: at(0.5),
        threshold_70: at(0.7),
        threshold_90: at(0.9),
        what_if: told.what_if.as_ref().map(|other| wire_terms(other, told)),
    };
    Ok(serde_json::to_string_pretty(&explanation)? + "\n")
}

fn wire_terms(other: &WhatIf, told: &Explanation<'_>) -> WireTerms {
    let demand = |pick: fn(&slotcast_core::DemandQuantiles) -> f64| {
        other.demand.as_ref().and_then(|demand| Kind::Demand.rounded(pick(demand)))
    };
    let value = other.expected_value.filter(|_| told.audience.may_see("expected_value"));
    WireTerms {
        threshold: other.threshold,
        price: other.price,
        capacity: other.capacity,
        p_hit: six_places(other.p_hit),
        demand_p10: demand(|demand| demand.p10),
        demand_p50: demand(|demand| demand.p50),
        demand_p90: demand(|demand| demand.p90),
        expected_amount: other.expected_amount.and_then(|amount| Kind::Demand.rounded(amount)),
        expected_value: value.and_then(|value| Kind::Demand.rounded(value)),
    }
}
