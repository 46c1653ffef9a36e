//! Property test: CSV, JSON, workbook and page contain equal values for every column, rounded as documented,
//! and no internal figure reaches other readers.

mod generators;
mod rounding;
mod sheets;

use std::{collections::BTreeMap, io::Cursor};

use calamine::{Data, DataType, Range, Reader, Xlsx};
use proptest::prelude::*;
use serde_json::Value as Json;
use slotcast_core::Audience;

use self::{
    rounding::is_rounded,
    sheets::{review_agrees, table_rows, text_of, what_if_agrees},
};
use crate::{
    columns::{COLUMNS, Column, OfferRow, OnPage, Section},
    csv::write_ranking_csv,
    i18n::{Catalog, Lang},
    json::ranking_json,
    page::rows_json,
    view::{CellValue, ListView, PageView},
    workbook::workbook,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exports_agree(view in generators::page(), lang in prop_oneof![Just(Lang::Ko), Just(Lang::En)]) {
        let json: Json = serde_json::from_str(&ranking_json(&view).unwrap()).unwrap();
        let page: Json = serde_json::from_str(&rows_json(&view).unwrap()).unwrap();
        let mut book = Xlsx::new(Cursor::new(workbook(&view, lang).unwrap())).unwrap();
        for (index, list) in view.lists.iter().enumerate() {
            let csv = csv_records(&view, list);
            let sheet = book.worksheet_range_at(index).unwrap().unwrap();
            let sheet = table_rows(&sheet, lang, "rank");
            prop_assert_eq!((csv.len(), sheet.len()), (list.offers.len(), list.offers.len()));
            for (position, offer) in list.offers.iter().enumerate() {
                let exports = Exports {
                    csv: &csv[position],
                    json: &json["lists"][index]["offers"][position],
                    sheet: &sheet[position],
                    page: &page["lists"][index]["columns"],
                    position,
                };
                let row = OfferRow { run_id: &view.run_id, offer, audience: view.audience };
                for column in COLUMNS {
                    exports.agree_on(column, &row, lang);
                }
            }
        }
        let names = book.sheet_names();
        let text = |key: &str| Catalog::of(lang).text(key).to_owned();
        let what_if = book.worksheet_range(&text("book.sheet_what_if")).unwrap();
        what_if_agrees(&view, &table_rows(&what_if, lang, "p_reach"), lang);
        if names.contains(&text("book.sheet_review")) {
            let review = book.worksheet_range(&text("book.sheet_review")).unwrap();
            review_agrees(&view, &table_rows(&review, lang, "p_hit"), &json);
        }
        if view.audience == Audience::Everyone {
            let sheets = names.iter().map(|name| book.worksheet_range(name).unwrap());
            contains_no_internal_figure(&view, &sheets.collect::<Vec<_>>(), &json);
        }
    }
}

fn csv_records(view: &PageView, list: &ListView) -> Vec<BTreeMap<String, String>> {
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

/// One offer in every export.
struct Exports<'a> {
    csv: &'a BTreeMap<String, String>,
    json: &'a Json,
    sheet: &'a BTreeMap<&'static str, Data>,
    /// Columns of the page's rows.
    page: &'a Json,
    position: usize,
}

