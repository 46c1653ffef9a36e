//! Review sheet: predictions and outcomes of the most recently closed slots.

use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, Format, Worksheet, XlsxError,
};

use super::{
    context::WorkbookContext,
    list::probability_bar,
    row_height::{height, line_count},
    sheet_writer::SheetWriter,
};
use crate::{
    columns::ColumnKind,
    number_format::rounded,
    view::{CellValue, ReviewedOffer, SlotReview},
};

/// Columns with their kinds and widths.
pub(super) const COLUMNS: [(&str, ColumnKind, f64); 13] = [
    ("slot_date", ColumnKind::Date, 12.0),
    ("rank", ColumnKind::Rank, 7.0),
    ("title", ColumnKind::Prose, 44.0),
    ("p_hit", ColumnKind::Probability, 13.0),
    ("hit", ColumnKind::Bool, 10.0),
    ("gap", ColumnKind::Probability, 10.0),
    ("threshold", ColumnKind::Terms, 12.0),
    ("demand", ColumnKind::Terms, 12.0),
    ("demand_p10", ColumnKind::Demand, 12.0),
    ("demand_p50", ColumnKind::Demand, 12.0),
    ("demand_p90", ColumnKind::Demand, 12.0),
    ("candidate_id", ColumnKind::Text, 18.0),
    ("list_run_id", ColumnKind::Text, 27.0),
];
const OUTCOME: u16 = 4;
const PROBABILITY: u16 = 3;

/// Writes the sheet.
pub(super) fn write(context: &WorkbookContext<'_>, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = SheetWriter::new(context, raw);
    for (col, (name, kind, width)) in (0..).zip(COLUMNS) {
        let format =
            if name == "gap" { &context.styles.gap } else { context.styles.of(kind, context.basis()) };
        sheet.column(col, width, format)?;
    }
    let notes: Vec<String> =
        context.view.reviews.iter().map(|review| slot_summary(context, review)).collect();
    let header = sheet.head(context.text("sheet_review"), &notes)? + 1;
    sheet.header(header, COLUMNS.iter().map(|(name, ..)| context.label(name)))?;
    let (first, mut row) = (header + 1, header + 1);
    for review in &context.view.reviews {
        for offer in &review.offers {
            write_offer(&mut sheet, context, (review, offer), row)?;
            row += 1;
        }
    }
    let (n, last) = (u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX), row.max(first + 1) - 1);
    sheet.raw.set_print_area(0, 0, last, n - 1)?;
    sheet.raw.add_conditional_format(first, PROBABILITY, last, PROBABILITY, &probability_bar())?;
    for (key, background, ink) in [("hit", 0xD1_E7_DD, 0x0A_36_22), ("miss", 0xF8_D7_DA, 0x84_20_29)] {
        let color =
            Format::new().set_background_color(Color::RGB(background)).set_font_color(Color::RGB(ink));
        let rule = ConditionalFormatText::new()
            .set_rule(ConditionalFormatTextRule::BeginsWith(context.text(key).to_owned()))
            .set_format(color);
        sheet.raw.add_conditional_format(first, OUTCOME, last, OUTCOME, &rule)?;
    }
    sheet.table(header, n, row - first, 3)
}

/// Summary of a slot in one sentence.
fn slot_summary(context: &WorkbookContext<'_>, review: &SlotReview) -> String {
    let expected: f64 = review.offers.iter().map(|offer| offer.p_hit).sum();
    let hits = review.offers.iter().filter(|offer| offer.hit).count();
    context.filled(
        "review_sum",
        &[
            ("slot", &review.slot_date.to_string()),
            ("n", &review.offers.len().to_string()),
            ("expected", &rounded(expected, 1)),
            ("hits", &hits.to_string()),
        ],
    )
}

fn write_offer(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    (review, offer): (&SlotReview, &ReviewedOffer),
    row: u32,
) -> Result<(), XlsxError> {
    for (col, (name, kind, width)) in (0..).zip(COLUMNS) {
        let quantile = |position: usize| offer.predicted_demand().map(|demand| demand[position]);
        let number = match name {
            "p_hit" => Some(offer.p_hit),
            "gap" => Some(f64::from(u8::from(offer.hit)) - offer.p_hit),
            "threshold" => Some(offer.threshold),
            "demand" => offer.demand,
            "demand_p10" => quantile(0),
            "demand_p50" => quantile(1),
            "demand_p90" => quantile(2),
            _ => None,
        };
        if let (ColumnKind::Prose, Some(title)) = (kind, &offer.title)
            && let Some(pixels) = height(line_count(title, width))
        {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        let value = match name {
            "slot_date" => CellValue::Date(review.slot_date),
            "rank" => CellValue::Count(u64::from(offer.rank)),
            "title" => {
                offer.title.as_deref().map_or(CellValue::Missing, |title| CellValue::Text(title.into()))
            }
            "hit" => CellValue::Text(context.text(if offer.hit { "hit" } else { "miss" }).into()),
            "candidate_id" => CellValue::Text(offer.candidate_id.as_str().into()),
            "list_run_id" => CellValue::Text(review.run_id.as_str().into()),
            _ => number.and_then(|number| kind.rounded(number)).map_or(CellValue::Missing, CellValue::Number),
        };
        sheet.value((row, col), &value, kind, None)?;
    }
    Ok(())
}
