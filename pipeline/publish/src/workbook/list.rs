//! The ranked list of a slot: a row an offer, what decides first, all of it filtered and summed.

use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, ConditionalFormatText, ConditionalFormatTextRule, ConditionalFormatType,
    Format, Formula, Worksheet, XlsxError, utility::row_col_to_cell,
};

use super::{
    Book, Sheet, flag_words,
    lines::{height, lines},
    styles::BAR,
};
use crate::{
    columns::{Column, Kind, Row, Value},
    view::{Flag, ListView, local_text},
};

/// Bands of columns with their widths. `{lang}` is the language of the workbook.
pub(super) const LAYOUT: [(&str, &[(&str, f64)]); 12] = [
    ("band_offer", &[("rank", 6.0), ("title", 32.0), ("category", 11.0), ("maker_name", 15.0)]),
    ("band_chance", &[("p_hit", 11.0), ("p_low", 8.5), ("p_high", 8.5)]),
    ("band_demand", &[("threshold", 10.0), ("demand_p10", 9.0), ("demand_p50", 9.0), ("demand_p90", 9.0)]),
    ("band_money", &[("price", 11.5), ("expected_amount", 17.0), ("expected_value", 17.0)]),
    ("band_reasons", &[("flags", 16.0), ("reasons_{lang}", 52.0)]),
    (
        "band_terms",
        &[("capacity", 11.0), ("threshold_50", 11.0), ("threshold_70", 11.0), ("threshold_90", 11.0)],
    ),
    (
        "band_signals",
        &[
            ("alerts", 10.0),
            ("alerts_7d", 10.0),
            ("alerts_previous_7d", 10.0),
            ("wishes", 10.0),
            ("wishes_7d", 10.0),
            ("wishes_previous_7d", 10.0),
            ("visitors", 10.0),
            ("alert_rate", 10.0),
            ("order_rate", 10.0),
            ("orders_per_alert", 10.0),
        ],
    ),
    (
        "band_records",
        &[
            ("maker_hits", 9.0),
            ("maker_n", 9.0),
            ("maker_rate_shrunk", 10.0),
            ("category_hits", 10.0),
            ("category_n", 10.0),
            ("category_rate_shrunk", 11.0),
        ],
    ),
    ("band_change", &[("previous_rank", 9.0), ("previous_p_hit", 9.0), ("change_reason_{lang}", 40.0)]),
    (
        "band_near",
        &[("near_duplicate_id", 16.0), ("near_duplicate_title", 32.0), ("near_duplicate_slot", 12.0)],
    ),
    (
        "band_origin",
        &[
            ("thin_data", 8.0),
            ("threshold_basis", 9.0),
            ("ranked_by", 12.0),
            ("model", 12.0),
            ("unit_cost", 12.0),
            ("fixed_cost", 13.0),
        ],
    ),
    ("band_links", &[("candidate_id", 18.0), ("product_id", 18.0), ("url", 34.0), ("image_url", 34.0)]),
];

/// The last band that is printed: more would not be readable on a page.
const LAST_PRINTED: &str = "band_reasons";

/// Colours of flags, the gravest first: a cell takes that of the first flag that it holds. A holiday has none: all
/// offers of a slot share it.
const FLAG_COLOURS: [(Flag, u32, u32); 4] = [
    (Flag::NearDuplicate, 0xF8_D7_DA, 0x84_20_29),
    (Flag::ThresholdHigh, 0xF8_D7_DA, 0x84_20_29),
    (Flag::ThinData, 0xFF_EC_B5, 0x66_4D_03),
    (Flag::NewMaker, 0xD1_E7_DD, 0x0A_36_22),
];

/// A column where it stands.
struct Placed {
    band: &'static str,
    column: &'static Column,
    width: f64,
}

/// Writes the list of a slot.
pub(super) fn write(book: &Book<'_>, list: &ListView, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let columns = placed(book);
    let mut sheet = Sheet::new(book, raw);
    for (col, one) in (0..).zip(&columns) {
        sheet.column(col, one.width, book.styles.of(one.column.kind, book.basis()))?;
    }
    let sum = sheet.head(&book.list_name(list), &notes(book, list))?;
    let header = first_row(book, list) - 1;
    bands(&mut sheet, book, &columns, header - 1)?;
    sheet.header(header, columns.iter().map(|one| book.label(one.column.name)))?;
    let (first, mut row) = (header + 1, header + 1);
    for offer in &list.offers {
        let cells = Row { run_id: &book.view.run_id, offer, audience: book.view.audience };
        let basis = offer.ranked.scored.offer.threshold_basis;
        let own = Some(basis).filter(|basis| *basis != book.basis());
        let mut needed = 1;
        for (col, one) in (0..).zip(&columns) {
            let value = one.column.value(&cells);
            sheet.value((row, col), &value, one.column.kind, own)?;
            needed = needed.max(lines_of(book, &value, one));
        }
        if let Some(pixels) = height(needed) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        row += 1;
    }
    if list.offers.is_empty() {
        sheet.text(first, 1, book.text("list_empty"), Some(&book.styles.note))?;
    }
    let n = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    colours(&mut sheet, book, &columns, first, row.max(first + 1) - 1)?;
    sheet.table(header, n, row - first, 2)?;
    let last = row.max(first + 1) - 1;
    sums(&mut sheet, book, list, &columns, (sum, first, last))?;
    sheet.raw.set_print_area(0, 0, last, u16::try_from(printed(&columns)).unwrap_or(u16::MAX) - 1)?;
    Ok(())
}