impl Exports<'_> {
    fn agree_on(&self, column: &Column, row: &OfferRow<'_>, lang: Lang) {
        let name = column.name;
        let in_csv = self.csv.get(name).cloned().unwrap_or_default();
        let in_json = self.in_json(column);
        let in_sheet = column.sheet.filter(|_| column.is_in(lang)).and(self.sheet.get(name));
        let is_missing_change = column.section == Section::Change && self.json["change"].is_null();
        match column.unrounded(row) {
            CellValue::Missing => {
                assert!(in_csv.is_empty() && in_json.is_none_or(Json::is_null), "{name}: {in_csv}");
                assert!(in_sheet.is_none_or(|cell| *cell == Data::Empty), "{name}");
            }
            CellValue::Number(value) => self.agree_on_number(column, value, is_missing_change, in_sheet),
            CellValue::Count(count) => {
                self.agree_on_number(column, count as f64, is_missing_change, in_sheet);
            }
            CellValue::Text(text) => {
                assert_eq!(in_csv, guarded(&text), "{name}");
                assert!(
                    is_missing_change || in_json.and_then(Json::as_str) == list_level(column, &text),
                    "{name}"
                );
                assert!(in_sheet.is_none_or(|cell| text_of(cell) == sheets::as_cell(&text)), "{name}");
            }
            CellValue::Date(date) => {
                assert_eq!(in_csv, date.to_string(), "{name}");
                let in_sheet =
                    in_sheet.and_then(Data::get_datetime).map(|date| sheets::day_of(date.as_f64()));
                assert!(column.sheet.is_none() || in_sheet == Some(date), "{name}");
            }
            CellValue::Bool(value) => {
                assert_eq!(
                    (in_csv.parse(), in_json.and_then(Json::as_bool)),
                    (Ok(value), Some(value)),
                    "{name}"
                );
            }
            CellValue::Basis(basis) => {
                assert_eq!(
                    (in_csv, in_json),
                    (basis.to_string(), Some(&Json::from(basis.to_string()))),
                    "{name}"
                );
            }
            CellValue::Flags(flags) => {
                let names: Vec<&str> = flags.iter().map(|flag| flag.as_str()).collect();
                assert_eq!((in_csv, in_json), (names.join(";"), Some(&serde_json::json!(names))), "{name}");
                let texts = names.iter().map(|flag| Catalog::of(lang).text(&format!("flag.{flag}")));
                let texts = texts.collect::<Vec<_>>().join(", ");
                assert!(in_sheet.is_some_and(|cell| text_of(cell) == texts), "{name}");
            }
        }
    }

    fn in_json(&self, column: &Column) -> Option<&Json> {
        match column.section {
            Section::List => None,
            Section::Offer => self.json.get(column.name),
            Section::Details => self.json["details"].get(column.name),
            Section::Change => self.json["change"].get(column.name),
        }
    }

    fn agree_on_number(&self, column: &Column, value: f64, is_missing_change: bool, in_sheet: Option<&Data>) {
        let name = column.name;
        let in_csv = self.csv[name].parse::<f64>().ok();
        let in_json = self.in_json(column).and_then(Json::as_f64);
        assert!(in_csv.is_some_and(|number| is_rounded(number, value, column.kind.decimals())), "{name}");
        assert!(is_missing_change || in_csv == in_json, "{name}: {in_csv:?} in CSV, {in_json:?} in JSON");
        assert_eq!(in_sheet.and_then(Data::get_float), in_csv.filter(|_| column.sheet.is_some()), "{name}");
        let is_in_rows = !matches!(column.page, OnPage::Omitted | OnPage::Detail);
        let on_page = self.page[name][self.position].as_f64();
        assert!(!is_in_rows || on_page == Some(value), "{name}: {on_page:?} on the page");
    }
}

/// The text in JSON: columns of the list are not repeated per offer.
fn list_level<'a>(column: &Column, text: &'a str) -> Option<&'a str> {
    (column.section != Section::List).then_some(text)
}

/// A text as the CSV contains it, with an apostrophe if a spreadsheet would run it.
fn guarded(text: &str) -> String {
    let is_formula = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
        .iter()
        .any(|sign| text.starts_with(sign));
    format!("{}{text}", if is_formula { "'" } else { "" })
}

/// Costs, and figures that follow from them, are in no cell, key or reason.
fn contains_no_internal_figure(view: &PageView, sheets: &[Range<Data>], json: &Json) {
    let offers = || view.lists.iter().flat_map(|list| &list.offers).map(|offer| &offer.ranked.scored);
    let costs = offers()
        .flat_map(|scored| [scored.offer.unit_cost, scored.offer.fixed_cost, scored.expected_value()]);
    let hidden: Vec<f64> = costs.flatten().filter(|cost| cost.abs() > 1e8).collect();
    let is_hidden = |number: f64| hidden.iter().any(|cost| (number - cost).abs() < 0.01);
    let words =
        ["unit_cost", "fixed_cost", "margin", "원가", "기대 이익", "expected value", "Expected value"];
    let names_cost = |text: &str| words.iter().any(|word| text.contains(word));
    for (_, _, cell) in sheets.iter().flat_map(Range::used_cells) {
        assert!(!cell.get_float().is_some_and(is_hidden), "{cell:?}");
        assert!(!cell.get_string().is_some_and(names_cost), "{cell:?}");
    }
    let mut csv = String::new();
    for list in &view.lists {
        for row in csv_records(view, list) {
            assert_eq!(row["expected_value"], "");
            csv.extend(row.into_iter().flat_map(|(name, cell)| [name, cell]));
        }
    }
    assert!(!names_cost(&csv) && !names_cost(&json.to_string()));
    let mut left = vec![json];
    while let Some(one) = left.pop() {
        assert!(!one.as_f64().is_some_and(is_hidden), "{one}");
        left.extend(one.as_array().into_iter().flatten());
        left.extend(one.as_object().into_iter().flat_map(|fields| fields.values()));
    }
}
