//! Scores of a listed offer under other terms, within the range of past campaigns: what-if questions.

use slotcast_core::{Probability, ScoredOffer};
use slotcast_features::{FeatureColumn, FeatureTable};
use slotcast_models::ModelError;
use thiserror::Error;

use crate::ranked_list::RankedList;

/// Number of campaigns of a category below which the range of the whole market applies.
const MIN_CAMPAIGNS: usize = 30;
/// Feature that contains the price.
const PRICE_FEATURE: &str = "log_price";

/// Terms that replace those of an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OfferTerms {
    /// Another threshold.
    pub threshold: Option<f64>,
    /// Another price.
    pub price: Option<f64>,
    /// Another capacity.
    pub capacity: Option<f64>,
}

impl OfferTerms {
    /// Whether no term is replaced.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A what-if question without an answer.
#[derive(Debug, Error)]
pub enum WhatIfError {
    /// The range of a term is unknown.
    #[error("only {n} past campaigns have a known {term}")]
    TooFewCampaigns {
        /// `threshold` or `price`.
        term: &'static str,
        /// Number of campaigns.
        n: usize,
    },
    /// A term outside the range of past campaigns.
    #[error("{term} {value} is outside {low} to {high}, the range of {n} past campaigns")]
    OutOfRange {
        /// `threshold` or `price`.
        term: &'static str,
        /// The requested value.
        value: f64,
        /// Lower end of the range.
        low: f64,
        /// Upper end of the range.
        high: f64,
        /// Number of campaigns.
        n: usize,
    },
    /// A capacity below the threshold.
    #[error("capacity {capacity} is below threshold {threshold}")]
    CapacityBelowThreshold {
        /// The capacity.
        capacity: f64,
        /// The threshold.
        threshold: f64,
    },
    /// The champion has no demand distribution, so no other threshold can be scored.
    #[error("the model has no demand distribution")]
    NoDemandCurve,
    /// The offer or the champion has no price.
    #[error("the score does not depend on a price")]
    NoPrice,
    /// Scoring failed.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Terms of a past campaign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastCampaign {
    /// Its category.
    pub category: Option<String>,
    /// Its threshold.
    pub threshold: Option<f64>,
    /// Its price.
    pub price: Option<f64>,
}

/// Terms of the past campaigns that are comparable with an offer.
#[derive(Clone, Debug)]
pub struct PastTerms {
    thresholds: Vec<f64>,
    prices: Vec<f64>,
}

impl PastTerms {
    /// Terms of the campaigns in `category`, or of all campaigns if the category has fewer than 30.
    pub fn new(campaigns: &[PastCampaign], category: Option<&str>) -> Self {
        let values = |value: fn(&PastCampaign) -> Option<f64>| {
            let positive = |campaign: &PastCampaign| value(campaign).filter(|value| *value > 0.0);
            let is_own =
                |campaign: &&PastCampaign| category.is_some() && campaign.category.as_deref() == category;
            let own: Vec<f64> = campaigns.iter().filter(is_own).filter_map(positive).collect();
            if own.len() >= MIN_CAMPAIGNS { own } else { campaigns.iter().filter_map(positive).collect() }
        };
        Self { thresholds: values(|campaign| campaign.threshold), prices: values(|campaign| campaign.price) }
    }
}

fn check_range(term: &'static str, requested: Option<f64>, past: &[f64]) -> Result<(), WhatIfError> {
    let Some(value) = requested else { return Ok(()) };
    let n = past.len();
    if n < MIN_CAMPAIGNS {
        return Err(WhatIfError::TooFewCampaigns { term, n });
    }
    let low = past.iter().copied().fold(f64::INFINITY, f64::min);
    let high = past.iter().copied().fold(0.0, f64::max);
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(WhatIfError::OutOfRange { term, value, low, high, n })
    }
}

