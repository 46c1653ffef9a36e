//! Baselines: orders that people use without a model, from what was known at the T of each offer.

use std::collections::{BTreeMap, HashMap};

use slotcast_core::{DateTime, NaiveDate, Utc};

use super::scorer::ScorerPredictions;
use crate::offer_id::OfferId;

/// Features of an offer that the baselines use.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineOffer {
    /// The offer.
    pub id: OfferId,
    /// Its category.
    pub category: Option<String>,
    /// Its campaign, if it ran.
    pub campaign_id: Option<String>,
    /// T of the offer.
    pub knowledge_at: DateTime<Utc>,
    /// ln(1 + alerts) - ln(threshold), if known.
    pub log_alerts_per_threshold: Option<f64>,
    /// ln(threshold), if known.
    pub log_threshold: Option<f64>,
}

/// A campaign with an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedCampaign {
    /// The campaign.
    pub campaign_id: String,
    /// Its slot.
    pub slot_date: NaiveDate,
    /// Time of its closing.
    pub closes_at: DateTime<Utc>,
    /// Whether it reached its threshold.
    pub hit: bool,
}

/// Three orders: most alerts, most alerts per threshold, and the hit rate of the category in the last closed slot.
pub fn baselines(offers: &[BaselineOffer], campaigns: &[ClosedCampaign]) -> Vec<ScorerPredictions> {
    let per_threshold = |offer: &BaselineOffer| offer.log_alerts_per_threshold;
    let alerts = |offer: &BaselineOffer| Some(offer.log_alerts_per_threshold? + offer.log_threshold?);
    let last_winners = CategoryRates::new(offers, campaigns);
    vec![
        order("most_alerts", offers, alerts),
        order("most_alerts_per_threshold", offers, per_threshold),
        order("last_winners", offers, |offer| last_winners.rate(offer)),
    ]
}

fn order(
    name: &str,
    offers: &[BaselineOffer],
    value: impl Fn(&BaselineOffer) -> Option<f64>,
) -> ScorerPredictions {
    let values = offers.iter().filter_map(|offer| Some((offer.id.clone(), value(offer)?)));
    ScorerPredictions { name: name.to_owned(), p_hit: HashMap::new(), order: values.collect() }
}

/// Hit rates of categories by slot, and the closing of each slot.
struct CategoryRates {
    /// Hits and campaigns.
    rates: HashMap<(NaiveDate, String), (usize, usize)>,
    closings: BTreeMap<NaiveDate, DateTime<Utc>>,
}

impl CategoryRates {
    fn new(offers: &[BaselineOffer], campaigns: &[ClosedCampaign]) -> Self {
        let by_id: HashMap<&str, &ClosedCampaign> =
            campaigns.iter().map(|campaign| (campaign.campaign_id.as_str(), campaign)).collect();
        let (mut rates, mut closings) = (HashMap::new(), BTreeMap::new());
        for offer in offers {
            let campaign = offer.campaign_id.as_deref().and_then(|id| by_id.get(id));
            let Some(campaign) = campaign else { continue };
            let closing = closings.entry(campaign.slot_date).or_insert(campaign.closes_at);
            *closing = campaign.closes_at.max(*closing);
            if let Some(category) = &offer.category {
                let (hits, n) = rates.entry((campaign.slot_date, category.clone())).or_insert((0, 0));
                *hits += usize::from(campaign.hit);
                *n += 1;
            }
        }
        Self { rates, closings }
    }

    /// Hit rate of the offer's category in the last slot that had closed by its T.
    fn rate(&self, offer: &BaselineOffer) -> Option<f64> {
        let closed = self.closings.iter().rev().find(|(_, closes_at)| **closes_at <= offer.knowledge_at);
        let (hits, n) = self.rates.get(&(*closed?.0, offer.category.clone()?))?;
        Some(*hits as f64 / *n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, day};

    fn offer(id: &str, slot: &str, known: &str, category: &str) -> BaselineOffer {
        BaselineOffer {
            id: (day(slot), id.to_owned()),
            category: Some(category.to_owned()),
            campaign_id: Some(id.to_owned()),
            knowledge_at: at(known),
            log_alerts_per_threshold: Some(0.5),
            log_threshold: (id != "c").then_some(1.0),
        }
    }

    #[test]
    fn the_last_closed_slot_gives_the_winners() {
        let offers = [
            offer("a", "2016-02-16", "2016-02-12T01:00:00Z", "tea"),
            offer("b", "2016-02-16", "2016-02-12T01:00:00Z", "tea"),
            offer("c", "2016-02-23", "2016-02-23T01:00:00Z", "tea"),
            offer("d", "2016-02-23", "2016-02-23T00:59:59Z", "tea"),
            offer("e", "2016-02-23", "2016-02-23T01:00:00Z", "soap"),
        ];
        let campaign = |id: &str, hit| ClosedCampaign {
            campaign_id: id.to_owned(),
            slot_date: day("2016-02-16"),
            closes_at: at("2016-02-23T01:00:00Z"),
            hit,
        };
        let found = baselines(&offers, &[campaign("a", true), campaign("b", false)]);
        let value = |baseline: usize, offer: usize| found[baseline].order.get(&offers[offer].id).copied();
        assert_eq!((value(2, 2), value(2, 3), value(2, 4)), (Some(0.5), None, None));
        assert_eq!((value(0, 0), value(0, 2), value(1, 2)), (Some(1.5), None, Some(0.5)));
    }
}
