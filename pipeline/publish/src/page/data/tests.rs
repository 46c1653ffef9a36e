//! Tests of the page's data: values, details, audience, script safety. `tests::consistency` compares all
//! figures.

use serde_json::Value;
use slotcast_core::Audience;

use super::*;
use crate::{
    i18n::reason_text,
    tests::{sample, stress},
    view::CellValue,
};

fn rows(view: &PageView) -> Value {
    serde_json::from_str(&rows_json(view).unwrap()).unwrap()
}

/// Asserts equality up to the last bit, which this JSON reader may lose.
fn same(found: &Value, value: Option<f64>, what: &str) {
    match value.filter(|value| value.is_finite()) {
        None => assert!(found.is_null(), "{what}: {found}"),
        Some(value) => {
            let found = found.as_f64().unwrap_or_else(|| panic!("{what} is a number"));
            assert!((found - value).abs() <= f64::EPSILON * value.abs(), "{what}: {found} for {value}");
        }
    }
}

#[test]
fn rows_contain_every_offer() {
    for view in [sample::page(), stress::page(300)] {
        let data = rows(&view);
        for (list, found) in view.lists.iter().zip(data["lists"].as_array().unwrap()) {
            same(&found["base_rate"], Some(list.model.base_rate), "base_rate");
            for (name, column) in found["columns"].as_object().unwrap() {
                assert_eq!(column.as_array().unwrap().len(), list.offers.len(), "{name}");
            }
            for (row, offer) in list.offers.iter().enumerate() {
                let at = |name: &str| &found["columns"][name][row];
                let named = |names: &str, index: &Value| Some(data[names][index.as_u64()? as usize].clone());
                let terms = &offer.ranked.scored.offer;
                assert_eq!(at("candidate_id"), &terms.id.as_str());
                assert_eq!(at("title"), terms.title.as_deref().unwrap_or(&terms.product_id));
                assert_eq!(named("categories", at("category")), terms.category.as_deref().map(Value::from));
                assert_eq!(named("makers", at("maker_name")), terms.maker_name.as_deref().map(Value::from));
                for (bit, flag) in OfferFlag::ALL.into_iter().enumerate() {
                    let is_set = at("flags").as_u64().unwrap() >> bit & 1 == 1;
                    assert_eq!(is_set, offer.flags().contains(&flag), "{flag:?}");
                }
            }
        }
    }
}

#[test]
fn table_columns_and_facts_have_values() {
    let data = rows(&sample::page());
    let columns = data["lists"][0]["columns"].as_object().unwrap();
    let infos = ["columns", "facts"].map(|key| data[key].as_array().unwrap());
    for info in infos.into_iter().flatten().filter(|info| info["key"] != "reasons") {
        assert!(columns.contains_key(info["name"].as_str().unwrap()), "{info}");
    }
    let keys: Vec<&str> = infos[0].iter().map(|info| info["key"].as_str().unwrap()).collect();
    assert_eq!(keys[..4], ["rank", "product", "flags", "p_hit"]);
    assert_eq!(keys.last(), Some(&"reasons"));
}

#[test]
fn reasons_equal_those_of_other_exports() {
    let view = stress::page(40);
    let data = rows(&view);
    for (row, offer) in view.lists[0].offers.iter().enumerate() {
        let pooled = data["lists"][0]["columns"]["reasons"][row].as_array().unwrap();
        assert_eq!(pooled.len(), offer.ranked.reasons.len());
        for (pooled, reason) in pooled.iter().zip(&offer.ranked.reasons) {
            let position = pooled[0].as_u64().unwrap() as usize;
            let log_odds = pooled[1].as_f64().unwrap();
            for lang in [Lang::Ko, Lang::En] {
                let text = data["reasons"][lang.to_string()][position].as_str().unwrap();
                let mark = if log_odds > 0.0 { '▲' } else { '▼' };
                assert_eq!(format!("{mark} {text} ({log_odds:+.2})"), reason_text(lang, reason));
            }
        }
    }
}

#[test]
fn details_are_packed() {
    let view = sample::page();
    let page = crate::page::page_html(&view, Lang::Ko).unwrap();
    let blocks: BTreeMap<String, Value> = packed::unpacked(&page)
        .into_iter()
        .map(|(id, json)| (id, serde_json::from_str(&json).unwrap()))
        .collect();
    assert_eq!(blocks.keys().collect::<Vec<_>>(), ["packed-0-0", "packed-1-0", "packed-curves"]);
    assert_eq!(blocks["packed-curves"]["식품"]["hours"].as_array().unwrap().len(), 169);
    for (row, offer) in view.lists[0].offers.iter().enumerate() {
        let detail = &blocks["packed-0-0"][row];
        assert_eq!(detail["product_id"], offer.ranked.scored.offer.product_id);
        assert_eq!(detail["curve"].as_array().unwrap().len(), offer.curve.len());
        for (found, point) in detail["curve"].as_array().unwrap().iter().zip(&offer.curve) {
            same(&found[0], Some(point.threshold), "threshold");
            assert!((found[1].as_f64().unwrap() - point.p_reach).abs() <= 5e-7);
        }
        if let Some(curve) = offer.ranked.scored.curve {
            for (mark, p) in [0.9, 0.7, 0.5].into_iter().enumerate() {
                same(&detail["marked"][mark][1], Some(curve.threshold_at(p)), "marked");
            }
        }
        for (found, similar) in detail["similar"].as_array().unwrap().iter().zip(&offer.similar) {
            same(&found["demand"], similar.demand, "demand");
            assert_eq!((&found["hit"], found["ran_in"].as_str()), (&similar.hit.into(), Some("2015-11-03")));
        }
        let visitors: Vec<u64> = offer.days.iter().map(|day| day.visitors).collect();
        assert_eq!(
            detail["days"]["visitors"],
            if visitors.is_empty() { Value::Null } else { visitors.into() }
        );
    }
}

/// All text in the pages of a view.
fn everything(view: &PageView) -> String {
    let page = crate::page::page_html(view, Lang::Ko).unwrap();
    let packed: Vec<String> = packed::unpacked(&page).into_iter().map(|(_, json)| json).collect();
    let review = crate::page::review_html(view, &view.reviews[0], Lang::Ko).unwrap();
    [page, packed.join("\n"), review].join("\n")
}

#[test]
fn internal_data_are_for_internal_readers() {
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
fn no_text_ends_the_script() {
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
fn invalid_numbers_are_null() {
    let mut view = sample::page();
    let offer = &mut view.lists[0].offers[0];
    offer.ranked.scored.offer.price = Some(f64::NAN);
    offer.cells.set("alert_rate", CellValue::Number(f64::INFINITY));
    offer.curve[0].p_reach = f64::NAN;
    offer.ranked.reasons[0].log_odds = f64::NAN;
    let json = rows_json(&view).unwrap();
    assert!(!json.contains("NaN") && !json.contains("inf"));
    assert!(rows(&view)["lists"][0]["columns"]["price"][0].is_null());
}
