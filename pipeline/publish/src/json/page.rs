//! The whole page as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use slotcast_core::{Audience, DateTime, Utc};

use super::{offer::WireOffer, rounding::six_decimals};
use crate::{
    columns::{ColumnKind, OfferRow},
    view::{
        BacktestSummary, ListView, ModelCheck, OrderCurvePoint, PageView, Retraction, ReviewedOffer,
        SlotReview,
    },
};

/// Name under which the schema is published. The ranking refers to it.
pub(super) const SCHEMA_NAME: &str = "ranking.schema.json";

#[derive(Serialize)]
pub(super) struct WirePage<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    run_id: &'a str,
    as_of: String,
    market: &'a str,
    zone: &'a str,
    currency: Option<&'a str>,
    is_internal: bool,
    warnings: &'a [String],
    retracted: Vec<WireRetraction<'a>>,
    model_check: Option<WireCheck<'a>>,
    backtest: Option<WireBacktest>,
    lists: Vec<WireList<'a>>,
    reviews: Vec<WireReview<'a>>,
    order_curves: BTreeMap<&'a str, Vec<WireHour>>,
}

#[derive(Serialize)]
struct WireRetraction<'a> {
    run_id: &'a str,
    at: String,
}

#[derive(Serialize)]
struct WireCheck<'a> {
    model: &'a str,
    n: u64,
    ece: Option<f64>,
    ece_noise_floor: Option<f64>,
    log_loss: Option<f64>,
    base_log_loss: Option<f64>,
}

#[derive(Serialize)]
struct WireBacktest {
    first_slot: Option<String>,
    last_slot: Option<String>,
    n: u64,
    base_rate: Option<f64>,
    log_loss: Option<f64>,
    base_log_loss: Option<f64>,
    brier: Option<f64>,
    base_brier: Option<f64>,
    auc: Option<f64>,
    ece: Option<f64>,
    ece_noise_floor: Option<f64>,
}

#[derive(Serialize)]
struct WireList<'a> {
    slot_date: String,
    opens_at: String,
    closes_at: String,
    cutoff: String,
    knowledge_at: String,
    is_preliminary: bool,
    is_frozen: bool,
    model: &'a str,
    n_training: u64,
    base_rate: Option<f64>,
    offers: Vec<WireOffer<'a>>,
}

#[derive(Serialize)]
struct WireReview<'a> {
    slot_date: String,
    run_id: &'a str,
    offers: Vec<WireReviewed<'a>>,
}

#[derive(Serialize)]
struct WireReviewed<'a> {
    candidate_id: &'a str,
    title: Option<&'a str>,
    rank: u32,
    p_hit: Option<f64>,
    demand_p10: Option<f64>,
    demand_p50: Option<f64>,
    demand_p90: Option<f64>,
    threshold: f64,
    demand: Option<f64>,
    hit: bool,
}

#[derive(Serialize)]
struct WireHour {
    hour: u32,
    share_mean: Option<f64>,
    share_p10: Option<f64>,
    share_p90: Option<f64>,
}

impl<'a> WirePage<'a> {
    /// The page of `view`.
    pub(super) fn new(view: &'a PageView) -> Self {
        Self {
            schema: SCHEMA_NAME,
            run_id: view.run_id.as_str(),
            as_of: utc_text(view.as_of),
            market: &view.market,
            zone: view.zone.name(),
            currency: view.currency.as_deref(),
            is_internal: view.audience == Audience::Internal,
            warnings: &view.warnings,
            retracted: view.retracted.iter().map(wire_retraction).collect(),
            model_check: view.model_check.as_ref().map(wire_check),
            backtest: view.backtest.as_ref().map(wire_backtest),
            lists: view.lists.iter().map(|list| wire_list(view, list)).collect(),
            reviews: view.reviews.iter().map(wire_review).collect(),
            order_curves: view
                .order_curves
                .iter()
                .map(|(category, points)| (category.as_str(), points.iter().map(wire_hour).collect()))
                .collect(),
        }
    }
}

fn wire_retraction(retraction: &Retraction) -> WireRetraction<'_> {
    WireRetraction { run_id: &retraction.run_id, at: utc_text(retraction.at) }
}

fn wire_check(check: &ModelCheck) -> WireCheck<'_> {
    WireCheck {
        model: &check.model,
        n: check.n,
        ece: check.ece.and_then(six_decimals),
        ece_noise_floor: check.ece_noise_floor.and_then(six_decimals),
        log_loss: six_decimals(check.log_loss),
        base_log_loss: six_decimals(check.base_log_loss),
    }
}

fn wire_backtest(backtest: &BacktestSummary) -> WireBacktest {
    WireBacktest {
        first_slot: backtest.first_slot.map(|slot| slot.to_string()),
        last_slot: backtest.last_slot.map(|slot| slot.to_string()),
        n: backtest.n,
        base_rate: backtest.base_rate.and_then(six_decimals),
        log_loss: six_decimals(backtest.log_loss),
        base_log_loss: six_decimals(backtest.base_rate_log_loss),
        brier: six_decimals(backtest.brier),
        base_brier: backtest.base_rate_brier.and_then(six_decimals),
        auc: backtest.auc.and_then(six_decimals),
        ece: backtest.ece.and_then(six_decimals),
        ece_noise_floor: backtest.ece_noise_floor.and_then(six_decimals),
    }
}

fn wire_list<'a>(view: &'a PageView, list: &'a ListView) -> WireList<'a> {
    let row = |offer| WireOffer(OfferRow { run_id: &view.run_id, offer, audience: view.audience });
    WireList {
        slot_date: list.slot.date.to_string(),
        opens_at: utc_text(list.slot.opens_at),
        closes_at: utc_text(list.slot.closes_at),
        cutoff: utc_text(list.cutoff),
        knowledge_at: utc_text(list.knowledge_at),
        is_preliminary: list.is_preliminary,
        is_frozen: list.is_frozen,
        model: &list.model.name,
        n_training: list.model.n_training,
        base_rate: six_decimals(list.model.base_rate),
        offers: list.offers.iter().map(row).collect(),
    }
}

fn wire_review(review: &SlotReview) -> WireReview<'_> {
    WireReview {
        slot_date: review.slot_date.to_string(),
        run_id: &review.run_id,
        offers: review.offers.iter().map(wire_reviewed).collect(),
    }
}

fn wire_reviewed(offer: &ReviewedOffer) -> WireReviewed<'_> {
    let demand = |quantile: Option<f64>| ColumnKind::Demand.rounded(quantile?);
    WireReviewed {
        candidate_id: &offer.candidate_id,
        title: offer.title.as_deref(),
        rank: offer.rank,
        p_hit: six_decimals(offer.p_hit),
        demand_p10: demand(offer.demand_p10),
        demand_p50: demand(offer.demand_p50),
        demand_p90: demand(offer.demand_p90),
        threshold: offer.threshold,
        demand: offer.demand,
        hit: offer.hit,
    }
}

fn wire_hour(point: &OrderCurvePoint) -> WireHour {
    WireHour {
        hour: point.hour,
        share_mean: six_decimals(point.share_mean),
        share_p10: six_decimals(point.share_p10),
        share_p90: six_decimals(point.share_p90),
    }
}

fn utc_text(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
