//! That the page's data are the view's: every row, every column, nothing confidential, nothing that ends its script.

use serde_json::Value;
use slotcast_core::{Audience, ThresholdBasis};

use super::*;
use crate::{page::stress, sample, words::reason_text};

fn rows(view: &PageView) -> Value {
    serde_json::from_str(&rows_json(view).unwrap()).unwrap()
}

/// A figure of the JSON is the same number. This reader of JSON may be off by the last bit; browsers are not.
fn same(found: &Value, value: Option<f64>, what: &str) {
    match value.filter(|value| value.is_finite()) {
        None => assert!(found.is_null(), "{what}: {found}"),
        Some(value) => {
            let found = found.as_f64().unwrap_or_else(|| panic!("{what} is a number"));
            assert!((found - value).abs() <= f64::EPSILON * value.abs(), "{what}: {found} for {value}");
        }
    }
}

fn check_list(data: &Value, columns: &Value, place: usize, offer: &OfferView, is_house: bool) {
    let at = |name: &str| &columns[name][place];
    let scored = &offer.ranked.scored;
    let (terms, sheet) = (&scored.offer, &offer.sheet);
    let figures = [
        ("p_hit", Some(scored.p_hit.get())),
        ("p_low", scored.p_low.map(|p| p.get())),
        ("p_high", scored.p_high.map(|p| p.get())),
        ("demand_p10", scored.demand.map(|demand| demand.p10)),
        ("demand_p50", scored.demand.map(|demand| demand.p50)),
        ("demand_p90", scored.demand.map(|demand| demand.p90)),
        ("threshold", Some(terms.threshold)),
        ("capacity", terms.capacity),
        ("price", terms.price),
        ("expected_amount", scored.expected_amount()),
        ("alert_rate", sheet.alert_rate),
        ("orders_per_alert", sheet.orders_per_alert),
        ("order_rate", sheet.order_rate),
        ("rank", Some(f64::from(offer.ranked.rank))),
        ("previous_rank", offer.change.as_ref().map(|change| f64::from(change.previous_rank))),
        ("previous_p_hit", offer.change.as_ref().map(|change| change.previous_p_hit)),
        ("visitors", sheet.visitors.map(|n| n as f64)),
        ("is_amount", Some(if terms.threshold_basis == ThresholdBasis::Amount { 1.0 } else { 0.0 })),
    ];
    for (name, value) in figures {
        same(at(name), value, name);
    }
    if is_house {
        same(at("expected_value"), scored.expected_value(), "expected_value");
    }
    for (name, count) in [("alerts", sheet.alerts), ("wishes", sheet.wishes)] {
        let wanted = count.map(|count| [count.total, count.last_week, count.week_before]);
        assert_eq!(at(name), &serde_json::json!(wanted), "{name}");
    }
    for (name, record) in [("maker_record", sheet.maker), ("category_record", sheet.category)] {
        for (part, value) in [
            record.map(|record| record.hits),
            record.map(|record| record.n),
            record.and_then(|record| record.rate_shrunk),
        ]
        .into_iter()
        .enumerate()
        {
            same(&at(name)[part], value, name);
        }
    }
    let named = |names: &str, place: &Value| place.as_u64().map(|place| data[names][place as usize].clone());
    assert_eq!(at("candidate_id"), &terms.id.as_str());
    assert_eq!(at("title"), terms.title.as_deref().unwrap_or(&terms.product_id));
    assert_eq!(named("categories", at("category")), terms.category.as_deref().map(Value::from));
    assert_eq!(named("makers", at("maker_name")), terms.maker_name.as_deref().map(Value::from));
    for (bit, flag) in Flag::ALL.into_iter().enumerate() {
        let is_set = at("flags").as_u64().unwrap() >> bit & 1 == 1;
        let thin = flag == Flag::ThinData && scored.thin_data;
        assert_eq!(is_set, sheet.flags.contains(&flag) || thin, "{flag:?}");
    }
}

#[test]
fn every_figure_of_every_row_is_the_view_s() {
    let mut house = stress::page(60);
    house.audience = Audience::Internal;
    for view in [sample::page(), stress::page(300), house] {
        let data = rows(&view);
        for (place, list) in view.lists.iter().enumerate() {
            let columns = &data["lists"][place]["columns"];
            same(&data["lists"][place]["base_rate"], Some(list.model.base_rate), "base_rate");
            for (row, offer) in list.offers.iter().enumerate() {
                check_list(&data, columns, row, offer, view.audience == Audience::Internal);
            }
            for (name, column) in columns.as_object().unwrap() {
                assert_eq!(column.as_array().unwrap().len(), list.offers.len(), "{name}");
            }
        }
    }
}

#[test]
fn reasons_are_written_as_everywhere() {
    let view = stress::page(40);
    let data = rows(&view);
    for (row, offer) in view.lists[0].offers.iter().enumerate() {
        let pooled = data["lists"][0]["columns"]["reasons"][row].as_array().unwrap();
        assert_eq!(pooled.len(), offer.ranked.reasons.len());
        for (pooled, reason) in pooled.iter().zip(&offer.ranked.reasons) {
            let (place, push) = (pooled[0].as_u64().unwrap() as usize, pooled[1].as_f64().unwrap());
            for lang in [Lang::Ko, Lang::En] {
                let text = data["reasons"][lang.to_string()][place].as_str().unwrap();
                let mark = if push > 0.0 { '▲' } else { '▼' };
                assert_eq!(format!("{mark} {text} ({push:+.2})"), reason_text(lang, reason));
            }
        }
    }
}

