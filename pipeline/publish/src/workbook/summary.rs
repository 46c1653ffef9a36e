//! Summary sheet: the run, totals of its lists, accuracy of the model, past slots.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::{
    charts::{RowRange, history_chart, list_chart},
    context::WorkbookContext,
    list,
    row_height::{height, line_count},
    sheet_writer::SheetWriter,
};
use crate::{
    columns::{ColumnKind, OfferRow, column},
    number_format::grouped,
    view::{CellValue, ListView, SlotHistoryRow, local_text},
};

/// Widths of the columns, set by the table of lists.
const WIDTHS: [f64; 13] = [28.0, 20.0, 17.0, 17.0, 17.0, 17.0, 14.0, 12.0, 12.0, 10.0, 12.0, 12.0, 20.0];
/// First column of the charts.
const CHART_COLUMN: u16 = 5;
/// Limit of offers in the chart: more are unreadable.
const MAX_DRAWN: u32 = 60;
/// Distance between the tops of two charts, in pixels, and at most in rows.
const CHART_PIXELS: u32 = 315;
const CHART_ROWS: u32 = 16;

/// Writes the sheet. The charts refer to the sheets of the lists by `names`.
pub(super) fn write(
    context: &WorkbookContext<'_>,
    names: &[String],
    raw: &mut Worksheet,
) -> Result<(), XlsxError> {
    let mut sheet = SheetWriter::new(context, raw);
    for (col, width) in (0..).zip(WIDTHS) {
        sheet.raw.set_column_width(col, width)?;
    }
    let row = sheet.head(context.text("sheet_summary"), &[])?;
    let row = write_run(&mut sheet, context, row + 1)?;
    let row = write_warnings(&mut sheet, context, row)?;
    let charts_row = write_lists(&mut sheet, context, row)?;
    let row = write_scores(&mut sheet, context, charts_row)?;
    let row = write_history(&mut sheet, context, row, charts_row)?;
    if let (Some(list), Some(name)) = (context.view.lists.first(), names.first())
        && let Some(chart) = chart_of(context, list, name)
    {
        sheet.raw.insert_chart(charts_row, CHART_COLUMN, &chart)?;
    }
    sheet.raw.set_print_area(0, 0, row.max(charts_row + 2 * CHART_ROWS), 12)?;
    Ok(())
}

fn write_section(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    row: u32,
    key: &str,
    columns: u16,
) -> Result<u32, XlsxError> {
    for col in 0..columns {
        let text = if col == 0 { context.text(key) } else { "" };
        sheet.text(row, col, text, Some(&context.styles.section))?;
    }
    Ok(row + 1)
}

fn write_run(sheet: &mut SheetWriter<'_>, context: &WorkbookContext<'_>, row: u32) -> Result<u32, XlsxError> {
    let (view, key, text) = (context.view, &context.styles.key, &context.styles.text);
    let row = write_section(sheet, context, row, "summary_run", 13)?;
    sheet.text(row, 0, context.text("run_id"), Some(key))?;
    sheet.text(row, 1, view.run_id.as_str(), Some(text))?;
    sheet.text(row + 1, 0, context.text("market"), Some(key))?;
    sheet.text(row + 1, 1, &view.market, Some(text))?;
    sheet.text(row + 2, 0, &context.filled("as_of", &[("zone", view.zone.name())]), Some(key))?;
    sheet.instant(row + 2, 1, view.as_of)?;
    sheet.text(row + 3, 0, context.text("currency"), Some(key))?;
    sheet.text(row + 3, 1, view.currency.as_deref().unwrap_or("–"), Some(text))?;
    Ok(row + 5)
}

fn write_warnings(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    row: u32,
) -> Result<u32, XlsxError> {
    let view = context.view;
    let retracted = view.retracted.iter().map(|one| {
        let when = local_text(view.zone, one.at);
        context.filled("retracted", &[("run", &one.run_id), ("when", &when)])
    });
    let all: Vec<String> = retracted.chain(view.warnings.iter().cloned()).collect();
    if all.is_empty() {
        return Ok(row);
    }
    let mut row = write_section(sheet, context, row, "summary_warnings", 13)?;
    for warning in all {
        let style = &context.styles.warning;
        sheet.raw.merge_range(row, 0, row, 12, "", style)?;
        sheet.text(row, 0, &warning, Some(style))?;
        if let Some(pixels) = height(line_count(&warning, WIDTHS.iter().sum())) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        row += 1;
    }
    Ok(row + 1)
}

