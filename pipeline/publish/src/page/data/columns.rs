//! The table of a list, a column at a time: the same names as in `rankings` and `offer_details`, the same figures.

use serde::Serialize;
use slotcast_core::{Audience, DemandQuantiles, ThresholdBasis};

use super::{
    figure::Figure,
    names::Names,
    reasons::{PooledReason, ReasonPool},
};
use crate::view::{Counted, Flag, OfferView, Record};

/// What is not known is `null`. Everything here is in the order of the list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Columns<'a> {
    rank: Vec<u32>,
    candidate_id: Vec<&'a str>,
    title: Vec<&'a str>,
    category: Vec<Option<usize>>,
    maker_name: Vec<Option<usize>>,
    url: Vec<Option<&'a str>>,
    image_url: Vec<Option<&'a str>>,
    /// A bit for each of [`Flag::ALL`].
    flags: Vec<u32>,
    p_hit: Vec<Figure>,
    p_low: Vec<Option<Figure>>,
    p_high: Vec<Option<Figure>>,
    demand_p10: Vec<Option<Figure>>,
    demand_p50: Vec<Option<Figure>>,
    demand_p90: Vec<Option<Figure>>,
    threshold: Vec<Figure>,
    /// 1 where the threshold counts money.
    is_amount: Vec<u8>,
    capacity: Vec<Option<Figure>>,
    price: Vec<Option<Figure>>,
    expected_amount: Vec<Option<Figure>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_value: Option<Vec<Option<Figure>>>,
    alerts: Vec<Option<[u64; 3]>>,
    wishes: Vec<Option<[u64; 3]>>,
    visitors: Vec<Option<u64>>,
    alert_rate: Vec<Option<Figure>>,
    orders_per_alert: Vec<Option<Figure>>,
    order_rate: Vec<Option<Figure>>,
    /// Hits, n, shrunken rate.
    maker_record: Vec<Option<[Option<Figure>; 3]>>,
    category_record: Vec<Option<[Option<Figure>; 3]>>,
    previous_rank: Vec<Option<u32>>,
    previous_p_hit: Vec<Option<Figure>>,
    reasons: Vec<Vec<PooledReason>>,
}

impl<'a> Columns<'a> {
    /// The columns of `offers` that these readers may see.
    pub(crate) fn new(
        offers: &'a [OfferView],
        audience: Audience,
        categories: &Names<'a>,
        makers: &Names<'a>,
        pool: &mut ReasonPool,
    ) -> Self {
        let scored = |offer: &'a OfferView| &offer.ranked.scored;
        let terms = |offer: &'a OfferView| &offer.ranked.scored.offer;
        let demand = |pick: fn(&DemandQuantiles) -> f64| {
            column(offers, |offer| scored(offer).demand.as_ref().map(pick).map(Figure))
        };
        let chance = |p: slotcast_core::Probability| Figure(p.get());
        let expected_value = || column(offers, |offer| scored(offer).expected_value().map(Figure));
        Self {
            rank: column(offers, |offer| offer.ranked.rank),
            candidate_id: column(offers, |offer| terms(offer).id.as_str()),
            title: column(offers, |offer| terms(offer).title.as_deref().unwrap_or(&terms(offer).product_id)),
            category: column(offers, |offer| categories.place(terms(offer).category.as_deref())),
            maker_name: column(offers, |offer| makers.place(terms(offer).maker_name.as_deref())),
            url: column(offers, |offer| offer.sheet.url.as_deref()),
            image_url: column(offers, |offer| offer.sheet.image_url.as_deref()),
            flags: column(offers, flag_bits),
            p_hit: column(offers, |offer| chance(scored(offer).p_hit)),
            p_low: column(offers, |offer| scored(offer).p_low.map(chance)),
            p_high: column(offers, |offer| scored(offer).p_high.map(chance)),
            demand_p10: demand(|demand| demand.p10),
            demand_p50: demand(|demand| demand.p50),
            demand_p90: demand(|demand| demand.p90),
            threshold: column(offers, |offer| Figure(terms(offer).threshold)),
            is_amount: column(offers, |offer| {
                u8::from(terms(offer).threshold_basis == ThresholdBasis::Amount)
            }),
            capacity: column(offers, |offer| terms(offer).capacity.map(Figure)),
            price: column(offers, |offer| terms(offer).price.map(Figure)),
            expected_amount: column(offers, |offer| scored(offer).expected_amount().map(Figure)),
            expected_value: audience.may_see("expected_value").then(expected_value),
            alerts: column(offers, |offer| offer.sheet.alerts.map(counted)),
            wishes: column(offers, |offer| offer.sheet.wishes.map(counted)),
            visitors: column(offers, |offer| offer.sheet.visitors),
            alert_rate: column(offers, |offer| offer.sheet.alert_rate.map(Figure)),
            orders_per_alert: column(offers, |offer| offer.sheet.orders_per_alert.map(Figure)),
            order_rate: column(offers, |offer| offer.sheet.order_rate.map(Figure)),
            maker_record: column(offers, |offer| offer.sheet.maker.map(record)),
            category_record: column(offers, |offer| offer.sheet.category.map(record)),
            previous_rank: column(offers, |offer| offer.change.as_ref().map(|change| change.previous_rank)),
            previous_p_hit: column(offers, |offer| {
                offer.change.as_ref().map(|change| Figure(change.previous_p_hit))
            }),
            reasons: offers.iter().map(|offer| pool.pooled(&offer.ranked.reasons, audience)).collect(),
        }
    }
}

fn column<'a, T>(offers: &'a [OfferView], pick: impl Fn(&'a OfferView) -> T) -> Vec<T> {
    offers.iter().map(pick).collect()
}

/// An offer without a sheet is still known to have thin data.
fn flag_bits(offer: &OfferView) -> u32 {
    let is_set = |flag: &Flag| {
        offer.sheet.flags.contains(flag) || (*flag == Flag::ThinData && offer.ranked.scored.thin_data)
    };
    Flag::ALL.iter().enumerate().filter(|(_, flag)| is_set(flag)).map(|(bit, _)| 1 << bit).sum()
}

fn counted(count: Counted) -> [u64; 3] {
    [count.total, count.last_week, count.week_before]
}

fn record(record: Record) -> [Option<Figure>; 3] {
    [Some(Figure(record.hits)), Some(Figure(record.n)), record.rate_shrunk.map(Figure)]
}
