//! What the columns mean: those of the workbook, and those that only CSV and JSON have.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{
    Book, Sheet,
    lines::{height, lines},
    list, review,
    styles::is_code,
    what_if,
};
use crate::columns::{COLUMNS, Kind};

/// Columns that the list lacks, with the relation that has them; none where they are worked out.
const OTHERS: [(&str, &str, Kind); 10] = [
    ("threshold_multiple", "", Kind::Ratio),
    ("p_reach", "moq_curve", Kind::Chance),
    ("mark", "", Kind::Text),
    ("demand", "slot_results", Kind::Terms),
    ("hit", "slot_results", Kind::YesNo),
    ("gap", "", Kind::Chance),
    ("list_run_id", "slot_results", Kind::Text),
    ("campaigns", "slot_summary", Kind::Count),
    ("hits", "slot_summary", Kind::Count),
    ("hit_rate", "slot_summary", Kind::Share),
];
/// The columns of this sheet with their widths.
const LAYOUT: [(&str, f64); 6] = [
    ("dictionary_label", 24.0),
    ("dictionary_name", 24.0),
    ("dictionary_relation", 18.0),
    ("dictionary_unit", 26.0),
    ("dictionary_explanation", 72.0),
    ("dictionary_sheet", 40.0),
];

/// Writes the sheet.
pub(super) fn write(book: &Book<'_>, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(book, raw);
    for (col, (key, width)) in (0..).zip(LAYOUT) {
        let is_long = matches!(key, "dictionary_explanation" | "dictionary_sheet");
        sheet.column(col, width, if is_long { &book.styles.words } else { &book.styles.text })?;
    }
    let note = book.text("dictionary_about").to_owned();
    let header = sheet.head(book.text("sheet_dictionary"), &[note])? + 1;
    sheet.header(header, LAYOUT.iter().map(|(key, _)| book.text(key)))?;
    let listed = COLUMNS
        .iter()
        .filter(|column| column.is_for(book.view.audience))
        .map(|column| (column.name, column.relation, column.kind));
    let mut row = header + 1;
    for (name, relation, kind) in listed.chain(OTHERS) {
        let about = book.texts.text(&format!("column.{name}_about"));
        let unit = if name == "hit" { book.text("unit_outcome").to_owned() } else { unit(book, kind) };
        let sheets = sheets(book, name).join(", ");
        for (col, text) in (0..).zip([book.label(name), name, relation, &unit, about, &sheets]) {
            sheet.text(row, col, text, None)?;
        }
        let needed = lines(about, LAYOUT[4].1).max(lines(&sheets, LAYOUT[5].1));
        if let Some(pixels) = height(needed) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        row += 1;
    }
    sheet.table(header, 6, row - header - 1, 1)
}

fn unit(book: &Book<'_>, kind: Kind) -> String {
    let currency = book.view.currency.as_deref().filter(|code| is_code(code));
    let key = match kind {
        Kind::Text | Kind::Words | Kind::Flags | Kind::Basis => "unit_text",
        Kind::Link => "unit_link",
        Kind::Rank => "unit_rank",
        Kind::Count | Kind::Record => "unit_count",
        Kind::Terms | Kind::Demand => "unit_basis",
        Kind::Price | Kind::Amount => match currency {
            Some(code) => return book.filled("unit_money", &[("currency", code)]),
            None => "unit_money_unknown",
        },
        Kind::Chance | Kind::Share => "unit_share",
        Kind::Ratio => "unit_ratio",
        Kind::Date => "unit_date",
        Kind::YesNo => "unit_yes_no",
    };
    book.text(key).to_owned()
}

/// The sheets that have the column.
fn sheets(book: &Book<'_>, name: &str) -> Vec<&'static str> {
    let lang = book.lang.to_string();
    let in_list = list::LAYOUT.iter().flat_map(|(_, columns)| *columns);
    let found = [
        (in_list.clone().any(|(column, _)| column.replace("{lang}", &lang) == name), "sheet_lists"),
        (what_if::COLUMNS.iter().any(|(column, _)| *column == name), "sheet_what_if"),
        (
            matches!(name, "run_id" | "slot_date" | "campaigns" | "hits" | "hit_rate" | "model"),
            "sheet_summary",
        ),
        (
            !book.view.reviews.is_empty() && review::COLUMNS.iter().any(|(column, ..)| *column == name),
            "sheet_review",
        ),
    ];
    let mut sheets: Vec<&str> = found.iter().filter(|(has, _)| *has).map(|(_, key)| book.text(key)).collect();
    if sheets.is_empty() {
        sheets.push(book.text("dictionary_exports"));
    }
    sheets
}
