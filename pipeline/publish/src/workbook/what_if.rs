//! Sheet of what-ifs: hit probability at other thresholds, one row per offer and threshold.

use rust_xlsxwriter::{ConditionalFormatFormula, Format, FormatBorder, Worksheet, XlsxError};

use super::{
    cell_text::clean,
    charts::{CurveRows, what_if_chart},
    context::WorkbookContext,
    list::probability_bar,
    sheet_writer::SheetWriter,
    styles::PALE,
};
use crate::{columns::ColumnKind, view::OfferView};

/// Columns with their widths. `what_if_chart` relies on the positions of the multiple and the probability.
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
/// Limit of rows of a sheet.
const MAX_ROWS: u32 = 1_048_576;
/// Number of curves in the chart, and of top offers among which they are chosen.
const N_CURVES: usize = 5;
const N_TOP: usize = 30;
/// Limit of a title's length in the legend.
const MAX_NAME_LENGTH: usize = 26;

/// Threshold of an offer.
struct ThresholdPoint {
    threshold: f64,
    p_reach: f64,
    mark: Option<PointMark>,
}

/// Label of a special threshold.
#[derive(Clone, Copy)]
enum PointMark {
    Proposed,
    Probability(f64),
}

/// Writes the sheet of all lists.
pub(super) fn write(context: &WorkbookContext<'_>, raw: &mut Worksheet) -> Result<(), XlsxError> {
    let mut sheet = SheetWriter::new(context, raw);
    let styles = &context.styles;
    for (col, (name, width)) in (0..).zip(COLUMNS) {
        sheet.column(col, width, format(context, name))?;
    }
    let mut notes = vec![context.text("what_if_about").to_owned()];
    let offers = || context.view.lists.iter().flat_map(|list| &list.offers);
    let all = offers().count();
    let n_offers = capacity(context);
    if n_offers < all {
        notes.push(context.filled("what_if_cut", &[("n", &n_offers.to_string())]));
    }
    let header = sheet.head(context.text("sheet_what_if"), &notes)? + 1;
    sheet.header(header, COLUMNS.iter().map(|(name, _)| context.label(name)))?;
    let first = header + 1;
    let mut row = first;
    let mut curves = Vec::new();
    let charted = charted(context);
    for (position, offer) in offers().take(n_offers).enumerate() {
        let from = row;
        row = write_offer(&mut sheet, context, offer, row)?;
        if charted.contains(&position) && row > from + 1 {
            curves.push(CurveRows { first: from, last: row - 1, name: curve_name(offer) });
        }
    }
    if row == first {
        sheet.text(first, 2, context.text("what_if_none"), Some(&styles.note))?;
    }
    let n = u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX);
    let last = row.max(first + 1) - 1;
    sheet.raw.set_print_area(0, 0, last, n - 1)?;
    sheet.raw.add_conditional_format(first, 5, last, 5, &probability_bar())?;
    // A line above each offer.
    let line = Format::new().set_border_top(FormatBorder::Thin).set_border_color(PALE);
    let changes = format!("=OR($B{r}<>$B{b},$A{r}<>$A{b})", r = first + 1, b = first);
    let rule = ConditionalFormatFormula::new().set_rule(changes.as_str()).set_format(line);
    sheet.raw.add_conditional_format(first, 0, last, n - 1, &rule)?;
    sheet.table(header, n, row - first, 3)?;
    if !curves.is_empty() {
        let name = sheet.raw.name();
        sheet.raw.insert_chart(
            header,
            n + 1,
            &what_if_chart(context, &name, &curves, max_multiple(context)),
        )?;
    }
    Ok(())
}

fn format<'b>(context: &'b WorkbookContext<'_>, name: &str) -> &'b Format {
    let styles = &context.styles;
    let kind = match name {
        "slot_date" => ColumnKind::Date,
        "rank" => ColumnKind::Rank,
        "threshold" => ColumnKind::Terms,
        "p_reach" => ColumnKind::Probability,
        "threshold_multiple" => return &styles.multiple,
        _ => ColumnKind::Text,
    };
    styles.of(kind, context.basis())
}

