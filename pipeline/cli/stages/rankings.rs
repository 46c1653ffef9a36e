//! The relations `rankings` and `moq_curve`.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{Audience, RankedOffer, ScoredOffer};
use slotcast_forecast::{RankedList, moq_curve};
use slotcast_publish::{Lang, reasons_text};

use crate::batch_builder::BatchBuilder;

/// The relation `rankings`.
pub(super) fn rankings(lists: &[RankedList]) -> Result<RecordBatch> {
    let mut rows: Vec<(&RankedOffer, bool)> = Vec::new();
    for list in lists {
        rows.extend(list.offers.iter().map(|ranked| (ranked, list.is_preliminary)));
    }
    let ranked = || rows.iter().map(|(ranked, _)| *ranked);
    let offer = || ranked().map(|ranked| &ranked.scored.offer);
    let scored = || ranked().map(|ranked| &ranked.scored);
    let reasons = |lang| ranked().map(move |own| reasons_text(lang, &own.reasons, Audience::Everyone));
    BatchBuilder::default()
        .day("slot_date", offer().map(|offer| offer.slot_date))
        .text("candidate_id", offer().map(|offer| offer.id.clone()))
        .text("product_id", offer().map(|offer| offer.product_id.clone()))
        .text("title", offer().map(|offer| offer.title.clone()))
        .text("category", offer().map(|offer| offer.category.clone()))
        .text("maker_name", offer().map(|offer| offer.maker_name.clone()))
        .number("threshold", offer().map(|offer| offer.threshold))
        .text("threshold_basis", offer().map(|offer| offer.threshold_basis.to_string()))
        .number("price", offer().map(|offer| offer.price))
        .count("rank", ranked().map(|ranked| ranked.rank as usize))
        .text("ranked_by", ranked().map(|ranked| ranked.ranked_by.clone()))
        .number("p_hit", scored().map(|scored| scored.p_hit.get()))
        .number("p_low", scored().map(|scored| scored.p_low.map(|p| p.get())))
        .number("p_high", scored().map(|scored| scored.p_high.map(|p| p.get())))
        .number("demand_p10", scored().map(|scored| scored.demand.map(|demand| demand.p10)))
        .number("demand_p50", scored().map(|scored| scored.demand.map(|demand| demand.p50)))
        .number("demand_p90", scored().map(|scored| scored.demand.map(|demand| demand.p90)))
        .number("expected_amount", scored().map(ScoredOffer::expected_amount))
        .number("expected_value", scored().map(ScoredOffer::expected_value))
        .number("threshold_50", scored().map(|scored| Some(scored.curve?.threshold_at(0.5))))
        .number("threshold_70", scored().map(|scored| Some(scored.curve?.threshold_at(0.7))))
        .number("threshold_90", scored().map(|scored| Some(scored.curve?.threshold_at(0.9))))
        .flag("thin_data", scored().map(|scored| scored.thin_data))
        .text("reasons_ko", reasons(Lang::Ko))
        .text("reasons_en", reasons(Lang::En))
        .text("model", scored().map(|scored| scored.model.clone()))
        .flag("preliminary", rows.iter().map(|(_, is_preliminary)| *is_preliminary))
        .batch()
}

/// The relation `moq_curve`.
pub(super) fn moq_curves(lists: &[RankedList]) -> Result<RecordBatch> {
    let offers = lists.iter().flat_map(|list| &list.offers).map(|ranked| &ranked.scored);
    let points =
        offers.flat_map(|scored| moq_curve(scored).into_iter().map(move |point| (&scored.offer, point)));
    let rows: Vec<_> = points.collect();
    BatchBuilder::default()
        .day("slot_date", rows.iter().map(|(offer, _)| offer.slot_date))
        .text("candidate_id", rows.iter().map(|(offer, _)| offer.id.clone()))
        .number("threshold", rows.iter().map(|(_, point)| point.threshold))
        .number("p_reach", rows.iter().map(|(_, point)| point.p_reach))
        .batch()
}
