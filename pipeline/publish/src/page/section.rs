//! The list of one slot on the page: its head, its sum and its rows.

use slotcast_core::Tz;

use super::{both::Both, row::OfferRow};
use crate::{
    figures::{grouped, percent, rounded},
    view::{ListView, local_text},
};

/// A list and what stands above it.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) place: usize,
    pub(crate) slot_date: String,
    pub(crate) opens_at: String,
    pub(crate) closes_at: String,
    pub(crate) is_preliminary: bool,
    pub(crate) is_frozen: bool,
    pub(crate) summary: Both,
    pub(crate) rows: Vec<OfferRow>,
}

impl Section {
    /// The list at `place` of the page, from 0.
    pub(crate) fn new(place: usize, list: &ListView, zone: Tz, currency: Option<&str>) -> Self {
        let rows: Vec<OfferRow> =
            list.offers.iter().map(|ranked| OfferRow::new(ranked, currency, list.model.base_rate)).collect();
        Self {
            place,
            slot_date: list.slot.date.to_string(),
            opens_at: local_text(zone, list.slot.opens_at),
            closes_at: local_text(zone, list.slot.closes_at),
            is_preliminary: list.is_preliminary,
            is_frozen: list.is_frozen,
            summary: summary(list),
            rows,
        }
    }
}

/// Chances add up to the number of hits to expect, whether or not the offers depend on each other.
fn summary(list: &ListView) -> Both {
    let count = list.offers.len();
    let expected: f64 = list.offers.iter().map(|ranked| ranked.scored.p_hit.get()).sum();
    let expected = rounded(expected, 1);
    let (base, model) = (percent(list.model.base_rate), &list.model.name);
    let n = grouped(list.model.n_training as f64, 0);
    let offers = if count == 1 { "offer" } else { "offers" };
    Both::new(
        format!(
            "{count}개 상품 중 {expected}개 달성 예상 · 지난 판매의 기본 달성률 {base} · 모델 {model} (지난 판매 {n}건으로 학습)"
        ),
        format!(
            "{expected} of {count} {offers} expected to reach their threshold · base rate of past campaigns {base} · model {model}, learned from {n} campaigns"
        ),
    )
}
