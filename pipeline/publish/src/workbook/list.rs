//! Sheet of a ranked list, with one row per offer, filters and totals.

use rust_xlsxwriter::{
    Color, ConditionalFormatDataBar, ConditionalFormatText, ConditionalFormatTextRule, ConditionalFormatType,
    Format, Formula, Worksheet, XlsxError, utility::row_col_to_cell,
};

use super::{
    context::WorkbookContext,
    row_height::{height, line_count},
    sheet_writer::SheetWriter,
    styles::BAR,
};
use crate::{
    columns::{Band, COLUMNS, Column, ColumnKind, OfferRow},
    view::{CellValue, ListView, OfferFlag, local_text},
};

/// Colors of flags, the most severe first: a cell has the color of its first flag. Holidays have none,
/// because all offers of a slot share them.
const FLAG_COLORS: [(OfferFlag, u32, u32); 4] = [
    (OfferFlag::NearDuplicate, 0xF8_D7_DA, 0x84_20_29),
    (OfferFlag::ThresholdHigh, 0xF8_D7_DA, 0x84_20_29),
    (OfferFlag::ThinData, 0xFF_EC_B5, 0x66_4D_03),
    (OfferFlag::NewMaker, 0xD1_E7_DD, 0x0A_36_22),
];

/// Column of the sheet.
struct PlacedColumn {
    band: Band,
    column: &'static Column,
    width: f64,
}

