//! Tests of the workbook's structure and texts. `tests::consistency` compares its figures.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use calamine::{Data, Reader, Xlsx};
use slotcast_core::{Audience, Probability};

use super::workbook;
use crate::{
    i18n::Lang,
    tests::sample,
    view::{CellValue, CurvePoint, PageView},
};

fn opened(view: &PageView, lang: Lang) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(workbook(view, lang).unwrap())).unwrap()
}

/// A page with a list of `n` offers with stored curves.
fn many(n: u32) -> PageView {
    let mut view = sample::page();
    let some = std::mem::take(&mut view.lists[0].offers);
    view.lists[0].offers = (0..n)
        .map(|index| {
            let mut offer = some[index as usize % some.len()].clone();
            let p = 0.98 * (1.0 - f64::from(index) / f64::from(n)) + 0.01;
            let scored = &mut offer.ranked.scored;
            offer.ranked.rank = index + 1;
            scored.offer.id = format!("cand-{index:05}");
            scored.p_hit = Probability::new(p).unwrap();
            scored.p_low = Probability::new((p - 0.1).max(0.0));
            scored.p_high = Probability::new((p + 0.08).min(1.0));
            let threshold = scored.offer.threshold;
            if let Some(curve) =
                scored.curve.and_then(|curve| curve.with_logit(threshold, (p / (1.0 - p)).ln()))
            {
                (scored.curve, scored.demand) = (Some(curve), Some(curve.quantiles()));
                let multiples = (2..=10).map(|tenth| f64::from(tenth) / 10.0);
                let multiples = multiples.chain([1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0]);
                let point = |threshold: f64| CurvePoint { threshold, p_reach: curve.p_at_least(threshold) };
                offer.curve = multiples.map(|multiple| point((multiple * threshold).round())).collect();
            }
            offer
        })
        .collect();
    view
}

#[test]
fn equal_views_have_equal_bytes() {
    let bytes = || workbook(&sample::page(), Lang::Ko).unwrap();
    assert_eq!(bytes(), bytes());
}

#[test]
fn sheets_are_named_in_the_language() {
    let names = |lang| opened(&sample::page(), lang).sheet_names();
    assert_eq!(
        names(Lang::Ko),
        [
            "목록 2016-03-01",
            "예비 목록 2016-03-08",
            "목표 바꿔 보기",
            "슬롯 요약",
            "지난 슬롯 결과",
            "항목 설명"
        ]
    );
    assert_eq!(
        names(Lang::En),
        ["List 2016-03-01", "Preliminary 2016-03-08", "What-if", "Slot summary", "Review", "Dictionary"]
    );
}

/// Currencies are not added, which stores report as inflated totals:
/// https://github.com/woocommerce/woocommerce/issues/22823, https://github.com/odoo/odoo/issues/4434.
#[test]
fn currencies_are_not_added() {
    for (lang, words) in [(Lang::Ko, "통화가 달라 더하지 않음"), (Lang::En, "several currencies: no total")]
    {
        let totals = |view: &PageView| {
            let mut book = opened(view, lang);
            let names = book.sheet_names();
            let list = book.worksheet_range(&names[0]).unwrap();
            let with_words =
                list.rows().flatten().filter(|cell| **cell == Data::String(words.to_owned())).count();
            let summary = book.worksheet_range(&names[3]).unwrap();
            let slot = view.lists[0].offers.len() as f64;
            let row = summary.rows().find(|row| row.get(9) == Some(&Data::Float(slot))).unwrap();
            (with_words, row[12].clone())
        };
        let mut view = sample::page();
        assert!(matches!(totals(&view), (0, Data::Float(_))), "one currency has a total");
        view.lists[0].offers[1].cells.set("currency", CellValue::text("USD"));
        assert_eq!(totals(&view), (1, Data::Empty));
        view.lists[0].offers[1].cells.set("currency", CellValue::Missing);
        assert!(matches!(totals(&view), (0, Data::Float(_))), "an unknown currency is the market's");
    }
}

#[test]
fn an_empty_page_is_a_workbook() {
    let mut view = sample::page();
    view.lists.truncate(1);
    view.lists[0].offers.clear();
    (view.backtest, view.model_check, view.currency) = (None, None, None);
    (view.reviews, view.slot_history, view.warnings) = (Vec::new(), Vec::new(), Vec::new());
    assert_eq!(opened(&view, Lang::En).sheet_names().len(), 4);
    view.lists.clear();
    assert_eq!(opened(&view, Lang::Ko).sheet_names(), ["목표 바꿔 보기", "슬롯 요약", "항목 설명"]);
}

