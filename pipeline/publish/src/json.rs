//! The lists as JSON. The wire types are this file's own: the types of `core` may change without breaking a reader.

use std::collections::BTreeMap;

use serde::Serialize;
use slotcast_core::{Contribution, DateTime, FeatureValue, Probability, RankedOffer, Utc};

use crate::{
    error::PublishError,
    view::{ListView, PageView},
    words::{Lang, reasons_text, shown},
};

#[derive(Serialize)]
struct WirePage<'a> {
    run_id: &'a str,
    as_of: String,
    market: &'a str,
    zone: &'a str,
    currency: Option<&'a str>,
    warnings: &'a [String],
    lists: Vec<WireList<'a>>,
}

#[derive(Serialize)]
struct WireList<'a> {
    slot_date: String,
    opens_at: String,
    closes_at: String,
    is_preliminary: bool,
    is_frozen: bool,
    model: &'a str,
    n_training: u64,
    base_rate: Option<f64>,
    offers: Vec<WireOffer<'a>>,
}

#[derive(Serialize)]
struct WireOffer<'a> {
    candidate_id: &'a str,
    product_id: &'a str,
    title: Option<&'a str>,
    category: Option<&'a str>,
    maker_name: Option<&'a str>,
    threshold: f64,
    threshold_basis: String,
    price: Option<f64>,
    rank: u32,
    ranked_by: &'a str,
    p_hit: f64,
    p_low: Option<f64>,
    p_high: Option<f64>,
    demand_p10: Option<f64>,
    demand_p50: Option<f64>,
    demand_p90: Option<f64>,
    expected_amount: Option<f64>,
    thin_data: bool,
    reasons_ko: String,
    reasons_en: String,
    reasons: Vec<WireReason<'a>>,
    model: &'a str,
}

#[derive(Serialize)]
struct WireReason<'a> {
    feature: &'a str,
    value: WireValue<'a>,
    push: f64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WireValue<'a> {
    Number(f64),
    Text(&'a str),
    Record { hits: f64, n: f64 },
    Missing,
}

/// The lists of a page as JSON, columns named as in `rankings`; instants in UTC, probabilities to six decimals.
///
/// `expected_amounts` holds amounts by the id of an offer; without them the field is null.
///
/// # Errors
/// When a value cannot be written as JSON.
pub fn ranking_json(
    view: &PageView,
    expected_amounts: Option<&BTreeMap<String, f64>>,
) -> Result<String, PublishError> {
    let page = WirePage {
        run_id: view.run_id.as_str(),
        as_of: instant(view.as_of),
        market: &view.market,
        zone: view.zone.name(),
        currency: view.currency.as_deref(),
        warnings: &view.warnings,
        lists: view.lists.iter().map(|list| wire_list(list, expected_amounts)).collect(),
    };
    Ok(serde_json::to_string_pretty(&page)? + "\n")
}

fn wire_list<'a>(list: &'a ListView, expected_amounts: Option<&BTreeMap<String, f64>>) -> WireList<'a> {
    let amount_of = |ranked: &RankedOffer| expected_amounts?.get(&ranked.scored.offer.id).copied();
    WireList {
        slot_date: list.slot.date.to_string(),
        opens_at: instant(list.slot.opens_at),
        closes_at: instant(list.slot.closes_at),
        is_preliminary: list.is_preliminary,
        is_frozen: list.is_frozen,
        model: &list.model.name,
        n_training: list.model.n_training,
        base_rate: list.model.base_rate.is_finite().then(|| six_places(list.model.base_rate)),
        offers: list.offers.iter().map(|ranked| wire_offer(ranked, amount_of(ranked))).collect(),
    }
}

fn wire_offer(ranked: &RankedOffer, expected_amount: Option<f64>) -> WireOffer<'_> {
    let scored = &ranked.scored;
    let offer = &scored.offer;
    let chance = |p: Probability| six_places(p.get());
    WireOffer {
        candidate_id: &offer.id,
        product_id: &offer.product_id,
        title: offer.title.as_deref(),
        category: offer.category.as_deref(),
        maker_name: offer.maker_name.as_deref(),
        threshold: offer.threshold,
        threshold_basis: offer.threshold_basis.to_string(),
        price: offer.price,
        rank: ranked.rank,
        ranked_by: ranked.ranked_by,
        p_hit: chance(scored.p_hit),
        p_low: scored.p_low.map(chance),
        p_high: scored.p_high.map(chance),
        demand_p10: scored.demand.map(|quantiles| two_places(quantiles.p10)),
        demand_p50: scored.demand.map(|quantiles| two_places(quantiles.p50)),
        demand_p90: scored.demand.map(|quantiles| two_places(quantiles.p90)),
        expected_amount: expected_amount.map(two_places),
        thin_data: scored.thin_data,
        reasons_ko: reasons_text(Lang::Ko, &ranked.reasons),
        reasons_en: reasons_text(Lang::En, &ranked.reasons),
        reasons: shown(&ranked.reasons).map(wire_reason).collect(),
        model: &scored.model,
    }
}

fn wire_reason(reason: &Contribution) -> WireReason<'_> {
    let value = match &reason.value {
        FeatureValue::Number(value) => WireValue::Number(*value),
        FeatureValue::Text(text) => WireValue::Text(text),
        FeatureValue::Record { hits, n } => WireValue::Record { hits: *hits, n: *n },
        FeatureValue::Missing => WireValue::Missing,
    };
    WireReason { feature: &reason.feature, value, push: six_places(reason.push) }
}

fn instant(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As many decimals as in the CSV, so that the two agree.
fn six_places(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn two_places(value: f64) -> f64 {
    (value * 1e2).round() / 1e2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_reader_finds_the_list() {
        let view = sample::page();
        let text = ranking_json(&view, None).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let first = &value["lists"][0]["offers"][0];
        assert_eq!(value["run_id"], view.run_id.as_str());
        assert_eq!(value["lists"][0]["opens_at"], "2016-03-01T01:00:00Z");
        assert_eq!((&first["rank"], &first["p_hit"]), (&1.into(), &0.9341.into()));
        assert_eq!(first["reasons"][0]["value"]["n"], 4.0);
        assert!(first["expected_amount"].is_null());
        assert_eq!(text, ranking_json(&sample::page(), None).unwrap());
    }

    #[test]
    fn an_empty_list_is_a_list() {
        let mut view = sample::page();
        view.lists.truncate(1);
        view.lists[0].offers.clear();
        let value: serde_json::Value = serde_json::from_str(&ranking_json(&view, None).unwrap()).unwrap();
        assert_eq!(value["lists"][0]["offers"], serde_json::json!([]));
    }
}
