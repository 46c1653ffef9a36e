//! Every figure of workbook, CSV and JSON is the one of the view after the documented rounding, every text arrives
//! as it is, and nothing internal reaches those who may not see it: for whatever a market may hold.

mod made;
mod said;

use std::{collections::BTreeMap, io::Cursor};

use calamine::{Data, DataType, Range, Reader, Xlsx};
use proptest::prelude::*;
use serde_json::Value as Json;
use slotcast_core::{Audience, NaiveDate};

use self::said::{FIGURES, TEXTS, said_number, said_text};
use crate::{
    ranking_json,
    view::{ListView, OfferView, PageView},
    words::{Catalogue, Lang},
    workbook, write_ranking_csv,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_export_says_what_the_view_says(view in made::page(), lang in prop_oneof![Just(Lang::Ko), Just(Lang::En)]) {
        let json: Json = serde_json::from_str(&ranking_json(&view).unwrap()).unwrap();
        let mut book = Xlsx::new(Cursor::new(workbook(&view, lang).unwrap())).unwrap();
        for (place, list) in view.lists.iter().enumerate() {
            let csv = csv_of(&view, list);
            let sheet = book.worksheet_range_at(place).unwrap().unwrap();
            let rows = rows(&sheet, lang, "rank");
            prop_assert_eq!(csv.len(), list.offers.len());
            prop_assert_eq!(rows.len(), list.offers.len());
            for (offer, (csv, row)) in list.offers.iter().zip(csv.iter().zip(&rows)) {
                let wire = &json["lists"][place]["offers"].as_array().unwrap()[offer.ranked.rank as usize - 1];
                offer_agrees(&view, offer, csv, wire, row, lang);
            }
        }
        let names = book.sheet_names();
        let text = |key: &str| Catalogue::of(lang).text(key).to_owned();
        let what_if = book.worksheet_range(&text("book.sheet_what_if")).unwrap();
        what_if_agrees(&view, &rows(&what_if, lang, "p_reach"), lang);
        if names.contains(&text("book.sheet_review")) {
            let review = book.worksheet_range(&text("book.sheet_review")).unwrap();
            review_agrees(&view, &rows(&review, lang, "p_hit"), &json);
        }
        if view.audience == Audience::Everyone {
            let sheets = names.iter().map(|name| book.worksheet_range(name).unwrap());
            tells_nothing(&view, &sheets.collect::<Vec<_>>(), &json);
        }
    }
}

fn csv_of(view: &PageView, list: &ListView) -> Vec<BTreeMap<String, String>> {
    let mut bytes = Vec::new();
    write_ranking_csv(&mut bytes, &view.run_id, &list.offers, view.audience).unwrap();
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
    let mut reader = ::csv::Reader::from_reader(bytes);
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let record = |record: ::csv::StringRecord| {
        header.iter().cloned().zip(record.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    reader.records().map(|one| record(one.unwrap())).collect()
}

/// The rows under the header, by the names of their columns; `known` is a column that has a figure in each row.
fn rows(sheet: &Range<Data>, lang: Lang, known: &str) -> Vec<BTreeMap<&'static str, Data>> {
    let labels: BTreeMap<&str, &str> = Catalogue::of(lang)
        .table("column")
        .filter(|(name, _)| !name.ends_with("_about"))
        .map(|(name, label)| (label, name))
        .collect();
    let names = |row: &[Data]| -> Vec<Option<&'static str>> {
        row.iter().map(|cell| cell.get_string().and_then(|label| labels.get(label).copied())).collect()
    };
    let is_header = |row: &[Data]| names(row).contains(&Some(known));
    let header = sheet.rows().position(is_header).expect("a header");
    let names = names(sheet.rows().nth(header).unwrap());
    let under = sheet.rows().skip(header + 1).map(|row| {
        names
            .iter()
            .zip(row)
            .filter_map(|(name, cell)| Some(((*name)?, cell.clone())))
            .collect::<BTreeMap<_, _>>()
    });
    under.filter(|row| row[known].is_float()).collect()
}

