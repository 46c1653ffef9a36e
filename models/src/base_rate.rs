//! The base rate: the hit rate of the category, shrunk towards the rate of all. It always can be fitted.

use serde::{Deserialize, Serialize};
use slotcast_core::{BetaPrior, wilson_interval};
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    categories::CategoryTallies,
    exact,
    numbers::{Z_80, logit},
};

/// Outcomes by category, and the prior that was fitted to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BaseRate {
    pub(crate) tallies: CategoryTallies,
    #[serde(with = "exact::number")]
    prior_mean: f64,
    #[serde(with = "exact::number")]
    prior_strength: f64,
}

/// A rate with its 80 % interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) p: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl BaseRate {
    /// The groups are disjoint sets of training rows, so the prior's moments hold as they stand.
    pub(crate) fn fit(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Self {
        let tallies = CategoryTallies::count(table, outcomes);
        let prior = BetaPrior::fit(tallies.groups().map(|tally| (tally.hits as f64, tally.n as f64)));
        Self { tallies, prior_mean: prior.mean, prior_strength: prior.strength }
    }

    /// The logit of the rate of all, from which the categories push.
    pub(crate) fn intercept(&self) -> f64 {
        logit(self.prior_mean)
    }

    /// The shrunk rate for one offer.
    ///
    /// The interval is Wilson's for the posterior's weight in outcomes, but never
    /// for more outcomes than were seen: a prior without spread between groups
    /// weighs 1,000 outcomes even where there were only 50.
    pub(crate) fn rate(&self, table: &FeatureTable, row: usize) -> Rate {
        let prior = BetaPrior { mean: self.prior_mean, strength: self.prior_strength };
        // Without a feature to group by, the rate of all is already the answer.
        let group = if self.tallies.feature.is_some() {
            self.tallies.comparable(table, row)
        } else {
            Default::default()
        };
        let p = prior.shrink(group.hits as f64, group.n as f64);
        let seen = self.tallies.total.n as f64 + 1.0;
        let known = if self.tallies.feature.is_some() { group.n as f64 + prior.strength } else { seen };
        let weight = known.min(seen);
        let (low, high) = wilson_interval(p * weight, weight, Z_80).unwrap_or((0.0, 1.0));
        Rate { p, low: low.min(p), high: high.max(p) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TableBuilder, outcomes};

    #[test]
    fn small_categories_are_shrunk_and_unknown_ones_get_the_rate_of_all() {
        // Two large categories at 80 % and 20 %, a small one that always hit.
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
        assert!(rate.high - rate.low > high.high - high.low, "less is known of it");
    }

    #[test]
    fn without_a_category_the_rate_is_that_of_all() {
        let table = TableBuilder::new(99).number("x", |row| Some(row as f64)).build();
        let hits: Vec<bool> = (0..99).map(|row| row % 3 == 0).collect();
        let rate = BaseRate::fit(&table, &outcomes(&table, &hits)).rate(&table, 5);
        assert!((rate.p - 33.5 / 100.0).abs() < 1e-12);
        assert!(rate.low > 0.27 && rate.high < 0.41, "{rate:?}");
    }
}
