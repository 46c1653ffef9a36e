//! What the run knew, its lists in sums, how far the model can be trusted, and how past slots went.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::{
    Book, Sheet,
    charts::{Rows, history_chart, list_chart},
    lines::{height, lines},
    list,
};
use crate::{
    columns::{Column, Kind, Row, Value},
    figures::grouped,
    view::{ListView, SlotHistoryRow, local_text},
};

/// Widths of the columns, as the table of lists needs them.
const WIDTHS: [f64; 13] = [28.0, 20.0, 17.0, 17.0, 17.0, 17.0, 14.0, 12.0, 12.0, 10.0, 12.0, 12.0, 20.0];
/// The first column that charts cover.
const BESIDE: u16 = 5;
/// Offers that are drawn: more cannot be told apart.
const MOST_DRAWN: u32 = 60;
/// From the top of one chart to that of the next, in pixels, and in rows at most.
const CHART_PIXELS: u32 = 315;
const CHART_ROWS: u32 = 16;

/// Writes the sheet; `names` are those of the sheets of lists, which the charts refer to.
pub(super) fn write(book: &Book<'_>, names: &[String], raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(book, raw);
    for (col, width) in (0..).zip(WIDTHS) {
        sheet.raw.set_column_width(col, width)?;
    }
    let row = sheet.head(book.text("sheet_summary"), &[])?;
    let row = run(&mut sheet, book, row + 1)?;
    let row = warnings(&mut sheet, book, row)?;
    let beside = lists(&mut sheet, book, row)?;
    let row = scores(&mut sheet, book, beside)?;
    let row = history(&mut sheet, book, row, beside)?;
    if let (Some(list), Some(name)) = (book.view.lists.first(), names.first())
        && let Some(chart) = chart_of(book, list, name)
    {
        sheet.raw.insert_chart(beside, BESIDE, &chart)?;
    }
    sheet.raw.set_print_area(0, 0, row.max(beside + 2 * CHART_ROWS), 12)?;
    Ok(())
}

fn section(
    sheet: &mut Sheet<'_>,
    book: &Book<'_>,
    row: u32,
    key: &str,
    columns: u16,
) -> Result<u32, XlsxError> {
    for col in 0..columns {
        let text = if col == 0 { book.text(key) } else { "" };
        sheet.text(row, col, text, Some(&book.styles.section))?;
    }
    Ok(row + 1)
}

fn run(sheet: &mut Sheet<'_>, book: &Book<'_>, row: u32) -> Result<u32, XlsxError> {
    let (view, key, text) = (book.view, &book.styles.key, &book.styles.text);
    let row = section(sheet, book, row, "summary_run", 13)?;
    sheet.text(row, 0, book.text("run_id"), Some(key))?;
    sheet.text(row, 1, view.run_id.as_str(), Some(text))?;
    sheet.text(row + 1, 0, book.text("market"), Some(key))?;
    sheet.text(row + 1, 1, &view.market, Some(text))?;
    sheet.text(row + 2, 0, &book.filled("as_of", &[("zone", view.zone.name())]), Some(key))?;
    sheet.moment(row + 2, 1, view.as_of)?;
    sheet.text(row + 3, 0, book.text("currency"), Some(key))?;
    sheet.text(row + 3, 1, view.currency.as_deref().unwrap_or("–"), Some(text))?;
    Ok(row + 5)
}

fn warnings(sheet: &mut Sheet<'_>, book: &Book<'_>, row: u32) -> Result<u32, XlsxError> {
    let view = book.view;
    let retracted = view.retracted.iter().map(|one| {
        let when = local_text(view.zone, one.at);
        book.filled("retracted", &[("run", &one.run_id), ("when", &when)])
    });
    let all: Vec<String> = retracted.chain(view.warnings.iter().cloned()).collect();
    if all.is_empty() {
        return Ok(row);
    }
    let mut row = section(sheet, book, row, "summary_warnings", 13)?;
    for warning in all {
        let style = &book.styles.warning;
        sheet.raw.merge_range(row, 0, row, 12, "", style)?;
        sheet.text(row, 0, &warning, Some(style))?;
        if let Some(pixels) = height(lines(&warning, WIDTHS.iter().sum())) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        row += 1;
    }
    Ok(row + 1)
}

