//! Other thresholds: a row for each candidate and threshold with the chance to reach it.

use rust_xlsxwriter::{ConditionalFormatFormula, Format, FormatBorder, Worksheet, XlsxError};

use super::{
    Book, Sheet,
    charts::{Curve, what_if_chart},
    list::chance_bar,
    styles::PALE,
    text::clean,
};
use crate::{columns::Kind, view::OfferView};

/// The columns with their widths. `what_if_chart` knows where the multiple and the chance stand.
pub(super) const COLUMNS: [(&str, f64); 8] = [
    ("slot_date", 12.0),
    ("rank", 7.0),
    ("title", 42.0),
    ("threshold", 13.0),
    ("threshold_multiple", 10.0),
    ("p_reach", 14.0),
    ("mark", 16.0),
    ("candidate_id", 20.0),
];
/// Rows of a sheet of Excel.
const MOST_ROWS: u32 = 1_048_576;
/// Candidates whose curves are drawn, spread over so many from the top.
const DRAWN: usize = 5;
const TOP: usize = 30;
/// Letters of a title in the legend.
const NAME: usize = 26;

/// A threshold of a candidate.
struct Point {
    threshold: f64,
    p_reach: f64,
    mark: Option<Mark>,
}

/// What is special about a threshold.
#[derive(Clone, Copy)]
enum Mark {
    Proposed,
    Chance(f64),
}

/// Writes the sheet of all lists.
pub(super) fn write(book: &Book<'_>, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = Sheet::new(book, raw);
    let styles = &book.styles;
    for (col, (name, width)) in (0..).zip(COLUMNS) {
        sheet.column(col, width, format(book, name))?;
    }
    let mut notes = vec![book.text("what_if_about").to_owned()];
    let offers = || book.view.lists.iter().flat_map(|list| &list.offers);
    let all = offers().count();
    let fitting = fitting(book);
    if fitting < all {
        notes.push(book.filled("what_if_cut", &[("n", &fitting.to_string())]));
    }
    let header = sheet.head(book.text("sheet_what_if"), &notes)? + 1;
    sheet.header(header, COLUMNS.iter().map(|(name, _)| book.label(name)))?;
    let first = header + 1;
    let mut row = first;
    let mut curves = Vec::new();
    let drawn = drawn(book);
    for (place, offer) in offers().take(fitting).enumerate() {
        let from = row;
        row = rows(&mut sheet, book, offer, row)?;
        if drawn.contains(&place) && row > from + 1 {
            curves.push(Curve { first: from, last: row - 1, name: curve_name(offer) });
        }
    }
    if row == first {
        sheet.text(first, 2, book.text("what_if_none"), Some(&styles.note))?;
    }
    let n = u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX);
    let last = row.max(first + 1) - 1;
    sheet.raw.set_print_area(0, 0, last, n - 1)?;
    sheet.raw.add_conditional_format(first, 5, last, 5, &chance_bar())?;
    // A line above each candidate.
    let line = Format::new().set_border_top(FormatBorder::Thin).set_border_color(PALE);
    let changes = format!("=OR($B{r}<>$B{b},$A{r}<>$A{b})", r = first + 1, b = first);
    let rule = ConditionalFormatFormula::new().set_rule(changes.as_str()).set_format(line);
    sheet.raw.add_conditional_format(first, 0, last, n - 1, &rule)?;
    sheet.table(header, n, row - first, 3)?;
    if !curves.is_empty() {
        let name = sheet.raw.name();
        sheet.raw.insert_chart(header, n + 1, &what_if_chart(book, &name, &curves, most(book)))?;
    }
    Ok(())
}

fn format<'b>(book: &'b Book<'_>, name: &str) -> &'b Format {
    let styles = &book.styles;
    let kind = match name {
        "slot_date" => Kind::Date,
        "rank" => Kind::Rank,
        "threshold" => Kind::Terms,
        "p_reach" => Kind::Chance,
        "threshold_multiple" => return &styles.multiple,
        _ => Kind::Text,
    };
    styles.of(kind, book.basis())
}