fn placed(book: &Book<'_>) -> Vec<Placed> {
    let lang = book.lang.to_string();
    let all = LAYOUT.iter().flat_map(|(band, columns)| columns.iter().map(move |column| (*band, column)));
    let all = all.map(|(band, (name, width))| {
        let column = Column::named(&name.replace("{lang}", &lang));
        Placed { band, column, width: *width }
    });
    all.filter(|one| one.column.is_for(book.view.audience)).collect()
}

/// How many columns are printed.
fn printed(columns: &[Placed]) -> usize {
    columns.iter().rposition(|one| one.band == LAST_PRINTED).unwrap_or_default() + 1
}

/// Lines that a value takes in its column: texts are wrapped, all else stands on one.
fn lines_of(book: &Book<'_>, value: &Value<'_>, one: &Placed) -> usize {
    match value {
        Value::Text(text) if one.column.kind == Kind::Words => lines(text, one.width),
        Value::Flags(flags) => lines(&flag_words(book, flags), one.width),
        _ => 1,
    }
}

fn notes(book: &Book<'_>, list: &ListView) -> Vec<String> {
    let local = |instant| local_text(book.view.zone, instant);
    let window = book.filled(
        "list_window",
        &[
            ("opens", &local(list.slot.opens_at)),
            ("closes", &local(list.slot.closes_at)),
            ("zone", book.view.zone.name()),
            ("as_of", &local(book.view.as_of)),
            ("known", &local(list.knowledge_at)),
        ],
    );
    let state = if list.is_preliminary {
        book.text("list_preliminary").to_owned()
    } else if list.is_frozen {
        book.text("list_frozen").to_owned()
    } else {
        book.filled("list_open", &[("cutoff", &local(list.cutoff))])
    };
    vec![window, state]
}

/// Where a column stands, if these readers may see it.
pub(super) fn column_of(book: &Book<'_>, name: &str) -> Option<u16> {
    placed(book).iter().position(|one| one.column.name == name).and_then(|col| u16::try_from(col).ok())
}

/// The row of the first offer: under the title, the notes, the sums, the bands and the header.
pub(super) fn first_row(book: &Book<'_>, list: &ListView) -> u32 {
    let notes = u32::try_from(notes(book, list).len()).unwrap_or_default();
    1 + u32::from(book.is_internal()) + notes + 3
}

/// What belongs together, over the header.
fn bands(sheet: &mut Sheet<'_>, book: &Book<'_>, columns: &[Placed], row: u32) -> Result<(), XlsxError> {
    let mut before = "";
    for (col, one) in (0..).zip(columns) {
        let text = if one.band == before { "" } else { book.text(one.band) };
        sheet.text(row, col, text, Some(&book.styles.band))?;
        before = one.band;
    }
    Ok(())
}

/// Sums of the rows that the filters leave, which Excel works out anew with every filter.
fn sums(
    sheet: &mut Sheet<'_>,
    book: &Book<'_>,
    list: &ListView,
    columns: &[Placed],
    (row, first, last): (u32, u32, u32),
) -> Result<(), XlsxError> {
    let styles = &book.styles;
    for (col, one) in (0..).zip(columns) {
        let cells = list.offers.iter().map(|offer| {
            let cells = Row { run_id: &book.view.run_id, offer, audience: book.view.audience };
            one.column.value(&cells)
        });
        let (function, format, result) = match one.column.name {
            "title" => {
                sheet.text(row, col, book.text("list_sum"), Some(&styles.sum_text))?;
                continue;
            }
            "rank" => (102, &styles.sum_rank, cells.count() as f64),
            "p_hit" => (109, &styles.sum_hits, cells.filter_map(number).sum()),
            "expected_amount" | "expected_value" => (109, &styles.sum_amount, cells.filter_map(number).sum()),
            _ => {
                if usize::from(col) < printed(columns) {
                    sheet.text(row, col, "", Some(&styles.sum))?;
                }
                continue;
            }
        };
        let range = format!("{}:{}", row_col_to_cell(first, col), row_col_to_cell(last, col));
        let formula = Formula::new(format!("=SUBTOTAL({function},{range})")).set_result(result.to_string());
        sheet.raw.write_formula_with_format(row, col, formula, format)?;
    }
    Ok(())
}

fn number(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// A bar for the chance, a colour for what to mind.
fn colours(
    sheet: &mut Sheet<'_>,
    book: &Book<'_>,
    columns: &[Placed],
    first: u32,
    last: u32,
) -> Result<(), XlsxError> {
    for (col, one) in (0..).zip(columns) {
        if one.column.name == "p_hit" {
            sheet.raw.add_conditional_format(first, col, last, col, &chance_bar())?;
        }
        if one.column.name == "flags" {
            for (flag, background, ink) in FLAG_COLOURS {
                let word = book.texts.text(&format!("flag.{}", flag.as_str()));
                let colour = Format::new()
                    .set_background_color(Color::RGB(background))
                    .set_font_color(Color::RGB(ink));
                let rule = ConditionalFormatText::new()
                    .set_rule(ConditionalFormatTextRule::Contains(word.to_owned()))
                    .set_format(colour)
                    .set_stop_if_true(true);
                sheet.raw.add_conditional_format(first, col, last, col, &rule)?;
            }
        }
    }
    Ok(())
}

/// The whole width of the cell is a chance of one.
pub(super) fn chance_bar() -> ConditionalFormatDataBar {
    ConditionalFormatDataBar::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_maximum(ConditionalFormatType::Number, 1)
        .set_fill_color(BAR)
        .set_border_off(true)
        .set_solid_fill(true)
}