fn lists(sheet: &mut Sheet<'_>, book: &Book<'_>, row: u32) -> Result<u32, XlsxError> {
    let row = section(sheet, book, row, "summary_lists", 13)?;
    let keys = [
        "status",
        "opens_at",
        "closes_at",
        "cutoff",
        "knowledge_at",
        "model",
        "n_training",
        "base_rate",
        "offers",
        "expected_hits",
        "expected_share",
        "expected_amount",
    ];
    let label = |key| if key == "model" { book.label(key) } else { book.text(key) };
    sheet.header(row, std::iter::once(book.label("slot_date")).chain(keys.map(label)))?;
    let mut row = row + 1;
    for list in &book.view.lists {
        one_list(sheet, book, list, row)?;
        row += 1;
    }
    Ok(row + 1)
}

fn one_list(sheet: &mut Sheet<'_>, book: &Book<'_>, list: &ListView, row: u32) -> Result<(), XlsxError> {
    let of = |kind| book.styles.of(kind, book.basis());
    let status = match (list.is_preliminary, list.is_frozen) {
        (true, _) => "status_preliminary",
        (false, true) => "status_frozen",
        (false, false) => "status_open",
    };
    let sum = |name: &str| {
        let column = Column::named(name);
        let values = list.offers.iter().filter_map(|offer| {
            let row = Row { run_id: &book.view.run_id, offer, audience: book.view.audience };
            if let Value::Number(number) = column.value(&row) { Some(number) } else { None }
        });
        values.fold(None, |sum: Option<f64>, number| Some(sum.unwrap_or(0.0) + number))
    };
    let (n, hits) = (list.offers.len() as f64, sum("p_hit").unwrap_or(0.0));
    sheet.date(row, 0, list.slot.date)?;
    sheet.text(row, 1, book.text(status), Some(&book.styles.centred))?;
    for (col, instant) in
        [(2, list.slot.opens_at), (3, list.slot.closes_at), (4, list.cutoff), (5, list.knowledge_at)]
    {
        sheet.moment(row, col, instant)?;
    }
    sheet.text(row, 6, &list.model.name, Some(&book.styles.text))?;
    sheet.number(row, 7, Some(list.model.n_training as f64), Some(of(Kind::Count)))?;
    sheet.number(row, 8, Kind::Share.rounded(list.model.base_rate), Some(of(Kind::Share)))?;
    sheet.number(row, 9, Some(n), Some(of(Kind::Count)))?;
    sheet.number(row, 10, Kind::Chance.rounded(hits), Some(&book.styles.hits))?;
    sheet.number(row, 11, Kind::Chance.rounded(hits / n), Some(of(Kind::Chance)))?;
    let amount = sum("expected_amount").and_then(|sum| Kind::Amount.rounded(sum));
    sheet.number(row, 12, amount, Some(of(Kind::Amount)))
}