#[test]
fn details_are_packed_whole() {
    let view = sample::page();
    let page = crate::page::page_html(&view, Lang::Ko).unwrap();
    let blocks: BTreeMap<String, Value> =
        unpacked(&page).into_iter().map(|(id, json)| (id, serde_json::from_str(&json).unwrap())).collect();
    assert_eq!(blocks.keys().collect::<Vec<_>>(), ["packed-0-0", "packed-1-0", "packed-curves"]);
    assert_eq!(blocks["packed-curves"]["식품"]["hours"].as_array().unwrap().len(), 169);
    for (row, offer) in view.lists[0].offers.iter().enumerate() {
        let detail = &blocks["packed-0-0"][row];
        assert_eq!(detail["product_id"], offer.ranked.scored.offer.product_id);
        assert_eq!(detail["curve"].as_array().unwrap().len(), offer.curve.len());
        for (told, point) in detail["curve"].as_array().unwrap().iter().zip(&offer.curve) {
            same(&told[0], Some(point.threshold), "threshold");
            assert!((told[1].as_f64().unwrap() - point.p_reach).abs() <= 5e-7);
        }
        if let Some(curve) = offer.ranked.scored.curve {
            for (mark, p) in [0.9, 0.7, 0.5].into_iter().enumerate() {
                same(&detail["marked"][mark][1], Some(curve.threshold_at(p)), "marked");
            }
        }
        for (told, similar) in detail["similar"].as_array().unwrap().iter().zip(&offer.similar) {
            same(&told["demand"], similar.demand, "demand");
            assert_eq!((&told["hit"], told["ran_in"].as_str()), (&similar.hit.into(), Some("2015-11-03")));
        }
        let visitors: Vec<u64> = offer.days.iter().map(|day| day.visitors).collect();
        assert_eq!(
            detail["days"]["visitors"],
            if visitors.is_empty() { Value::Null } else { visitors.into() }
        );
    }
}

/// Everything that a reader of the file could find in it.
fn everything(view: &PageView) -> String {
    let page = crate::page::page_html(view, Lang::Ko).unwrap();
    let packed: Vec<String> = unpacked(&page).into_iter().map(|(_, json)| json).collect();
    let review = crate::page::review_html(view, &view.reviews[0], Lang::Ko).unwrap();
    [page, packed.join("\n"), review].join("\n")
}

#[test]
fn what_is_internal_is_in_the_page_of_the_house_only() {
    let mut view = sample::page();
    for offer in view.lists.iter_mut().flat_map(|list| &mut list.offers) {
        offer.ranked.reasons.push(slotcast_core::Contribution {
            feature: "log_unit_cost".to_owned(),
            value: slotcast_core::FeatureValue::Number(7_777_f64.ln()),
            log_odds: 0.7,
        });
    }
    let values: Vec<String> = offers(&view)
        .filter_map(|offer| offer.ranked.scored.expected_value())
        .flat_map(|value| [value.to_string(), format!("{}", value.round())])
        .filter(|text| text.len() > 4)
        .collect();
    assert!(values.len() > 3, "the sample has expected values");
    let outside = everything(&view);
    for secret in ["7777", "7,777", "123456", "123,456", "unit_cost"] {
        assert!(!outside.contains(secret), "{secret}");
    }
    assert!(!outside.contains("\"expected_value\":") && !outside.contains("class=\"banner\""));
    for value in &values {
        assert!(!outside.contains(value.as_str()), "{value}");
    }
    view.audience = Audience::Internal;
    let inside = everything(&view);
    assert!(inside.contains("\"expected_value\":") && inside.contains("class=\"banner\""));
    assert!(values.iter().step_by(2).all(|value| inside.contains(value.as_str())));
    assert!(inside.contains("log_unit_cost"), "the reason is shown");
}

#[test]
fn nothing_that_makers_type_ends_the_script() {
    let view = stress::hostile_page();
    let json = rows_json(&view).unwrap();
    assert!(!json.contains('<') && !json.contains('\u{2028}') && !json.contains('\u{2029}'));
    let data = rows(&view);
    for (row, offer) in view.lists[0].offers.iter().enumerate() {
        let terms = &offer.ranked.scored.offer;
        assert_eq!(data["lists"][0]["columns"]["title"][row], terms.title.as_deref().unwrap());
    }
}

#[test]
fn what_is_no_number_is_not_known() {
    let mut view = sample::page();
    let offer = &mut view.lists[0].offers[0];
    offer.ranked.scored.offer.price = Some(f64::NAN);
    offer.sheet.alert_rate = Some(f64::INFINITY);
    offer.curve[0].p_reach = f64::NAN;
    offer.ranked.reasons[0].log_odds = f64::NAN;
    let json = rows_json(&view).unwrap();
    assert!(!json.contains("NaN") && !json.contains("inf"));
    assert!(rows(&view)["lists"][0]["columns"]["price"][0].is_null());
}