/// Positions of the offers in the chart, spread over the top of the first list.
fn charted(context: &WorkbookContext<'_>) -> Vec<usize> {
    let offers = context.view.lists.first().map_or(&[][..], |list| &list.offers);
    let top = offers.iter().take(N_TOP).enumerate();
    let positions: Vec<usize> =
        top.filter(|(_, offer)| !offer.curve.is_empty()).map(|(position, _)| position).collect();
    let n = N_CURVES.min(positions.len());
    (0..n).map(|curve| positions[curve * (positions.len() - 1) / (n - 1).max(1)]).collect()
}

/// Name of an offer in the legend.
fn curve_name(offer: &OfferView) -> String {
    let terms = &offer.ranked.scored.offer;
    let title = clean(terms.title.as_deref().unwrap_or(&terms.product_id));
    let short: String = title.chars().take(MAX_NAME_LENGTH).collect();
    let more = if short.len() < title.len() { "…" } else { "" };
    // The library would parse plain signs as a range of cells, and Excel would cut the name there.
    let short = short.replace('!', "\u{ff01}").replace('"', "\u{201d}");
    format!("{}. {short}{more}", offer.ranked.rank)
}

/// Number of offers that fit into the sheet with all their rows.
fn capacity(context: &WorkbookContext<'_>) -> usize {
    let mut left = MAX_ROWS - 16;
    let offers = context.view.lists.iter().flat_map(|list| &list.offers);
    offers
        .take_while(|offer| {
            let rows = u32::try_from(offer.curve.len() + 3).unwrap_or(u32::MAX);
            let fits = rows <= left;
            left = left.saturating_sub(rows);
            fits
        })
        .count()
}

fn write_offer(
    sheet: &mut SheetWriter<'_>,
    context: &WorkbookContext<'_>,
    offer: &OfferView,
    first: u32,
) -> Result<u32, XlsxError> {
    let terms = &offer.ranked.scored.offer;
    let own = (terms.threshold_basis != context.basis())
        .then(|| context.styles.of(ColumnKind::Terms, terms.threshold_basis));
    let mut row = first;
    for point in points(offer) {
        sheet.date(row, 0, terms.slot_date)?;
        sheet.number(row, 1, Some(f64::from(offer.ranked.rank)), None)?;
        sheet.text(row, 2, terms.title.as_deref().unwrap_or(&terms.product_id), None)?;
        sheet.number(row, 3, Some(point.threshold), own)?;
        sheet.number(row, 4, ColumnKind::Ratio.rounded(point.threshold / terms.threshold), None)?;
        sheet.number(row, 5, Some(point.p_reach), None)?;
        match point.mark {
            Some(PointMark::Proposed) => sheet.text(row, 6, context.text("mark_proposed"), None)?,
            Some(PointMark::Probability(p)) => {
                let p = format!("{:.0} %", 100.0 * p);
                sheet.text(row, 6, &context.filled("mark_probability", &[("p", &p)]), None)?;
            }
            None => {}
        }
        sheet.text(row, 7, &terms.id, None)?;
        row += 1;
    }
    Ok(row)
}

/// Stored points of the curve, and the thresholds at given probabilities, in ascending order.
fn points(offer: &OfferView) -> Vec<ThresholdPoint> {
    let scored = &offer.ranked.scored;
    let stored = offer.curve.iter().filter_map(|point| {
        let mark = (point.threshold == scored.offer.threshold).then_some(PointMark::Proposed);
        let p_reach = ColumnKind::Probability.rounded(point.p_reach)?;
        point.threshold.is_finite().then_some(ThresholdPoint { threshold: point.threshold, p_reach, mark })
    });
    let at_probabilities = [0.5, 0.7, 0.9].into_iter().filter_map(|p| {
        let threshold = ColumnKind::Demand.rounded(scored.curve?.threshold_at(p))?;
        Some(ThresholdPoint { threshold, p_reach: p, mark: Some(PointMark::Probability(p)) })
    });
    let mut all: Vec<ThresholdPoint> = stored.chain(at_probabilities).collect();
    all.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
    all
}

/// The highest stored multiple: points beyond it are outside the chart.
fn max_multiple(context: &WorkbookContext<'_>) -> f64 {
    let offers = context.view.lists.first().map_or(&[][..], |list| &list.offers);
    let multiples = offers.iter().flat_map(|offer| {
        let threshold = offer.ranked.scored.offer.threshold;
        offer.curve.iter().map(move |point| point.threshold / threshold)
    });
    multiples.filter(|multiple| multiple.is_finite()).fold(1.0, f64::max).ceil()
}