fn write_lists(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    row: u32,
) -> Result<u32, XlsxError> {
    let row = write_section(sheet, context, row, "summary_lists", 13)?;
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
    let label = |key| if key == "model" { context.label(key) } else { context.text(key) };
    sheet.header(row, std::iter::once(context.label("slot_date")).chain(keys.map(label)))?;
    let mut row = row + 1;
    for list in &context.view.lists {
        write_list(sheet, context, list, row)?;
        row += 1;
    }
    Ok(row + 1)
}

fn write_list(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    list: &ListView,
    row: u32,
) -> Result<(), XlsxError> {
    let of = |kind| context.styles.of(kind, context.basis());
    let status = match (list.is_preliminary, list.is_frozen) {
        (true, _) => "status_preliminary",
        (false, true) => "status_frozen",
        (false, false) => "status_open",
    };
    let sum = |name: &str| {
        let column = column(name);
        let values = list.offers.iter().filter_map(|offer| {
            let row = OfferRow { run_id: &context.view.run_id, offer, audience: context.view.audience };
            if let CellValue::Number(number) = column.value(&row) { Some(number) } else { None }
        });
        values.fold(None, |sum: Option<f64>, number| Some(sum.unwrap_or(0.0) + number))
    };
    let (n, hits) = (list.offers.len() as f64, sum("p_hit").unwrap_or(0.0));
    sheet.date(row, 0, list.slot.date)?;
    sheet.text(row, 1, context.text(status), Some(&context.styles.centered))?;
    for (col, instant) in
        [(2, list.slot.opens_at), (3, list.slot.closes_at), (4, list.cutoff), (5, list.knowledge_at)]
    {
        sheet.instant(row, col, instant)?;
    }
    sheet.text(row, 6, &list.model.name, Some(&context.styles.text))?;
    sheet.number(row, 7, Some(list.model.n_training as f64), Some(of(ColumnKind::Count)))?;
    sheet.number(row, 8, ColumnKind::Share.rounded(list.model.base_rate), Some(of(ColumnKind::Share)))?;
    sheet.number(row, 9, Some(n), Some(of(ColumnKind::Count)))?;
    sheet.number(row, 10, ColumnKind::Probability.rounded(hits), Some(&context.styles.hits))?;
    sheet.number(row, 11, ColumnKind::Probability.rounded(hits / n), Some(of(ColumnKind::Probability)))?;
    let amount = sum("expected_amount").filter(|_| !list.has_several_currencies());
    let amount = amount.and_then(|sum| ColumnKind::Amount.rounded(sum));
    sheet.number(row, 12, amount, Some(of(ColumnKind::Amount)))
}