/// Writes the sheet of a list.
pub(super) fn write(
    context: &WorkbookContext<'_>,
    list: &ListView,
    raw: &mut Worksheet,
) -> Result<(), XlsxError> {
    let columns = placed(context);
    let mut sheet = SheetWriter::new(context, raw);
    for (col, one) in (0..).zip(&columns) {
        sheet.column(col, one.width, context.styles.of(one.column.kind, context.basis()))?;
    }
    let sum = sheet.head(&context.list_name(list), &notes(context, list))?;
    let header = first_row(context, list) - 1;
    write_bands(&mut sheet, context, &columns, header - 1)?;
    sheet.header(header, columns.iter().map(|one| context.label(one.column.name)))?;
    let (first, mut row) = (header + 1, header + 1);
    for offer in &list.offers {
        let cells = OfferRow { run_id: &context.view.run_id, offer, audience: context.view.audience };
        let basis = offer.ranked.scored.offer.threshold_basis;
        let own = Some(basis).filter(|basis| *basis != context.basis());
        let mut needed = 1;
        for (col, one) in (0..).zip(&columns) {
            let value = one.column.value(&cells);
            sheet.value((row, col), &value, one.column.kind, own)?;
            needed = needed.max(lines_of(context, &value, one));
        }
        if let Some(pixels) = height(needed) {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        row += 1;
    }
    if list.offers.is_empty() {
        sheet.text(first, 1, context.text("list_empty"), Some(&context.styles.note))?;
    }
    let n = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    add_conditional_formats(&mut sheet, context, &columns, first, row.max(first + 1) - 1)?;
    sheet.table(header, n, row - first, 2)?;
    let last = row.max(first + 1) - 1;
    write_totals(&mut sheet, context, list, &columns, (sum, first, last))?;
    sheet.raw.set_print_area(0, 0, last, u16::try_from(printed(&columns)).unwrap_or(u16::MAX) - 1)?;
    Ok(())
}

/// The columns of the workbook's language that the readers may see, band by band.
fn placed(context: &WorkbookContext<'_>) -> Vec<PlacedColumn> {
    let columns =
        COLUMNS.iter().filter(|column| column.is_in(context.lang) && column.is_for(context.view.audience));
    let mut placed: Vec<PlacedColumn> = columns
        .filter_map(|column| {
            column.sheet.map(|sheet| PlacedColumn { band: sheet.band, column, width: sheet.width })
        })
        .collect();
    placed.sort_by_key(|one| one.band);
    placed
}

/// Number of columns that are printed.
fn printed(columns: &[PlacedColumn]) -> usize {
    columns.iter().rposition(|one| one.band <= Band::LAST_PRINTED).map_or(1, |last| last + 1)
}

/// Lines of a value in its column: only texts are wrapped.
fn lines_of(context: &WorkbookContext<'_>, value: &CellValue<'_>, one: &PlacedColumn) -> usize {
    match value {
        CellValue::Text(text) if one.column.kind == ColumnKind::Prose => line_count(text, one.width),
        CellValue::Flags(flags) => line_count(&context.flag_text(flags), one.width),
        _ => 1,
    }
}

fn notes(context: &WorkbookContext<'_>, list: &ListView) -> Vec<String> {
    let local = |instant| local_text(context.view.zone, instant);
    let window = context.filled(
        "list_window",
        &[
            ("opens", &local(list.slot.opens_at)),
            ("closes", &local(list.slot.closes_at)),
            ("zone", context.view.zone.name()),
            ("as_of", &local(context.view.as_of)),
            ("known", &local(list.knowledge_at)),
        ],
    );
    let state = if list.is_preliminary {
        context.text("list_preliminary").to_owned()
    } else if list.is_frozen {
        context.text("list_frozen").to_owned()
    } else {
        context.filled("list_open", &[("cutoff", &local(list.cutoff))])
    };
    vec![window, state]
}

/// Index of a column, if the readers may see it.
pub(super) fn column_index(context: &WorkbookContext<'_>, name: &str) -> Option<u16> {
    placed(context).iter().position(|one| one.column.name == name).and_then(|col| u16::try_from(col).ok())
}

/// Row of the first offer, below title, notes, totals, bands and header.
pub(super) fn first_row(context: &WorkbookContext<'_>, list: &ListView) -> u32 {
    let notes = u32::try_from(notes(context, list).len()).unwrap_or_default();
    1 + u32::from(context.is_internal()) + notes + 3
}

/// Writes the band headings above the header.
fn write_bands(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    columns: &[PlacedColumn],
    row: u32,
) -> Result<(), XlsxError> {
    let mut previous = "";
    for (col, one) in (0..).zip(columns) {
        let heading = one.band.heading();
        let text = if heading == previous { "" } else { context.text(heading) };
        sheet.text(row, col, text, Some(&context.styles.band))?;
        previous = heading;
    }
    Ok(())
}

/// Writes the totals of the visible rows. Excel updates them when a filter changes.
fn write_totals(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    list: &ListView,
    columns: &[PlacedColumn],
    (row, first, last): (u32, u32, u32),
) -> Result<(), XlsxError> {
    let styles = &context.styles;
    for (col, one) in (0..).zip(columns) {
        let cells = list.offers.iter().map(|offer| {
            let cells = OfferRow { run_id: &context.view.run_id, offer, audience: context.view.audience };
            one.column.value(&cells)
        });
        let is_money = matches!(one.column.name, "expected_amount" | "expected_value");
        if is_money && list.has_several_currencies() {
            sheet.text(row, col, context.text("list_sum_currencies"), Some(&styles.sum_text))?;
            continue;
        }
        let (function, format, result) = match one.column.name {
            "title" => {
                sheet.text(row, col, context.text("list_sum"), Some(&styles.sum_text))?;
                continue;
            }
            "rank" => (102, &styles.sum_rank, cells.count() as f64),
            "p_hit" => (109, &styles.sum_hits, cells.filter_map(number).sum()),
            _ if is_money => (109, &styles.sum_amount, cells.filter_map(number).sum()),
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

fn number(value: CellValue<'_>) -> Option<f64> {
    match value {
        CellValue::Number(number) => Some(number),
        _ => None,
    }
}

/// Adds bars to the hit probability and colors to the flags.
fn add_conditional_formats(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    columns: &[PlacedColumn],
    first: u32,
    last: u32,
) -> Result<(), XlsxError> {
    for (col, one) in (0..).zip(columns) {
        if one.column.name == "p_hit" {
            sheet.raw.add_conditional_format(first, col, last, col, &probability_bar())?;
        }
        if one.column.name == "flags" {
            for (flag, background, ink) in FLAG_COLORS {
                let word = context.texts.text(&format!("flag.{}", flag.as_str()));
                let color = Format::new()
                    .set_background_color(Color::RGB(background))
                    .set_font_color(Color::RGB(ink));
                let rule = ConditionalFormatText::new()
                    .set_rule(ConditionalFormatTextRule::Contains(word.to_owned()))
                    .set_format(color)
                    .set_stop_if_true(true);
                sheet.raw.add_conditional_format(first, col, last, col, &rule)?;
            }
        }
    }
    Ok(())
}

/// Data bar of a probability: the whole width of the cell is 1.
pub(super) fn probability_bar() -> ConditionalFormatDataBar {
    ConditionalFormatDataBar::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_maximum(ConditionalFormatType::Number, 1)
        .set_fill_color(BAR)
        .set_border_off(true)
        .set_solid_fill(true)
}
