//! Values that are computed from the ranked offer.

use slotcast_core::{Contribution, DemandQuantiles, Offer, Probability, ScoredOffer};

use super::column::OfferRow;
use crate::{
    i18n::{Lang, reasons_text},
    view::CellValue,
};

fn scored<'a>(row: &OfferRow<'a>) -> &'a ScoredOffer {
    &row.offer.ranked.scored
}

fn offer<'a>(row: &OfferRow<'a>) -> &'a Offer {
    &scored(row).offer
}

fn probability<'a>(p: Option<Probability>) -> CellValue<'a> {
    CellValue::number_or_missing(p.map(Probability::get))
}

fn demand<'a>(row: &OfferRow<'a>, quantile: fn(&DemandQuantiles) -> f64) -> CellValue<'a> {
    CellValue::number_or_missing(scored(row).demand.as_ref().map(quantile))
}

fn threshold_at<'a>(row: &OfferRow<'a>, p: f64) -> CellValue<'a> {
    CellValue::number_or_missing(scored(row).curve.map(|curve| curve.threshold_at(p)))
}

fn reasons<'a>(row: &OfferRow<'a>, lang: Lang) -> CellValue<'a> {
    let reasons: &[Contribution] = &row.offer.ranked.reasons;
    CellValue::Text(reasons_text(lang, reasons, row.audience).into())
}

/// Defines one function per column.
macro_rules! values {
    ($($name:ident = |$row:ident| $value:expr;)*) => {
        $(pub(super) fn $name<'a>($row: &OfferRow<'a>) -> CellValue<'a> { $value })*
    };
}

values! {
    run_id = |row| CellValue::text(row.run_id.as_str());
    slot_date = |row| CellValue::Date(offer(row).slot_date);
    candidate_id = |row| CellValue::text(&offer(row).id);
    product_id = |row| CellValue::text(&offer(row).product_id);
    title = |row| CellValue::text_or_missing(offer(row).title.as_deref());
    category = |row| CellValue::text_or_missing(offer(row).category.as_deref());
    maker_name = |row| CellValue::text_or_missing(offer(row).maker_name.as_deref());
    threshold = |row| CellValue::Number(offer(row).threshold);
    threshold_basis = |row| CellValue::Basis(offer(row).threshold_basis);
    price = |row| CellValue::number_or_missing(offer(row).price);
    rank = |row| CellValue::Count(row.offer.ranked.rank.into());
    ranked_by = |row| CellValue::text(&row.offer.ranked.ranked_by);
    p_hit = |row| probability(Some(scored(row).p_hit));
    p_low = |row| probability(scored(row).p_low);
    p_high = |row| probability(scored(row).p_high);
    demand_p10 = |row| demand(row, |demand| demand.p10);
    demand_p50 = |row| demand(row, |demand| demand.p50);
    demand_p90 = |row| demand(row, |demand| demand.p90);
    expected_amount = |row| CellValue::number_or_missing(scored(row).expected_amount());
    expected_value = |row| CellValue::number_or_missing(scored(row).expected_value());
    thin_data = |row| CellValue::Bool(scored(row).thin_data);
    reasons_ko = |row| reasons(row, Lang::Ko);
    reasons_en = |row| reasons(row, Lang::En);
    model = |row| CellValue::text(&scored(row).model);
    capacity = |row| CellValue::number_or_missing(offer(row).capacity);
    flags = |row| CellValue::Flags(row.offer.flags());
    threshold_50 = |row| threshold_at(row, 0.5);
    threshold_70 = |row| threshold_at(row, 0.7);
    threshold_90 = |row| threshold_at(row, 0.9);
    unit_cost = |row| CellValue::number_or_missing(offer(row).unit_cost);
    fixed_cost = |row| CellValue::number_or_missing(offer(row).fixed_cost);
}