#[test]
fn sheet_names_are_unique() {
    let mut view = sample::page();
    view.lists.push(view.lists[0].clone());
    assert!(opened(&view, Lang::En).sheet_names().contains(&"List 2016-03-01 (2)".to_owned()));
}

/// Texts of all cells.
fn texts(view: &PageView, lang: Lang) -> Vec<String> {
    let mut file = opened(view, lang);
    let mut texts = Vec::new();
    for name in file.sheet_names() {
        let range = file.worksheet_range(&name).unwrap();
        texts.extend(range.used_cells().filter_map(|(_, _, cell)| match cell {
            Data::String(text) => Some(text.clone()),
            _ => None,
        }));
    }
    texts
}

/// Texts that must stay texts.
const HOSTILE: [&str; 12] = [
    "=cmd|' /C calc'!A0",
    "<r>x</r>",
    "<r></r>",
    "<r><t>x</t></r>",
    "_x0041_ _x005F_",
    "  a  ",
    "a\nb",
    "&amp; ]]> \"'",
    "\u{202e}rtl עברית 🎁",
    "https://a.example/?a=[b]",
    "2016-03-01",
    "{=1}",
];

#[test]
fn texts_stay_texts() {
    for text in HOSTILE {
        let mut view = sample::page();
        view.lists[0].offers[0].ranked.scored.offer.title = Some(text.to_owned());
        view.lists[0].offers[0].cells.set("url", CellValue::Text(text.to_owned().into()));
        view.reviews[0].offers[0].title = Some(text.to_owned());
        view.warnings = vec![text.to_owned()];
        view.market = text.to_owned();
        view.lists[0].model.name = text.to_owned();
        let found = texts(&view, Lang::En);
        // Title, link, model of the list, name of the market, a warning, the review, and the what-if rows.
        assert!(found.iter().filter(|cell| *cell == text).count() >= 6, "{text}: {found:?}");
    }
}

#[test]
fn long_texts_are_cut_with_a_notice() {
    let mut view = sample::page();
    view.lists[0].offers[0].ranked.scored.offer.title = Some("가".repeat(40_000));
    let long = format!("https://a.example/{}", "x".repeat(3_000));
    view.lists[0].offers[0].cells.set("url", CellValue::Text(long.into()));
    view.lists[0].offers[1].ranked.scored.offer.title = Some("a\0b\u{1b}".to_owned());
    let found = texts(&view, Lang::En);
    let long = found.iter().find(|cell| cell.starts_with("가가")).unwrap();
    assert_eq!(long.encode_utf16().count(), 32_767);
    assert!(long.contains("[cut: 40000 characters"), "{}", &long[long.len() - 200..]);
    assert!(found.iter().any(|cell| cell.len() == 3_018), "a long address is a text");
    assert!(found.iter().any(|cell| cell == "a\u{fffd}b\u{fffd}"));
}

#[test]
fn internal_figures_are_marked() {
    let mut view = sample::page();
    let is_internal =
        |text: &String| text.contains("cost") || text.contains("xpected value") || text.contains("nternal");
    let found = texts(&view, Lang::En);
    assert_eq!(found.iter().find(|text| is_internal(text)), None);
    view.audience = Audience::Internal;
    let sheets = opened(&view, Lang::En).sheet_names().len();
    let found = texts(&view, Lang::En);
    assert_eq!(found.iter().filter(|text| text.starts_with("Internal use only:")).count(), sheets);
    assert!(
        found.iter().any(|text| text == "Unit cost") && found.iter().any(|text| text == "Expected value")
    );
}

/// Parts of the file by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    const BEGINS: &[u8] = b"PK\x03\x04";
    let mut parts = BTreeMap::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(BEGINS.len()).position(|four| four == BEGINS) {
        rest = &rest[at..];
        let two = |at: usize| usize::from(u16::from_le_bytes([rest[at], rest[at + 1]]));
        let (name, extra) = (two(26), two(28));
        let mut part = flate2::bufread::DeflateDecoder::new(&rest[30 + name + extra..]);
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.insert(String::from_utf8_lossy(&rest[30..30 + name]).into_owned(), text);
        rest = &rest[30 + name + extra + part.total_in() as usize..];
    }
    parts
}

