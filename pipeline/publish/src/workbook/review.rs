//! The last slots that have closed: what was said of each offer, and what became of it.

use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, Format, Worksheet, XlsxError,
};

use super::{
    Book, Sheet,
    lines::{height, lines},
    list::chance_bar,
};
use crate::{
    columns::{Kind, Value},
    figures::rounded,
    view::{ReviewedOffer, SlotReview},
};

/// The columns with their kinds and widths.
pub(super) const COLUMNS: [(&str, Kind, f64); 13] = [
    ("slot_date", Kind::Date, 12.0),
    ("rank", Kind::Rank, 7.0),
    ("title", Kind::Words, 44.0),
    ("p_hit", Kind::Chance, 13.0),
    ("hit", Kind::YesNo, 10.0),
    ("gap", Kind::Chance, 10.0),
    ("threshold", Kind::Terms, 12.0),
    ("demand", Kind::Terms, 12.0),
    ("demand_p10", Kind::Demand, 12.0),
    ("demand_p50", Kind::Demand, 12.0),
    ("demand_p90", Kind::Demand, 12.0),
    ("candidate_id", Kind::Text, 18.0),
    ("list_run_id", Kind::Text, 27.0),
];
const OUTCOME: u16 = 4;
const CHANCE: u16 = 3;

/// Writes the sheet.
pub(super) fn write(book: &Book<'_>, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(book, raw);
    for (col, (name, kind, width)) in (0..).zip(COLUMNS) {
        let format = if name == "gap" { &book.styles.gap } else { book.styles.of(kind, book.basis()) };
        sheet.column(col, width, format)?;
    }
    let notes: Vec<String> = book.view.reviews.iter().map(|review| sum(book, review)).collect();
    let header = sheet.head(book.text("sheet_review"), &notes)? + 1;
    sheet.header(header, COLUMNS.iter().map(|(name, ..)| book.label(name)))?;
    let (first, mut row) = (header + 1, header + 1);
    for review in &book.view.reviews {
        for offer in &review.offers {
            one(&mut sheet, book, (review, offer), row)?;
            row += 1;
        }
    }
    let (n, last) = (u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX), row.max(first + 1) - 1);
    sheet.raw.set_print_area(0, 0, last, n - 1)?;
    sheet.raw.add_conditional_format(first, CHANCE, last, CHANCE, &chance_bar())?;
    for (key, background, ink) in [("hit", 0xD1_E7_DD, 0x0A_36_22), ("miss", 0xF8_D7_DA, 0x84_20_29)] {
        let colour =
            Format::new().set_background_color(Color::RGB(background)).set_font_color(Color::RGB(ink));
        let rule = ConditionalFormatText::new()
            .set_rule(ConditionalFormatTextRule::BeginsWith(book.text(key).to_owned()))
            .set_format(colour);
        sheet.raw.add_conditional_format(first, OUTCOME, last, OUTCOME, &rule)?;
    }
    sheet.table(header, n, row - first, 3)
}

/// A slot in a sentence.
fn sum(book: &Book<'_>, review: &SlotReview) -> String {
    let expected: f64 = review.offers.iter().map(|offer| offer.p_hit).sum();
    let hits = review.offers.iter().filter(|offer| offer.hit).count();
    book.filled(
        "review_sum",
        &[
            ("slot", &review.slot_date.to_string()),
            ("n", &review.offers.len().to_string()),
            ("expected", &rounded(expected, 1)),
            ("hits", &hits.to_string()),
        ],
    )
}

fn one(
    sheet: &mut Sheet<'_>,
    book: &Book<'_>,
    (review, offer): (&SlotReview, &ReviewedOffer),
    row: u32,
) -> Result<(), XlsxError> {
    for (col, (name, kind, width)) in (0..).zip(COLUMNS) {
        let said = |place: usize| offer.demand_said.map(|said| said[place]);
        let number = match name {
            "p_hit" => Some(offer.p_hit),
            "gap" => Some(f64::from(u8::from(offer.hit)) - offer.p_hit),
            "threshold" => Some(offer.threshold),
            "demand" => offer.demand,
            "demand_p10" => said(0),
            "demand_p50" => said(1),
            "demand_p90" => said(2),
            _ => None,
        };
        if let (Kind::Words, Some(title)) = (kind, &offer.title)
            && let Some(pixels) = height(lines(title, width))
        {
            sheet.raw.set_row_height_pixels(row, pixels)?;
        }
        let value = match name {
            "slot_date" => Value::Date(review.slot_date),
            "rank" => Value::Count(u64::from(offer.rank)),
            "title" => offer.title.as_deref().map_or(Value::Missing, |title| Value::Text(title.into())),
            "hit" => Value::Text(book.text(if offer.hit { "hit" } else { "miss" }).into()),
            "candidate_id" => Value::Text(offer.id.as_str().into()),
            "list_run_id" => Value::Text(review.run_id.as_str().into()),
            _ => number.and_then(|number| kind.rounded(number)).map_or(Value::Missing, Value::Number),
        };
        sheet.value((row, col), &value, kind, None)?;
    }
    Ok(())
}