/// Half a unit of the last decimal, and what floating point may add to it.
fn is_near(said: f64, value: f64, places: Option<i32>) -> bool {
    match places {
        Some(places) => (said - value).abs() <= 0.5 * 10_f64.powi(-places) + 1e-9 * value.abs().max(1e-3),
        None => said == value,
    }
}

/// The same number, but for the last bit, which this reader of JSON does not always get right.
fn is_same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= f64::EPSILON * one.abs(),
        _ => one == other,
    }
}

fn offer_agrees(
    view: &PageView,
    offer: &OfferView,
    csv: &BTreeMap<String, String>,
    wire: &Json,
    row: &BTreeMap<&str, Data>,
    lang: Lang,
) {
    let of_json = |name: &str| [wire, &wire["sheet"], &wire["change"]].map(|part| part[name].clone());
    let other = format!("_{}", if lang == Lang::Ko { Lang::En } else { Lang::Ko });
    for (name, places) in FIGURES {
        let wanted = said_number(offer, name).filter(|_| view.audience.may_see(name));
        let from_csv = csv.get(name).and_then(|cell| cell.parse::<f64>().ok());
        let from_json = of_json(name).iter().find_map(Json::as_f64);
        let from_book = row.get(name).and_then(Data::get_float);
        assert!(is_same(from_csv, from_json), "{name}: {from_csv:?}, in JSON {from_json:?}");
        assert_eq!(from_csv, from_book, "{name}");
        assert_eq!(from_csv.is_some(), wanted.is_some(), "{name}");
        if let (Some(said), Some(value)) = (from_csv, wanted) {
            assert!(is_near(said, value, places), "{name}: {said} for {value}");
        }
    }
    for name in TEXTS {
        let wanted = said_text(view, offer, name);
        assert_eq!(csv[name], said::as_guarded(&wanted.clone().unwrap_or_default()), "{name}");
        let from_json = of_json(name).iter().find_map(|part| part.as_str().map(str::to_owned));
        assert_eq!(from_json.unwrap_or_default(), wanted.clone().unwrap_or_default(), "{name}");
        if !name.ends_with(&other) {
            assert_eq!(text_of(&row[name]), said::as_cell(&wanted.unwrap_or_default()), "{name}");
        }
    }
    let flags = offer.sheet.flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>();
    assert_eq!(
        (csv["flags"].as_str(), &wire["flags"]),
        (flags.join(";").as_str(), &serde_json::json!(flags))
    );
    let words = flags.iter().map(|flag| Catalogue::of(lang).text(&format!("flag.{flag}")));
    assert_eq!(text_of(&row["flags"]), words.collect::<Vec<_>>().join(", "));
    let near = offer.sheet.near_duplicate.as_ref().map(|near| near.slot_date);
    let from_book = row["near_duplicate_slot"].get_datetime().map(|moment| day_of(moment.as_f64()));
    assert_eq!(
        (from_book, csv["near_duplicate_slot"].clone()),
        (near, near.map_or(String::new(), |d| d.to_string()))
    );
    let curve = wire["curve"].as_array().unwrap();
    assert_eq!((curve.len(), wire["days"].as_array().unwrap().len()), (offer.curve.len(), offer.days.len()));
    for (wire, point) in curve.iter().zip(&offer.curve) {
        assert!(is_same(wire["threshold"].as_f64(), Some(point.threshold)));
        assert!(is_near(wire["p_reach"].as_f64().unwrap(), point.p_reach, Some(6)));
    }
}

/// The day that Excel counts so.
fn day_of(serial: f64) -> NaiveDate {
    "1899-12-30".parse::<NaiveDate>().unwrap() + chrono::Days::new(serial as u64)
}

fn text_of(cell: &Data) -> String {
    cell.get_string().unwrap_or_default().to_owned()
}