/// The offer scored under other terms. Another threshold is read off its demand distribution. At another price it is
/// scored again among the offers of its slot, which `table` contains.
///
/// # Errors
/// If the terms lie outside the range of past campaigns, or the offer has no demand distribution or price.
pub fn what_if(
    list: &RankedList,
    table: &FeatureTable,
    scored: &ScoredOffer,
    terms: OfferTerms,
    past: &PastTerms,
) -> Result<ScoredOffer, WhatIfError> {
    let offer = &scored.offer;
    check_range("threshold", terms.threshold, &past.thresholds)?;
    check_range("price", terms.price, &past.prices)?;
    let threshold = terms.threshold.unwrap_or(offer.threshold);
    if let Some(capacity) = terms.capacity.filter(|capacity| *capacity < threshold) {
        return Err(WhatIfError::CapacityBelowThreshold { capacity, threshold });
    }
    let mut changed = match terms.price.filter(|price| Some(*price) != offer.price) {
        Some(price) => at_price(list, table, &offer.id, price)?,
        None => scored.clone(),
    };
    if threshold != offer.threshold {
        let curve = changed.curve.ok_or(WhatIfError::NoDemandCurve)?;
        changed.p_hit = Probability::new(curve.p_at_least(threshold)).unwrap_or(changed.p_hit);
    }
    changed.offer.threshold = threshold;
    changed.offer.capacity = terms.capacity.or(offer.capacity);
    Ok(changed)
}

fn at_price(
    list: &RankedList,
    table: &FeatureTable,
    offer_id: &str,
    price: f64,
) -> Result<ScoredOffer, WhatIfError> {
    let is_in_slot = |row: &usize| table.keys[*row].offer.slot_date == list.slot.date;
    let mut offers = table.select(&(0..table.len()).filter(is_in_slot).collect::<Vec<_>>());
    let row = offers.keys.iter().position(|key| key.offer.id == offer_id);
    let feature = offers.spec.features().iter().position(|(name, _)| name == PRICE_FEATURE);
    let (Some(row), Some(feature), Some(model)) = (row, feature, &list.model) else {
        return Err(WhatIfError::NoPrice);
    };
    match &mut offers.columns[feature] {
        FeatureColumn::Number(values) if values[row].is_some() => values[row] = Some(price.ln()),
        _ => return Err(WhatIfError::NoPrice),
    }
    offers.keys[row].offer.price = Some(price);
    Ok(model.score(&offers)?.swap_remove(row))
}

#[cfg(test)]
mod tests {
    use slotcast_core::DemandCurve;

    use super::*;
    use crate::testing::{list, table};

    fn campaigns(n: usize) -> Vec<PastCampaign> {
        let campaign = |row: usize| PastCampaign {
            category: Some(if row == 0 { "tea" } else { "soap" }.to_owned()),
            threshold: Some(10.0 + row as f64),
            price: None,
        };
        (0..n).map(campaign).collect()
    }

    fn threshold(value: f64) -> OfferTerms {
        OfferTerms { threshold: Some(value), ..OfferTerms::default() }
    }

    #[test]
    fn terms_stay_within_the_range_of_past_campaigns() {
        let mut list = list("2016-03-01", &[("a", vec![])]);
        let scored = &mut list.offers[0].scored;
        scored.curve = DemandCurve::new(20.0, 0.0, 2.0, 2.0);
        scored.offer.threshold = 20.0;
        let scored = scored.clone();
        let ask = |terms, past: &PastTerms| what_if(&list, &table(1, 1), &scored, terms, past);
        // One campaign of the category, so those of the whole market count.
        let past = PastTerms::new(&campaigns(31), Some("tea"));
        assert!((ask(threshold(40.0), &past).unwrap().p_hit.get() - 0.2).abs() < 1e-12);
        assert!(matches!(
            ask(threshold(41.0), &past),
            Err(WhatIfError::OutOfRange { low: 10.0, high: 40.0, n: 31, .. })
        ));
        assert!(matches!(
            ask(threshold(20.0), &PastTerms::new(&campaigns(29), None)),
            Err(WhatIfError::TooFewCampaigns { term: "threshold", n: 29 })
        ));
        let capacity = OfferTerms { capacity: Some(30.0), ..threshold(40.0) };
        assert!(matches!(ask(capacity, &past), Err(WhatIfError::CapacityBelowThreshold { .. })));
        let price = OfferTerms { price: Some(5.0), ..OfferTerms::default() };
        assert!(matches!(ask(price, &past), Err(WhatIfError::TooFewCampaigns { term: "price", n: 0 })));
    }

    #[test]
    fn the_own_category_counts_from_thirty_campaigns_on() {
        let past = PastTerms::new(&campaigns(31), Some("soap"));
        assert_eq!((past.thresholds.len(), past.thresholds[0]), (30, 11.0));
    }
}
