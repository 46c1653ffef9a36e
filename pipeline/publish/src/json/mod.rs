//! The lists as JSON. The wire types are this room's own: the types of `core` may change without breaking a reader.
//! `schema/ranking.schema.json` says what is in the file, and a test holds the two against each other.

mod explanation;
mod layout;
mod offer;

use std::collections::BTreeMap;

use serde::Serialize;
use slotcast_core::{Audience, DateTime, Utc};

pub use explanation::explanation_json;

use self::{layout::Lines, offer::WireOffer};
use crate::{
    columns::{Kind, Row},
    error::PublishError,
    view::{BacktestSummary, CurveHour, ListView, ModelCheck, PageView, ReviewedOffer, SlotReview},
};

/// What [`ranking_json`] writes, as a JSON Schema (draft 2020-12); published beside it.
pub const RANKING_SCHEMA: &str = include_str!("../../schema/ranking.schema.json");

/// By this name the schema is published beside the ranking, which names it.
const SCHEMA_NAME: &str = "ranking.schema.json";

#[derive(Serialize)]
struct WirePage<'a> {
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

/// The lists of a page as JSON, columns named as in the relations; instants in UTC, probabilities and scores to six
/// decimals, demand and amounts that a model expects to two, everything else as it is.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn ranking_json(view: &PageView) -> Result<String, PublishError> {
    let page = WirePage {
        schema: SCHEMA_NAME,
        run_id: view.run_id.as_str(),
        as_of: instant(view.as_of),
        market: &view.market,
        zone: view.zone.name(),
        currency: view.currency.as_deref(),
        is_internal: view.audience == Audience::Internal,
        warnings: &view.warnings,
        retracted: view
            .retracted
            .iter()
            .map(|one| WireRetraction { run_id: &one.run_id, at: instant(one.at) })
            .collect(),
        model_check: view.model_check.as_ref().map(wire_check),
        backtest: view.backtest.as_ref().map(wire_backtest),
        lists: view.lists.iter().map(|list| wire_list(view, list)).collect(),
        reviews: view.reviews.iter().map(wire_review).collect(),
        order_curves: view
            .order_curves
            .iter()
            .map(|(category, hours)| (category.as_str(), hours.iter().map(wire_hour).collect()))
            .collect(),
    };
    let mut text = Vec::new();
    page.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Lines::new()))?;
    text.push(b'\n');
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn wire_check(check: &ModelCheck) -> WireCheck<'_> {
    WireCheck {
        model: &check.model,
        n: check.n,
        ece: check.ece.and_then(six_places),
        ece_noise_floor: check.ece_noise_floor.and_then(six_places),
        log_loss: six_places(check.log_loss),
        base_log_loss: six_places(check.base_log_loss),
    }
}

fn wire_backtest(backtest: &BacktestSummary) -> WireBacktest {
    WireBacktest {
        first_slot: backtest.slots.map(|(first, _)| first.to_string()),
        last_slot: backtest.slots.map(|(_, last)| last.to_string()),
        n: backtest.n,
        base_rate: six_places(backtest.base_rate),
        log_loss: six_places(backtest.log_loss),
        base_log_loss: six_places(backtest.base_log_loss),
        brier: six_places(backtest.brier),
        base_brier: backtest.base_brier.and_then(six_places),
        auc: backtest.auc.and_then(six_places),
        ece: backtest.ece.and_then(six_places),
        ece_noise_floor: backtest.ece_noise_floor.and_then(six_places),
    }
}

fn wire_list<'a>(view: &'a PageView, list: &'a ListView) -> WireList<'a> {
    let row = |offer| WireOffer(Row { run_id: &view.run_id, offer, audience: view.audience });
    WireList {
        slot_date: list.slot.date.to_string(),
        opens_at: instant(list.slot.opens_at),
        closes_at: instant(list.slot.closes_at),
        cutoff: instant(list.cutoff),
        knowledge_at: instant(list.knowledge_at),
        is_preliminary: list.is_preliminary,
        is_frozen: list.is_frozen,
        model: &list.model.name,
        n_training: list.model.n_training,
        base_rate: six_places(list.model.base_rate),
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
    let said = |place: usize| offer.demand_said.and_then(|said| Kind::Demand.rounded(said[place]));
    WireReviewed {
        candidate_id: &offer.id,
        title: offer.title.as_deref(),
        rank: offer.rank,
        p_hit: six_places(offer.p_hit),
        demand_p10: said(0),
        demand_p50: said(1),
        demand_p90: said(2),
        threshold: offer.threshold,
        demand: offer.demand,
        hit: offer.hit,
    }
}

fn wire_hour(hour: &CurveHour) -> WireHour {
    WireHour {
        hour: hour.hour,
        share_mean: six_places(hour.share_mean),
        share_p10: six_places(hour.share_p10),
        share_p90: six_places(hour.share_p90),
    }
}

fn instant(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As many decimals as in the CSV, so that the two agree.
fn six_places(value: f64) -> Option<f64> {
    Kind::Chance.rounded(value)
}

#[cfg(test)]
mod tests;