/// A measure, that of the model, and what it is held against.
type Score = (&'static str, Option<f64>, Option<f64>);

fn scores(sheet: &mut Sheet<'_>, book: &Book<'_>, row: u32) -> Result<u32, XlsxError> {
    let view = book.view;
    let mut row = section(sheet, book, row, "summary_check", 4)?;
    if let Some(check) = &view.model_check {
        let n = grouped(check.n as f64, 0);
        let heading = book.filled("check_model", &[("model", &check.model), ("n", &n)]);
        let measured = [
            ("score_log_loss", Some(check.log_loss), Some(check.base_log_loss)),
            ("score_ece", check.ece, check.ece_noise_floor),
        ];
        row = score_table(sheet, book, row, &heading, &measured)?;
    }
    if let Some(backtest) = &view.backtest {
        let n = grouped(backtest.n as f64, 0);
        let heading = match backtest.slots {
            Some((first, last)) => book.filled(
                "check_backtest",
                &[("first", &first.to_string()), ("last", &last.to_string()), ("n", &n)],
            ),
            None => book.filled("check_backtest_undated", &[("n", &n)]),
        };
        let measured = [
            ("score_log_loss", Some(backtest.log_loss), Some(backtest.base_log_loss)),
            ("score_brier", Some(backtest.brier), backtest.base_brier),
            ("score_auc", backtest.auc, backtest.auc.map(|_| 0.5)),
            ("score_ece", backtest.ece, backtest.ece_noise_floor),
            ("score_base_rate", Some(backtest.base_rate), None),
        ];
        row = score_table(sheet, book, row, &heading, &measured)?;
    }
    if view.model_check.is_none() && view.backtest.is_none() {
        sheet.text(row, 0, book.text("score_none"), Some(&book.styles.note))?;
        row += 2;
    }
    Ok(row)
}

fn score_table(
    sheet: &mut Sheet<'_>,
    book: &Book<'_>,
    row: u32,
    heading: &str,
    scores: &[Score],
) -> Result<u32, XlsxError> {
    let styles = &book.styles;
    for col in 0..4 {
        sheet.text(row, col, if col == 0 { heading } else { "" }, Some(&styles.band))?;
    }
    sheet.text(row, 2, book.label("model"), Some(&styles.band))?;
    sheet.text(row, 3, book.text("yardstick"), Some(&styles.band))?;
    let mut row = row + 1;
    for (key, model, yardstick) in scores.iter().filter(|(_, model, _)| model.is_some()) {
        sheet.raw.merge_range(row, 0, row, 1, "", &styles.words)?;
        sheet.text(row, 0, book.text(key), Some(&styles.words))?;
        if let Some(pixels) = height(lines(book.text(key), WIDTHS[0] + WIDTHS[1])) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        let format: &Format = match *key {
            "score_base_rate" => styles.of(Kind::Share, book.basis()),
            _ => &styles.score,
        };
        sheet.number(row, 2, model.and_then(|value| Kind::Share.rounded(value)), Some(format))?;
        sheet.number(row, 3, yardstick.and_then(|value| Kind::Share.rounded(value)), Some(format))?;
        row += 1;
    }
    Ok(row + 1)
}

/// Past slots, the latest last, and their chart.
fn history(sheet: &mut Sheet<'_>, book: &Book<'_>, row: u32, beside: u32) -> Result<u32, XlsxError> {
    if book.view.slot_history.is_empty() {
        return Ok(row);
    }
    let of = |kind| Some(book.styles.of(kind, book.basis()));
    let header = section(sheet, book, row, "summary_history", 4)?;
    sheet.header(header, ["slot_date", "campaigns", "hits", "hit_rate"].map(|name| book.label(name)))?;
    let mut slots: Vec<&SlotHistoryRow> = book.view.slot_history.iter().collect();
    slots.sort_by_key(|slot| slot.slot_date);
    let first = header + 1;
    let mut row = first;
    for slot in slots {
        sheet.date(row, 0, slot.slot_date)?;
        sheet.number(row, 1, Some(slot.campaigns as f64), of(Kind::Count))?;
        sheet.number(row, 2, Some(slot.hits as f64), of(Kind::Count))?;
        sheet.number(row, 3, slot.hit_rate.and_then(|rate| Kind::Share.rounded(rate)), of(Kind::Share))?;
        row += 1;
    }
    sheet.raw.autofilter(header, 0, row - 1, 3)?;
    let rows = Rows { first, last: row - 1, col: 0 };
    let chart = history_chart(book, &sheet.raw.name(), rows, [1, 2, 3]);
    sheet.raw.insert_chart_with_offset(beside, BESIDE, &chart, 0, CHART_PIXELS)?;
    Ok(row)
}

/// The chances of a list, over the cells of its sheet.
fn chart_of(book: &Book<'_>, list: &ListView, name: &str) -> Option<rust_xlsxwriter::Chart> {
    let n = u32::try_from(list.offers.len()).ok().filter(|n| *n > 0)?.min(MOST_DRAWN);
    let col = |column: &str| list::column_of(book, column);
    let first = list::first_row(book, list);
    let ranks = Rows { first, last: first + n - 1, col: col("rank")? };
    let slot = list.slot.date.to_string();
    Some(list_chart(book, name, &slot, ranks, [col("p_hit")?, col("p_low")?, col("p_high")?]))
}