/// The places of candidates with curves, spread over the top of the first list.
fn drawn(book: &Book<'_>) -> Vec<usize> {
    let offers = book.view.lists.first().map_or(&[][..], |list| &list.offers);
    let top = offers.iter().take(TOP).enumerate();
    let places: Vec<usize> =
        top.filter(|(_, offer)| !offer.curve.is_empty()).map(|(place, _)| place).collect();
    let steps = DRAWN.min(places.len());
    (0..steps).map(|step| places[step * (places.len() - 1) / (steps - 1).max(1)]).collect()
}

/// A candidate in the legend.
fn curve_name(offer: &OfferView) -> String {
    let terms = &offer.ranked.scored.offer;
    let title = clean(terms.title.as_deref().unwrap_or(&terms.product_id));
    let short: String = title.chars().take(NAME).collect();
    let more = if short.len() < title.len() { "…" } else { "" };
    // With the plain signs, the writer would look for a range of cells in the name, and readers would cut it.
    let short = short.replace('!', "\u{ff01}").replace('"', "\u{201d}");
    format!("{}. {short}{more}", offer.ranked.rank)
}

/// How many candidates a sheet can hold with all their rows, and room for its head.
fn fitting(book: &Book<'_>) -> usize {
    let mut left = MOST_ROWS - 16;
    let offers = book.view.lists.iter().flat_map(|list| &list.offers);
    offers
        .take_while(|offer| {
            let rows = u32::try_from(offer.curve.len() + 3).unwrap_or(u32::MAX);
            let fits = rows <= left;
            left = left.saturating_sub(rows);
            fits
        })
        .count()
}

fn rows(sheet: &mut Sheet<'_>, book: &Book<'_>, offer: &OfferView, first: u32) -> Result<u32, XlsxError> {
    let terms = &offer.ranked.scored.offer;
    let own =
        (terms.threshold_basis != book.basis()).then(|| book.styles.of(Kind::Terms, terms.threshold_basis));
    let mut row = first;
    for point in points(offer) {
        sheet.date(row, 0, terms.slot_date)?;
        sheet.number(row, 1, Some(f64::from(offer.ranked.rank)), None)?;
        sheet.text(row, 2, terms.title.as_deref().unwrap_or(&terms.product_id), None)?;
        sheet.number(row, 3, Some(point.threshold), own)?;
        sheet.number(row, 4, Kind::Ratio.rounded(point.threshold / terms.threshold), None)?;
        sheet.number(row, 5, Some(point.p_reach), None)?;
        match point.mark {
            Some(Mark::Proposed) => sheet.text(row, 6, book.text("mark_proposed"), None)?,
            Some(Mark::Chance(chance)) => {
                let chance = format!("{:.0} %", 100.0 * chance);
                sheet.text(row, 6, &book.filled("mark_chance", &[("chance", &chance)]), None)?;
            }
            None => {}
        }
        sheet.text(row, 7, &terms.id, None)?;
        row += 1;
    }
    Ok(row)
}

/// The curve as it was kept, and the thresholds that are reached with a given chance, in order.
fn points(offer: &OfferView) -> Vec<Point> {
    let scored = &offer.ranked.scored;
    let kept = offer.curve.iter().filter_map(|point| {
        let mark = (point.threshold == scored.offer.threshold).then_some(Mark::Proposed);
        let p_reach = Kind::Chance.rounded(point.p_reach)?;
        point.threshold.is_finite().then_some(Point { threshold: point.threshold, p_reach, mark })
    });
    let asked = [0.5, 0.7, 0.9].into_iter().filter_map(|chance| {
        let threshold = Kind::Demand.rounded(scored.curve?.threshold_at(chance))?;
        Some(Point { threshold, p_reach: chance, mark: Some(Mark::Chance(chance)) })
    });
    let mut all: Vec<Point> = kept.chain(asked).collect();
    all.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
    all
}

/// The highest multiple that curves were kept for: points beyond it are not drawn.
fn most(book: &Book<'_>) -> f64 {
    let drawn = book.view.lists.first().map_or(&[][..], |list| &list.offers);
    let multiples = drawn.iter().flat_map(|offer| {
        let threshold = offer.ranked.scored.offer.threshold;
        offer.curve.iter().map(move |point| point.threshold / threshold)
    });
    multiples.filter(|multiple| multiple.is_finite()).fold(1.0, f64::max).ceil()
}