/// Measure, score of the model, score of the baseline.
type Score = (&'static str, Option<f64>, Option<f64>);

fn write_scores(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    row: u32,
) -> Result<u32, XlsxError> {
    let view = context.view;
    let mut row = write_section(sheet, context, row, "summary_check", 4)?;
    if let Some(check) = &view.model_check {
        let n = grouped(check.n as f64, 0);
        let heading = context.filled("check_model", &[("model", &check.model), ("n", &n)]);
        let measured = [
            ("score_log_loss", Some(check.log_loss), Some(check.base_log_loss)),
            ("score_ece", check.ece, check.ece_noise_floor),
        ];
        row = write_score_table(sheet, context, row, &heading, &measured)?;
    }
    if let Some(backtest) = &view.backtest {
        let n = grouped(backtest.n as f64, 0);
        let heading = match backtest.slots() {
            Some((first, last)) => context.filled(
                "check_backtest",
                &[("first", &first.to_string()), ("last", &last.to_string()), ("n", &n)],
            ),
            None => context.filled("check_backtest_undated", &[("n", &n)]),
        };
        let measured = [
            ("score_log_loss", Some(backtest.log_loss), Some(backtest.base_rate_log_loss)),
            ("score_brier", Some(backtest.brier), backtest.base_rate_brier),
            ("score_auc", backtest.auc, backtest.auc.map(|_| 0.5)),
            ("score_ece", backtest.ece, backtest.ece_noise_floor),
            ("score_base_rate", backtest.base_rate, None),
        ];
        row = write_score_table(sheet, context, row, &heading, &measured)?;
    }
    if view.model_check.is_none() && view.backtest.is_none() {
        sheet.text(row, 0, context.text("score_none"), Some(&context.styles.note))?;
        row += 2;
    }
    Ok(row)
}

fn write_score_table(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    row: u32,
    heading: &str,
    scores: &[Score],
) -> Result<u32, XlsxError> {
    let styles = &context.styles;
    for col in 0..4 {
        sheet.text(row, col, if col == 0 { heading } else { "" }, Some(&styles.band))?;
    }
    sheet.text(row, 2, context.label("model"), Some(&styles.band))?;
    sheet.text(row, 3, context.text("baseline"), Some(&styles.band))?;
    let mut row = row + 1;
    for (key, model, baseline) in scores.iter().filter(|(_, model, _)| model.is_some()) {
        sheet.raw.merge_range(row, 0, row, 1, "", &styles.prose)?;
        sheet.text(row, 0, context.text(key), Some(&styles.prose))?;
        if let Some(pixels) = height(line_count(context.text(key), WIDTHS[0] + WIDTHS[1])) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        let format: &Format = match *key {
            "score_base_rate" => styles.of(ColumnKind::Share, context.basis()),
            _ => &styles.score,
        };
        sheet.number(row, 2, model.and_then(|value| ColumnKind::Share.rounded(value)), Some(format))?;
        sheet.number(row, 3, baseline.and_then(|value| ColumnKind::Share.rounded(value)), Some(format))?;
        row += 1;
    }
    Ok(row + 1)
}

/// Writes past slots, the latest last, and their chart.
fn write_history(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    row: u32,
    charts_row: u32,
) -> Result<u32, XlsxError> {
    if context.view.slot_history.is_empty() {
        return Ok(row);
    }
    let of = |kind| Some(context.styles.of(kind, context.basis()));
    let header = write_section(sheet, context, row, "summary_history", 4)?;
    sheet.header(header, ["slot_date", "campaigns", "hits", "hit_rate"].map(|name| context.label(name)))?;
    let mut slots: Vec<&SlotHistoryRow> = context.view.slot_history.iter().collect();
    slots.sort_by_key(|slot| slot.slot_date);
    let first = header + 1;
    let mut row = first;
    for slot in slots {
        sheet.date(row, 0, slot.slot_date)?;
        sheet.number(row, 1, Some(slot.campaigns as f64), of(ColumnKind::Count))?;
        sheet.number(row, 2, slot.hits.map(|hits| hits as f64), of(ColumnKind::Count))?;
        sheet.number(
            row,
            3,
            slot.hit_rate.and_then(|rate| ColumnKind::Share.rounded(rate)),
            of(ColumnKind::Share),
        )?;
        row += 1;
    }
    sheet.raw.autofilter(header, 0, row - 1, 3)?;
    let rows = RowRange { first, last: row - 1, col: 0 };
    let chart = history_chart(context, &sheet.raw.name(), rows, [1, 2, 3]);
    sheet.raw.insert_chart_with_offset(charts_row, CHART_COLUMN, &chart, 0, CHART_PIXELS)?;
    Ok(row)
}

/// Chart of the hit probabilities of a list, over the cells of its sheet.
fn chart_of(context: &WorkbookContext<'_>, list: &ListView, name: &str) -> Option<rust_xlsxwriter::Chart> {
    let n = u32::try_from(list.offers.len()).ok().filter(|n| *n > 0)?.min(MAX_DRAWN);
    let col = |column: &str| list::column_index(context, column);
    let first = list::first_row(context, list);
    let ranks = RowRange { first, last: first + n - 1, col: col("rank")? };
    let slot = list.slot.date.to_string();
    Some(list_chart(context, name, &slot, ranks, [col("p_hit")?, col("p_low")?, col("p_high")?]))
}
