//! Dictionary sheet: name, unit and explanation of every column of the workbook, the CSV and the JSON.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{
    context::WorkbookContext,
    review,
    row_height::{height, line_count},
    sheet_writer::SheetWriter,
    styles::is_currency_code,
    what_if,
};
use crate::columns::{COLUMNS, Column, ColumnKind};

/// Columns outside the offer schema, with their relation, if there is one.
const OTHER_COLUMNS: [(&str, Option<&str>, ColumnKind); 10] = [
    ("threshold_multiple", None, ColumnKind::Ratio),
    ("p_reach", Some("moq_curve"), ColumnKind::Probability),
    ("mark", None, ColumnKind::Text),
    ("demand", Some("slot_results"), ColumnKind::Terms),
    ("hit", Some("slot_results"), ColumnKind::Bool),
    ("gap", None, ColumnKind::Probability),
    ("list_run_id", Some("slot_results"), ColumnKind::Text),
    ("campaigns", Some("slot_summary"), ColumnKind::Count),
    ("hits", Some("slot_summary"), ColumnKind::Count),
    ("hit_rate", Some("slot_summary"), ColumnKind::Share),
];
/// Columns of this sheet with their widths.
const LAYOUT: [(&str, f64); 6] = [
    ("dictionary_label", 24.0),
    ("dictionary_name", 24.0),
    ("dictionary_relation", 18.0),
    ("dictionary_unit", 26.0),
    ("dictionary_explanation", 72.0),
    ("dictionary_sheet", 40.0),
];

/// Writes the sheet.
pub(super) fn write(context: &WorkbookContext<'_>, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = SheetWriter::new(context, raw);
    for (col, (key, width)) in (0..).zip(LAYOUT) {
        let is_long = matches!(key, "dictionary_explanation" | "dictionary_sheet");
        sheet.column(col, width, if is_long { &context.styles.prose } else { &context.styles.text })?;
    }
    let note = context.text("dictionary_about").to_owned();
    let header = sheet.head(context.text("sheet_dictionary"), &[note])? + 1;
    sheet.header(header, LAYOUT.iter().map(|(key, _)| context.text(key)))?;
    let listed = COLUMNS
        .iter()
        .filter(|column| column.is_for(context.view.audience))
        .map(|column| (column.name, column.relation, column.kind));
    let mut row = header + 1;
    for (name, relation, kind) in listed.chain(OTHER_COLUMNS) {
        let about = context.texts.text(&format!("column.{name}_about"));
        let unit = if name == "hit" { context.text("unit_outcome").to_owned() } else { unit(context, kind) };
        let sheets = sheets_of(context, name).join(", ");
        for (col, text) in
            (0..).zip([context.label(name), name, relation.unwrap_or_default(), &unit, about, &sheets])
        {
            sheet.text(row, col, text, None)?;
        }
        let needed = line_count(about, LAYOUT[4].1).max(line_count(&sheets, LAYOUT[5].1));
        if let Some(pixels) = height(needed) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        row += 1;
    }
    sheet.table(header, 6, row - header - 1, 1)
}

fn unit(context: &WorkbookContext<'_>, kind: ColumnKind) -> String {
    let currency = context.view.currency.as_deref().filter(|code| is_currency_code(code));
    let key = match kind {
        ColumnKind::Text | ColumnKind::Prose | ColumnKind::Flags | ColumnKind::Basis => "unit_text",
        ColumnKind::Link => "unit_link",
        ColumnKind::Rank => "unit_rank",
        ColumnKind::Count | ColumnKind::Record => "unit_count",
        ColumnKind::Terms | ColumnKind::Demand => "unit_basis",
        ColumnKind::Price | ColumnKind::Amount => match currency {
            Some(code) => return context.filled("unit_money", &[("currency", code)]),
            None => "unit_money_unknown",
        },
        ColumnKind::Probability | ColumnKind::Share => "unit_share",
        ColumnKind::Ratio => "unit_ratio",
        ColumnKind::Date => "unit_date",
        ColumnKind::Bool => "unit_yes_no",
    };
    context.text(key).to_owned()
}

/// Sheets that contain the column.
fn sheets_of(context: &WorkbookContext<'_>, name: &str) -> Vec<&'static str> {
    let is_in_list =
        |column: &Column| column.name == name && column.sheet.is_some() && column.is_in(context.lang);
    let found = [
        (COLUMNS.iter().any(is_in_list), "sheet_lists"),
        (what_if::COLUMNS.iter().any(|(column, _)| *column == name), "sheet_what_if"),
        (
            matches!(name, "run_id" | "slot_date" | "campaigns" | "hits" | "hit_rate" | "model"),
            "sheet_summary",
        ),
        (
            !context.view.reviews.is_empty() && review::COLUMNS.iter().any(|(column, ..)| *column == name),
            "sheet_review",
        ),
    ];
    let mut sheets: Vec<&str> =
        found.iter().filter(|(contains, _)| *contains).map(|(_, key)| context.text(key)).collect();
    if sheets.is_empty() {
        sheets.push(context.text("dictionary_exports"));
    }
    sheets
}
