//! One offer as a row of the table: every figure as the text that is shown.

use slotcast_core::{RankedOffer, ThresholdBasis};

use super::{both::Both, chance::ChanceBar};
use crate::{
    figures::{grouped, money, percent, plain, six},
    words::{Lang, reason_text, shown},
};

/// A row. Fields ending in `_value` are what the table is sorted by.
#[derive(Clone, Debug)]
pub(crate) struct OfferRow {
    pub(crate) rank: u32,
    pub(crate) id: String,
    pub(crate) title: String,
    /// Category and maker, as far as known.
    pub(crate) origin: Vec<String>,
    pub(crate) threshold: Both,
    pub(crate) threshold_value: String,
    pub(crate) demand: Option<Both>,
    pub(crate) price: Option<Both>,
    pub(crate) price_value: String,
    pub(crate) p_hit: String,
    pub(crate) p_hit_value: String,
    pub(crate) interval: Option<String>,
    pub(crate) bar: ChanceBar,
    pub(crate) is_thin: bool,
    pub(crate) reasons: Vec<ReasonLine>,
}

/// A reason in the list of a row.
#[derive(Clone, Debug)]
pub(crate) struct ReasonLine {
    pub(crate) class: &'static str,
    pub(crate) text: Both,
}

impl OfferRow {
    /// The row of `ranked`, in a market with this currency and base rate.
    pub(crate) fn new(ranked: &RankedOffer, currency: Option<&str>, base_rate: f64) -> Self {
        let scored = &ranked.scored;
        let offer = &scored.offer;
        let counted = |value: f64| match offer.threshold_basis {
            ThresholdBasis::Units => units(value),
            ThresholdBasis::Amount => priced(value, currency),
        };
        Self {
            rank: ranked.rank,
            id: offer.id.clone(),
            title: offer.title.clone().unwrap_or_else(|| offer.product_id.clone()),
            origin: [&offer.category, &offer.maker_name].into_iter().flatten().cloned().collect(),
            threshold: counted(offer.threshold),
            threshold_value: plain(offer.threshold),
            demand: scored.demand.map(|quantiles| {
                let [p10, p50, p90] = [quantiles.p10, quantiles.p50, quantiles.p90].map(|q| grouped(q, 0));
                // Word joiners, or the range breaks after its dash.
                let range = format!("({p10}\u{2060}–\u{2060}{p90})");
                Both::new(format!("예상 수요 {p50} {range}"), format!("demand {p50} {range}"))
            }),
            price: offer.price.map(|price| priced(price, currency)),
            price_value: offer.price.map_or(String::new(), plain),
            p_hit: percent(scored.p_hit.get()),
            p_hit_value: six(scored.p_hit.get()),
            interval: scored
                .p_low
                .zip(scored.p_high)
                .map(|(low, high)| format!("{} – {}", percent(low.get()), percent(high.get()))),
            bar: ChanceBar::new(scored, base_rate),
            is_thin: scored.thin_data,
            reasons: shown(&ranked.reasons)
                .map(|reason| ReasonLine {
                    class: if reason.push < 0.0 { "down" } else { "up" },
                    text: Both::new(reason_text(Lang::Ko, reason), reason_text(Lang::En, reason)),
                })
                .collect(),
        }
    }
}

fn units(value: f64) -> Both {
    let text = grouped(value, 2);
    Both::new(format!("{text}개"), format!("{text} {}", if value == 1.0 { "unit" } else { "units" }))
}

/// Money in the market's currency; won as Koreans write it.
pub(crate) fn priced(value: f64, currency: Option<&str>) -> Both {
    let text = money(value);
    match currency {
        Some("KRW") => Both::new(format!("{text}원"), format!("KRW {text}")),
        Some(code) => Both::same(format!("{code} {text}")),
        None => Both::same(text),
    }
}
