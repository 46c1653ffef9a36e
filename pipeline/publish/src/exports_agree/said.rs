//! What the view says by the name of a column: written a second time, so that a wrong column is found.

use crate::{
    view::{OfferView, PageView},
    words::{Lang, reasons_text},
};

/// Columns of numbers with their decimals; none where a number is published as it is.
pub(super) const FIGURES: [(&str, Option<i32>); 35] = [
    ("threshold", None),
    ("price", None),
    ("rank", None),
    ("p_hit", Some(6)),
    ("p_low", Some(6)),
    ("p_high", Some(6)),
    ("demand_p10", Some(2)),
    ("demand_p50", Some(2)),
    ("demand_p90", Some(2)),
    ("expected_amount", Some(2)),
    ("expected_value", Some(2)),
    ("capacity", None),
    ("alerts", None),
    ("alerts_7d", None),
    ("alerts_previous_7d", None),
    ("wishes", None),
    ("wishes_7d", None),
    ("wishes_previous_7d", None),
    ("visitors", None),
    ("alert_rate", Some(6)),
    ("order_rate", Some(6)),
    ("orders_per_alert", Some(6)),
    ("maker_hits", None),
    ("maker_n", None),
    ("maker_rate_shrunk", Some(6)),
    ("category_hits", None),
    ("category_n", None),
    ("category_rate_shrunk", Some(6)),
    ("previous_rank", None),
    ("previous_p_hit", Some(6)),
    ("threshold_50", Some(2)),
    ("threshold_70", Some(2)),
    ("threshold_90", Some(2)),
    ("unit_cost", None),
    ("fixed_cost", None),
];

/// Columns of texts.
pub(super) const TEXTS: [&str; 15] = [
    "candidate_id",
    "product_id",
    "title",
    "category",
    "maker_name",
    "ranked_by",
    "reasons_ko",
    "reasons_en",
    "model",
    "near_duplicate_id",
    "near_duplicate_title",
    "change_reason_ko",
    "change_reason_en",
    "url",
    "image_url",
];

pub(super) fn said_number(offer: &OfferView, name: &str) -> Option<f64> {
    let (scored, sheet) = (&offer.ranked.scored, &offer.sheet);
    let (terms, change) = (&scored.offer, offer.change.as_ref());
    let count = |count: u64| count as f64;
    match name {
        "threshold" => Some(terms.threshold),
        "price" => terms.price,
        "rank" => Some(f64::from(offer.ranked.rank)),
        "p_hit" => Some(scored.p_hit.get()),
        "p_low" => scored.p_low.map(|p| p.get()),
        "p_high" => scored.p_high.map(|p| p.get()),
        "demand_p10" => scored.demand.map(|demand| demand.p10),
        "demand_p50" => scored.demand.map(|demand| demand.p50),
        "demand_p90" => scored.demand.map(|demand| demand.p90),
        "expected_amount" => scored.expected_amount(),
        "expected_value" => scored.expected_value(),
        "capacity" => terms.capacity,
        "alerts" => sheet.alerts.map(|one| count(one.total)),
        "alerts_7d" => sheet.alerts.map(|one| count(one.last_week)),
        "alerts_previous_7d" => sheet.alerts.map(|one| count(one.week_before)),
        "wishes" => sheet.wishes.map(|one| count(one.total)),
        "wishes_7d" => sheet.wishes.map(|one| count(one.last_week)),
        "wishes_previous_7d" => sheet.wishes.map(|one| count(one.week_before)),
        "visitors" => sheet.visitors.map(count),
        "alert_rate" => sheet.alert_rate,
        "order_rate" => sheet.order_rate,
        "orders_per_alert" => sheet.orders_per_alert,
        "maker_hits" => sheet.maker.map(|one| one.hits),
        "maker_n" => sheet.maker.map(|one| one.n),
        "maker_rate_shrunk" => sheet.maker.and_then(|one| one.rate_shrunk),
        "category_hits" => sheet.category.map(|one| one.hits),
        "category_n" => sheet.category.map(|one| one.n),
        "category_rate_shrunk" => sheet.category.and_then(|one| one.rate_shrunk),
        "previous_rank" => change.map(|one| f64::from(one.previous_rank)),
        "previous_p_hit" => change.map(|one| one.previous_p_hit),
        "threshold_50" => scored.curve.map(|curve| curve.threshold_at(0.5)),
        "threshold_70" => scored.curve.map(|curve| curve.threshold_at(0.7)),
        "threshold_90" => scored.curve.map(|curve| curve.threshold_at(0.9)),
        "unit_cost" => terms.unit_cost,
        "fixed_cost" => terms.fixed_cost,
        other => panic!("`{other}` is no figure"),
    }
}

pub(super) fn said_text(view: &PageView, offer: &OfferView, name: &str) -> Option<String> {
    let (scored, sheet) = (&offer.ranked.scored, &offer.sheet);
    let terms = &scored.offer;
    let near = sheet.near_duplicate.as_ref();
    match name {
        "candidate_id" => Some(terms.id.clone()),
        "product_id" => Some(terms.product_id.clone()),
        "title" => terms.title.clone(),
        "category" => terms.category.clone(),
        "maker_name" => terms.maker_name.clone(),
        "ranked_by" => Some(offer.ranked.ranked_by.clone()),
        "reasons_ko" => Some(reasons_text(Lang::Ko, &offer.ranked.reasons, view.audience)),
        "reasons_en" => Some(reasons_text(Lang::En, &offer.ranked.reasons, view.audience)),
        "model" => Some(scored.model.clone()),
        "near_duplicate_id" => near.map(|one| one.id.clone()),
        "near_duplicate_title" => near.map(|one| one.title.clone()),
        "change_reason_ko" => offer.change.as_ref().map(|one| one.change_reason_ko.clone()),
        "change_reason_en" => offer.change.as_ref().map(|one| one.change_reason_en.clone()),
        "url" => sheet.url.clone(),
        "image_url" => sheet.image_url.clone(),
        other => panic!("`{other}` is no text"),
    }
}

/// A text as a cell of a workbook has it: what XML forbids is replaced, and lines end as in Excel.
pub(super) fn as_cell(text: &str) -> String {
    let mut cell = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                letters.next_if_eq(&'\n');
                cell.push('\n');
            }
            '\t' | '\n' => cell.push(letter),
            '\u{fffe}' | '\u{ffff}' => cell.push('\u{fffd}'),
            control if (control as u32) < 32 => cell.push('\u{fffd}'),
            other => cell.push(other),
        }
    }
    cell
}

/// A text as the CSV has it: an apostrophe before what a spreadsheet would run.
pub(super) fn as_guarded(text: &str) -> String {
    let runs = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
        .iter()
        .any(|sign| text.starts_with(sign));
    format!("{}{text}", if runs { "'" } else { "" })
}
