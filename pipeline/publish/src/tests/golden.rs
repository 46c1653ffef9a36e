//! Golden files: the exports of the sample market. With `SLOTCAST_BLESS=1` the tests rewrite them.

use std::{fs, io::Cursor, path::PathBuf};

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value as Json, json};
use slotcast_core::Audience;

use super::sample;
use crate::{
    csv::write_ranking_csv,
    i18n::Lang,
    json::{ranking_json, ranking_schema},
    page::rows_json,
    view::PageView,
    workbook::workbook,
};

/// Compares `text` with the golden file `name`.
#[expect(clippy::disallowed_methods, reason = "golden files are rewritten on request")]
fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("SLOTCAST_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let first = golden.lines().zip(text.lines()).find(|(golden, text)| golden != text);
    assert!(golden == text, "golden/{name} differs; first difference: {first:#?}");
}

fn internal() -> PageView {
    PageView { audience: Audience::Internal, ..sample::page() }
}

#[test]
fn csv() {
    for (name, view) in [("ranking.csv", sample::page()), ("ranking-internal.csv", internal())] {
        let mut bytes = Vec::new();
        write_ranking_csv(&mut bytes, &view.run_id, &view.lists[0].offers, view.audience).unwrap();
        check(name, &String::from_utf8(bytes).unwrap());
    }
}

#[test]
fn json() {
    let mut view = sample::page();
    view.order_curves.clear();
    view.lists[0].offers.truncate(5);
    check("ranking.json", &ranking_json(&view).unwrap());
    check("ranking.schema.json", &ranking_schema().unwrap());
}

#[test]
fn page_rows() {
    let data: Json = serde_json::from_str(&rows_json(&internal()).unwrap()).unwrap();
    let rows = json!({ "columns": data["columns"], "facts": data["facts"], "list": data["lists"][0] });
    check("page-rows.json", &(serde_json::to_string_pretty(&rows).unwrap() + "\n"));
}

#[test]
fn workbook_cells() {
    for (name, view, lang) in
        [("workbook-en.txt", sample::page(), Lang::En), ("workbook-ko-internal.txt", internal(), Lang::Ko)]
    {
        check(name, &cells(&view, lang));
    }
}

/// Every cell of the list and of the dictionary, one row per line.
fn cells(view: &PageView, lang: Lang) -> String {
    let mut book = Xlsx::new(Cursor::new(workbook(view, lang).unwrap())).unwrap();
    let names = book.sheet_names();
    let mut text = String::new();
    for name in [&names[0], &names[names.len() - 1]] {
        text += &format!("== {name}\n");
        for row in book.worksheet_range(name).unwrap().rows() {
            let cells: Vec<String> = row.iter().map(cell).collect();
            text += &(cells.join(" | ").trim_end().to_owned() + "\n");
        }
    }
    text
}

fn cell(cell: &Data) -> String {
    match cell {
        Data::DateTime(date) => format!("date {}", date.as_f64()),
        other => other.to_string().replace('\n', "\\n"),
    }
}
