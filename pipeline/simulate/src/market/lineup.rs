//! The line-up of a slot, and competition within it.

use super::{generator::MarketGenerator, plan::PlannedOffer};

/// Log price ratio below which two prices are similar.
const SIMILAR_PRICE: f64 = 0.3;

impl MarketGenerator<'_> {
    /// Offers with the highest scores, in the order of the pool. `noise` is added to the scores.
    pub(crate) fn select_lineup(&self, offers: &[PlannedOffer], noise: &[f64]) -> Vec<usize> {
        let score = |offer: &usize| offers[*offer].selection_score + noise[*offer];
        let mut order: Vec<usize> = (0..offers.len()).collect();
        order.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
        order.truncate(self.spec.market.seats as usize);
        order.sort_unstable();
        order
    }

    /// Effect of a line-up's other offers on the logarithm of an offer's mean orders.
    pub(crate) fn competition(&self, offers: &[PlannedOffer], own: usize, lineup: &[usize]) -> f64 {
        let category = |offer: usize| self.population.products[offers[offer].product].category;
        let price = offers[own].terms.price as f64;
        let weight = |other: &usize| match category(*other) == category(own) && *other != own {
            true => {
                let distance = (offers[*other].terms.price as f64 / price).ln().abs();
                if distance < SIMILAR_PRICE { 1.5 } else { 1.0 }
            }
            false => 0.0,
        };
        self.spec.demand.cannibalization * lineup.iter().map(weight).sum::<f64>()
    }
}
