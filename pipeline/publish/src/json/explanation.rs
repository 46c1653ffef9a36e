//! Explanation of one offer as JSON: the offer as in the ranking, all contributions, other terms.

use serde::Serialize;
use slotcast_core::{INTERNAL_SUM, RunId};

use super::{
    offer::{WireOffer, WireReason, wire_reason},
    rounding::six_decimals,
};
use crate::{
    columns::{ColumnKind, OfferRow},
    error::PublishError,
    explanation::{Explanation, WhatIf},
    i18n::visible_reasons,
};

#[derive(Serialize)]
struct WireExplanation<'a> {
    run_id: &'a str,
    slot_date: String,
    is_preliminary: bool,
    n_offers: usize,
    is_internal: bool,
    offer: WireOffer<'a>,
    /// `intercept` and `contributions` add up to `logit`.
    intercept: f64,
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

/// The explanation as JSON, with the column names of the ranking.
///
/// # Errors
///
/// If a value cannot be written as JSON.
pub fn explanation_json(explanation: &Explanation<'_>, run_id: &RunId) -> Result<String, PublishError> {
    let scored = &explanation.offer.ranked.scored;
    let mut contributions: Vec<WireReason<'_>> =
        visible_reasons(&scored.contributions, explanation.audience).map(wire_reason).collect();
    contributions
        .extend(scored.hidden_log_odds(explanation.audience).map(|sum| WireReason::sum(INTERNAL_SUM, sum)));
    let at = |p: f64| scored.curve.and_then(|curve| ColumnKind::Demand.rounded(curve.threshold_at(p)));
    let wire = WireExplanation {
        run_id: explanation.run_id,
        slot_date: explanation.slot.date.to_string(),
        is_preliminary: explanation.is_preliminary,
        n_offers: explanation.n_offers,
        is_internal: explanation.audience == slotcast_core::Audience::Internal,
        offer: WireOffer(OfferRow { run_id, offer: explanation.offer, audience: explanation.audience }),
        intercept: explanation.intercept,
        contributions,
        logit: explanation.intercept + scored.contributions.iter().map(|one| one.log_odds).sum::<f64>(),
        threshold_50: at(0.5),
        threshold_70: at(0.7),
        threshold_90: at(0.9),
        what_if: explanation.what_if.as_ref().map(|other| wire_terms(other, explanation)),
    };
    Ok(serde_json::to_string_pretty(&wire)? + "\n")
}

fn wire_terms(other: &WhatIf, explanation: &Explanation<'_>) -> WireTerms {
    let demand = |pick: fn(&slotcast_core::DemandQuantiles) -> f64| {
        other.demand.as_ref().and_then(|demand| ColumnKind::Demand.rounded(pick(demand)))
    };
    let value = other.expected_value.filter(|_| explanation.audience.may_see("expected_value"));
    WireTerms {
        threshold: other.threshold,
        price: other.price,
        capacity: other.capacity,
        p_hit: six_decimals(other.p_hit),
        demand_p10: demand(|demand| demand.p10),
        demand_p50: demand(|demand| demand.p50),
        demand_p90: demand(|demand| demand.p90),
        expected_amount: other.expected_amount.and_then(|amount| ColumnKind::Demand.rounded(amount)),
        expected_value: value.and_then(|value| ColumnKind::Demand.rounded(value)),
    }
}