#[test]
fn a_list_is_set_up_for_screen_and_paper() {
    let parts = parts(&workbook(&sample::page(), Lang::Ko).unwrap());
    let list = &parts["xl/worksheets/sheet1.xml"];
    for wanted in [
        "xSplit=\"2\" ySplit=\"6\" topLeftCell=\"C7\"",
        "paperSize=\"9\"",
        "orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "type=\"dataBar\"",
        "type=\"containsText\"",
        "<f>SUBTOTAL(109,E7:E18)</f>",
        "numberStoredAsText=\"1\"",
        "<hyperlink ref=",
    ] {
        assert!(list.contains(wanted), "{wanted}");
    }
    assert!(list.contains("<autoFilter ref=\"A6:") && list.contains("18\">"));
    let file = &parts["xl/workbook.xml"];
    assert!(file.contains("'목록 2016-03-01'!$6:$6") && file.contains("'목록 2016-03-01'!$A$1:$O$18"));
    let styles = &parts["xl/styles.xml"];
    for format in ["#,##0&quot;원&quot;", "yyyy-mm-dd", "0.0 %", "#,##0"] {
        assert!(styles.contains(format), "{format}");
    }
    assert!(parts["docProps/core.xml"].contains("2016-02-26T18:00:00Z</dcterms:created>"));
    assert_eq!(parts.keys().filter(|name| name.starts_with("xl/charts/chart")).count(), 3);
    let links = &parts["xl/worksheets/_rels/sheet1.xml.rels"];
    assert!(links.contains("Target=\"https://makers.example/p/0?a=1&amp;b=%222%22\""), "{links}");
}

/// Charts refer to the rows below the header, with and without the line that marks internal files.
#[test]
fn charts_refer_to_the_rows_of_the_list() {
    for (audience, ranks) in [(Audience::Everyone, "$A$7:$A$18"), (Audience::Internal, "$A$8:$A$19")] {
        let mut view = sample::page();
        view.audience = audience;
        let parts = parts(&workbook(&view, Lang::En).unwrap());
        let charts: String = parts
            .iter()
            .filter(|(name, _)| name.contains("charts/chart"))
            .map(|(_, text)| text.as_str())
            .collect();
        assert!(charts.contains(&format!("<c:f>'List 2016-03-01'!{ranks}</c:f>")));
        let sheet = opened(&view, Lang::En).worksheet_range_at(0).unwrap().unwrap();
        let first: u32 = ranks[3..4].parse().unwrap();
        assert_eq!(sheet.get_value((first - 1, 0)), Some(&Data::Float(1.0)));
        assert_eq!(sheet.get_value((first + 10, 0)), Some(&Data::Float(12.0)));
        let internal =
            parts["xl/worksheets/sheet1.xml"].contains("<oddHeader>&amp;R&amp;BInternal use only:");
        assert_eq!(internal, audience == Audience::Internal);
        assert_eq!(parts["docProps/core.xml"].contains("[internal]"), audience == Audience::Internal);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "workbooks to look at, only when asked for")]
fn samples_are_written_on_request() {
    if std::env::var_os("SLOTCAST_BOOK_SAMPLE").is_none() {
        return;
    }
    let mut internal = sample::page();
    internal.audience = Audience::Internal;
    let mut hostile = sample::page();
    for (offer, text) in hostile.lists[0].offers.iter_mut().zip(HOSTILE) {
        offer.ranked.scored.offer.title = Some(text.to_owned() + "\0\u{b}");
        offer.ranked.scored.offer.maker_name = Some(text.repeat(12));
        offer.cells.set("url", CellValue::Text(format!("https://a.example/{text}").into()));
    }
    let views = [
        ("12", sample::page()),
        ("internal", internal),
        ("hostile", hostile),
        ("900", many(900)),
        ("5000", many(5_000)),
    ];
    for (name, view) in views {
        for lang in [Lang::Ko, Lang::En] {
            let started = std::time::Instant::now();
            let bytes = workbook(&view, lang).unwrap();
            let size = bytes.len();
            let path = std::env::temp_dir().join(format!("slotcast-book-{name}-{lang}.xlsx"));
            std::fs::write(&path, bytes).unwrap();
            let seconds = started.elapsed().as_secs_f64();
            std::fs::write(path.with_extension("txt"), format!("{size} bytes, {seconds:.2} s\n")).unwrap();
        }
        let started = std::time::Instant::now();
        let text = crate::json::ranking_json(&view).unwrap();
        let mut csv = Vec::new();
        crate::csv::write_ranking_csv(&mut csv, &view.run_id, &view.lists[0].offers, view.audience).unwrap();
        let seconds = started.elapsed().as_secs_f64();
        let report = format!("json {} bytes, csv {} bytes, {seconds:.2} s\n", text.len(), csv.len());
        let path = std::env::temp_dir().join(format!("slotcast-book-{name}"));
        std::fs::write(path.with_extension("json"), text).unwrap();
        std::fs::write(path.with_extension("csv"), csv).unwrap();
        std::fs::write(path.with_extension("json.txt"), report).unwrap();
    }
}
