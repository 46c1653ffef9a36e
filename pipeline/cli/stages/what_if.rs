//! An offer under other terms, as far as the data reach.

use anyhow::Result;
use slotcast_core::ScoredOffer;
use slotcast_features::{Column, FeatureTable};
use slotcast_publish::{Lang, WhatIf, explain_word};

use super::rank::RankedList;
use crate::{failure::UserError, row::rows, seen::Seen};

/// With fewer campaigns of its category with an outcome, those of the whole market are asked.
const ENOUGH: usize = 30;
/// The feature by which models see the price.
const PRICE: &str = "log_price";

/// The terms that are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Terms {
    pub(crate) threshold: Option<f64>,
    pub(crate) price: Option<f64>,
    pub(crate) capacity: Option<f64>,
}

impl Terms {
    pub(crate) fn are_asked(&self) -> bool {
        *self != Self::default()
    }
}

/// What the model says of a listed offer under these terms. Another threshold is read off its distribution of
/// demand; at another price it is scored anew among the offers of its slot.
///
/// # Errors
/// When the terms lie outside what past campaigns tell about, or the offer has no distribution or price.
pub(crate) async fn what_if(
    seen: &Seen,
    list: &RankedList,
    scored: &ScoredOffer,
    terms: Terms,
    lang: Lang,
) -> Result<WhatIf> {
    let offer = &scored.offer;
    let past = Past::of(seen, offer.category.as_deref()).await?;
    past.check("threshold", terms.threshold, &past.thresholds, lang)?;
    past.check("price", terms.price, &past.prices, lang)?;
    let threshold = terms.threshold.unwrap_or(offer.threshold);
    if let Some(capacity) = terms.capacity.filter(|capacity| *capacity < threshold) {
        let values = [("capacity", plain(capacity)), ("threshold", plain(threshold))];
        return Err(refused(lang, "capacity_low", &values, "capacity_hint"));
    }
    let mut scored = match terms.price.filter(|price| Some(*price) != offer.price) {
        Some(price) => at_price(seen, list, scored, price, lang).await?,
        None => scored.clone(),
    };
    let mut p_hit = scored.p_hit;
    if threshold != offer.threshold {
        let Some(curve) = scored.curve else { return Err(refused(lang, "no_curve", &[], "no_curve_hint")) };
        p_hit = slotcast_core::Probability::new(curve.p_at_least(threshold)).unwrap_or(p_hit);
    }
    scored.p_hit = p_hit;
    scored.offer.threshold = threshold;
    scored.offer.capacity = terms.capacity.or(offer.capacity);
    Ok(WhatIf {
        threshold,
        price: scored.offer.price,
        capacity: scored.offer.capacity,
        p_hit: p_hit.get(),
        demand: scored.demand,
        expected_amount: scored.expected_amount(),
        expected_value: scored.expected_value(),
    })
}

/// The offer scored at another price.
async fn at_price(
    seen: &Seen,
    list: &RankedList,
    scored: &ScoredOffer,
    price: f64,
    lang: Lang,
) -> Result<ScoredOffer> {
    let relation = if list.is_preliminary { "offer_features_next" } else { "offer_features" };
    let table = FeatureTable::from_batches(&seen.relation(relation).await?)?;
    let in_slot = |row: &usize| table.keys[*row].offer.slot_date == list.slot.date;
    let mut offers = table.select(&(0..table.len()).filter(in_slot).collect::<Vec<_>>());
    let row = offers.keys.iter().position(|key| key.offer.id == scored.offer.id);
    let place = offers.spec.features().iter().position(|(name, _)| name == PRICE);
    let refusal = || refused(lang, "no_price", &[], "no_price_hint");
    let (Some(row), Some(place), Some(model)) = (row, place, &list.model) else { return Err(refusal()) };
    match &mut offers.columns[place] {
        Column::Number(values) if values[row].is_some() => values[row] = Some(price.ln()),
        _ => return Err(refusal()),
    }
    offers.keys[row].offer.price = Some(price);
    let mut all = model.score(&offers)?;
    Ok(all.swap_remove(row))
}

/// Terms of campaigns with an outcome: of the offer's category, or of the market where that has too few.
struct Past {
    thresholds: Vec<f64>,
    prices: Vec<f64>,
}

impl Past {
    async fn of(seen: &Seen, category: Option<&str>) -> Result<Self> {
        let outcomes = seen.relation("campaign_outcomes").await?;
        let known: std::collections::HashSet<String> = rows(&outcomes)
            .filter(|row| row.flag("hit").is_some())
            .filter_map(|row| row.text("campaign_id"))
            .collect();
        let offers = seen.relation("offer_features").await?;
        let ran = rows(&offers).filter(|row| row.text("campaign_id").is_some_and(|id| known.contains(&id)));
        let ran: Vec<_> = ran.collect();
        let of = |name: &str| {
            let value = |row: &crate::row::Row<'_>| row.number(name).filter(|value| *value > 0.0);
            let own: Vec<f64> = ran
                .iter()
                .filter(|row| category.is_some() && row.text("category").as_deref() == category)
                .filter_map(value)
                .collect();
            if own.len() >= ENOUGH { own } else { ran.iter().filter_map(value).collect() }
        };
        Ok(Self { thresholds: of("threshold"), prices: of("price") })
    }

    fn check(&self, name: &str, asked: Option<f64>, past: &[f64], lang: Lang) -> Result<()> {
        let Some(asked) = asked else { return Ok(()) };
        let n = ("n", past.len().to_string());
        if past.len() < ENOUGH {
            return Err(refused(lang, "too_few", &[("option", format!("--{name}")), n], "too_few_hint"));
        }
        let low = past.iter().copied().fold(f64::INFINITY, f64::min);
        let high = past.iter().copied().fold(0.0, f64::max);
        if (low..=high).contains(&asked) {
            return Ok(());
        }
        let values = [("value", plain(asked)), ("low", plain(low)), ("high", plain(high)), n];
        Err(refused(lang, &format!("{name}_range"), &values, "range_hint"))
    }
}

fn plain(value: f64) -> String {
    format!("{value}")
}

fn refused(lang: Lang, key: &str, values: &[(&str, String)], hint: &str) -> anyhow::Error {
    UserError::new(explain_word(lang, key, values), explain_word(lang, hint, &[])).into()
}