fn what_if_agrees(view: &PageView, rows: &[BTreeMap<&str, Data>], lang: Lang) {
    let mut rows = rows.iter();
    let proposed = Catalogue::of(lang).text("book.mark_proposed");
    for offer in view.lists.iter().flat_map(|list| &list.offers) {
        let scored = &offer.ranked.scored;
        let asked = scored.curve.map(|curve| [0.5, 0.7, 0.9].map(|p| (curve.threshold_at(p), p, Some(2))));
        let kept = offer.curve.iter().map(|point| (point.threshold, point.p_reach, None));
        let mut wanted: Vec<_> = kept.chain(asked.into_iter().flatten()).collect();
        while !wanted.is_empty() {
            let row = rows.next().expect("a row for each point");
            let (threshold, p) = (row["threshold"].get_float().unwrap(), row["p_reach"].get_float().unwrap());
            let found = wanted.iter().position(|(of_view, p_view, places)| {
                is_near(threshold, *of_view, *places) && is_near(p, *p_view, Some(6))
            });
            wanted.remove(found.unwrap_or_else(|| panic!("{threshold} {p} among {wanted:?}")));
            assert_eq!(text_of(&row["candidate_id"]), said::as_cell(&scored.offer.id));
            if text_of(&row["mark"]) == proposed {
                assert_eq!(threshold, scored.offer.threshold);
            }
        }
    }
    assert!(rows.next().is_none(), "no row beside those of the view");
}

fn review_agrees(view: &PageView, rows: &[BTreeMap<&str, Data>], json: &Json) {
    let offers = view.reviews.iter().flat_map(|review| &review.offers);
    let wire = json["reviews"].as_array().unwrap().iter().flat_map(|one| one["offers"].as_array().unwrap());
    let all: Vec<_> = offers.zip(wire).collect();
    assert_eq!(rows.len(), all.len());
    for ((offer, wire), row) in all.into_iter().zip(rows) {
        let said = |place: usize| offer.demand_said.map(|said| said[place]);
        for (name, wanted, places) in [
            ("p_hit", Some(offer.p_hit), Some(6)),
            ("threshold", Some(offer.threshold), None),
            ("demand", offer.demand, None),
            ("demand_p10", said(0), Some(2)),
            ("demand_p50", said(1), Some(2)),
            ("demand_p90", said(2), Some(2)),
        ] {
            let (from_book, from_json) = (row[name].get_float(), wire[name].as_f64());
            assert!(is_same(from_book, from_json) && from_book.is_some() == wanted.is_some(), "{name}");
            assert!(from_book.zip(wanted).is_none_or(|(said, value)| is_near(said, value, places)), "{name}");
        }
        assert_eq!(
            (wire["hit"].as_bool(), wire["rank"].as_u64()),
            (Some(offer.hit), Some(offer.rank.into()))
        );
        assert_eq!(text_of(&row["title"]), said::as_cell(offer.title.as_deref().unwrap_or_default()));
    }
}

/// Costs are numbers that nothing else is: none of them is in a cell, a key or a reason, nor what follows from them.
fn tells_nothing(view: &PageView, sheets: &[Range<Data>], json: &Json) {
    let offers = || view.lists.iter().flat_map(|list| &list.offers).map(|offer| &offer.ranked.scored);
    let costs = offers()
        .flat_map(|scored| [scored.offer.unit_cost, scored.offer.fixed_cost, scored.expected_value()]);
    let hidden: Vec<f64> = costs.flatten().filter(|cost| cost.abs() > 1e8).collect();
    let tells = |said: f64| hidden.iter().any(|cost| (said - cost).abs() < 0.01);
    let words =
        ["unit_cost", "fixed_cost", "margin", "원가", "기대 이익", "expected value", "Expected value"];
    let names = |text: &str| words.iter().any(|word| text.contains(word));
    for (_, _, cell) in sheets.iter().flat_map(Range::used_cells) {
        assert!(!cell.get_float().is_some_and(tells) && !cell.get_string().is_some_and(names), "{cell:?}");
    }
    let mut csv = String::new();
    for list in &view.lists {
        for row in csv_of(view, list) {
            assert_eq!(row["expected_value"], "");
            csv.extend(row.into_iter().flat_map(|(name, cell)| [name, cell]));
        }
    }
    assert!(!names(&csv) && !names(&json.to_string()));
    let mut left = vec![json];
    while let Some(one) = left.pop() {
        assert!(!one.as_f64().is_some_and(tells), "{one}");
        left.extend(one.as_array().into_iter().flatten());
        left.extend(one.as_object().into_iter().flat_map(|fields| fields.values()));
    }
}
