//! The base rate: the hit rate of the category, shrunk toward the overall rate. It needs a single outcome.

use serde::{Deserialize, Serialize};
use slotcast_core::{BetaPrior, wilson_interval};
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    fit::category_counts::{CategoryCounts, HitCount},
    math::{functions::logit, normal::Z_80},
};

/// Outcomes by category, and the prior fitted to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BaseRate {
    pub(crate) counts: CategoryCounts,
    prior_mean: f64,
    prior_strength: f64,
}

/// A rate with its 80 % interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateInterval {
    pub(crate) p: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl BaseRate {
    /// The groups are disjoint, so the moments of the prior need no correction.
    pub(crate) fn fit(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Self {
        let counts = CategoryCounts::new(table, outcomes);
        let prior = BetaPrior::fit(counts.groups().map(|count| (count.hits as f64, count.n as f64)));
        Self { counts, prior_mean: prior.mean, prior_strength: prior.strength }
    }

    /// The logit of the overall rate; contributions of categories are relative to it.
    pub(crate) fn intercept(&self) -> f64 {
        logit(self.prior_mean)
    }

    /// The shrunk rate of one offer.
    ///
    /// The interval is Wilson's, with the effective sample size of the posterior, capped at the number of training
    /// outcomes: without variance between groups the prior has a strength of 1,000, even on 50 outcomes.
    pub(crate) fn rate(&self, table: &FeatureTable, row: usize) -> RateInterval {
        let prior = BetaPrior { mean: self.prior_mean, strength: self.prior_strength };
        let has_groups = self.counts.feature.is_some();
        // Without a feature to group by, the overall rate needs no shrinkage.
        let group = if has_groups { self.counts.comparable(table, row) } else { HitCount::default() };
        let p = prior.shrink(group.hits as f64, group.n as f64);
        let outcomes = self.counts.total.n as f64 + 1.0;
        let posterior = if has_groups { group.n as f64 + prior.strength } else { outcomes };
        let weight = posterior.min(outcomes);
        let (low, high) = wilson_interval(p * weight, weight, Z_80).unwrap_or((0.0, 1.0));
        RateInterval { p, low: low.min(p), high: high.max(p) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TableBuilder, outcomes};

    #[test]
    fn small_categories_are_shrunk_and_unknown_ones_get_the_overall_rate() {
        // Two large categories at 80 % and 20 %, and a small one at 100 %.
        let category = |row: usize| match row {
            0..200 => Some("high"),
            200..400 => Some("low"),
            _ => Some("small"),
        };
        let hits: Vec<bool> =
            (0..404).map(|row| if row < 200 { row % 5 != 0 } else { row % 5 == 0 || row >= 400 }).collect();
        let table = TableBuilder::new(404).category("category", category).build();
        let fitted = BaseRate::fit(&table, &outcomes(&table, &hits));
        let high = fitted.rate(&table, 0);
        assert!((high.p - 0.8).abs() < 0.01 && high.low < 0.77 && high.high > 0.82, "{high:?}");
        let small = fitted.rate(&table, 402).p;
        assert!(small < 0.95 && small > 0.6, "{small}");

        let unknown = TableBuilder::new(1).category("category", |_| Some("new")).build();
        let rate = fitted.rate(&unknown, 0);
        assert!((logit(rate.p) - fitted.intercept()).abs() < 1e-12);
        assert!(rate.high - rate.low > high.high - high.low, "fewer outcomes, wider interval");
    }

    #[test]
    fn without_categories_the_rate_is_the_overall_rate() {
        let table = TableBuilder::new(99).number("x", |row| Some(row as f64)).build();
        let hits: Vec<bool> = (0..99).map(|row| row % 3 == 0).collect();
        let rate = BaseRate::fit(&table, &outcomes(&table, &hits)).rate(&table, 5);
        assert!((rate.p - 33.5 / 100.0).abs() < 1e-12);
        assert!(rate.low > 0.27 && rate.high < 0.41, "{rate:?}");
    }
}
