//! An offer, and what becomes of it: scored, then ranked.

use chrono::NaiveDate;

use crate::{
    demand::{DemandCurve, DemandQuantiles},
    internal::Audience,
    threshold::ThresholdBasis,
};

/// A candidate, or the campaign it became, under the terms known at its T.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The candidate's id where there is one, else the campaign's.
    pub id: String,
    /// The product on offer.
    pub product_id: String,
    /// The local date on which its slot opens.
    pub slot_date: NaiveDate,
    /// The minimum order quantity.
    pub threshold: f64,
    /// What the threshold counts.
    pub threshold_basis: ThresholdBasis,
    /// Price of a unit, if the market has one.
    pub price: Option<f64>,
    /// The most that can be made, in the threshold's basis, if there is a limit.
    pub capacity: Option<f64>,
    /// What making a unit costs, if known. Internal.
    pub unit_cost: Option<f64>,
    /// What making any at all costs, if known. Internal.
    pub fixed_cost: Option<f64>,
    /// Title of the product, if known at T.
    pub title: Option<String>,
    /// Category of the product, if known at T.
    pub category: Option<String>,
    /// Name of the maker, if known at T.
    pub maker_name: Option<String>,
}

/// A finite number within [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// `None` unless `value` is finite and within [0, 1].
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The value that a feature had, for the words of a reason.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureValue {
    /// A number in the feature's own unit.
    Number(f64),
    /// A word.
    Text(String),
    /// A record: hits out of n.
    Record {
        /// Campaigns that reached their threshold.
        hits: f64,
        /// Campaigns in the record.
        n: f64,
    },
    /// Nothing was known.
    Missing,
}

/// What one feature adds to a score, against the average offer that the model learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The feature's column in `product_slots`.
    pub feature: String,
    /// Its value for this offer.
    pub value: FeatureValue,
    /// The push on the logit of p_hit: positive towards a hit.
    pub push: f64,
}

/// A value by which a list is ordered, the largest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderValue {
    /// Name of the order: a model, or a habit such as `signals_per_threshold_alert`.
    pub by: String,
    /// The value; negative infinity where it is unknown.
    pub value: f64,
}

/// An offer with what a model says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredOffer {
    /// The offer.
    pub offer: Offer,
    /// The chance that demand reaches the threshold.
    pub p_hit: Probability,
    /// Lower end of the 80 % interval of p_hit, if the model has one.
    pub p_low: Option<Probability>,
    /// Upper end of the 80 % interval of p_hit, if the model has one.
    pub p_high: Option<Probability>,
    /// The chance for an offer of which no more is known than that somebody chose it: what the outcomes of
    /// chosen offers are held against. It is `p_hit` where the choice tells the model nothing.
    pub p_hit_if_chosen: Probability,
    /// The value that orders the list instead of `p_hit`, where another order has proven better.
    pub order: Option<OrderValue>,
    /// The demand expected, if the model has a distribution for it.
    pub demand: Option<DemandQuantiles>,
    /// That distribution.
    pub curve: Option<DemandCurve>,
    /// Whether fewer than 30 comparable campaigns stand behind the score.
    pub thin_data: bool,
    /// What the score is made of. The pushes and the model's intercept add up to its logit.
    pub contributions: Vec<Contribution>,
    /// Name of the model.
    pub model: String,
}

impl ScoredOffer {
    /// The sum of the pushes that these readers may not see one by one; `None` where there is none.
    pub fn hidden_push(&self, audience: Audience) -> Option<f64> {
        let hidden = self.contributions.iter().filter(|one| !audience.may_see(&one.feature));
        hidden.map(|one| one.push).reduce(|sum, push| sum + push)
    }

    /// What is sold where the threshold is reached, in its basis, and never more than the capacity; nothing is
    /// sold where it is not. `None` without a distribution of demand.
    pub fn expected_sold(&self) -> Option<f64> {
        let most = self.offer.capacity.unwrap_or(f64::INFINITY);
        Some(self.curve?.expected_sold(self.offer.threshold, most)).filter(|sold| sold.is_finite())
    }

    /// Money to expect: what is sold, at the offer's price. `None` without a distribution of demand, or without
    /// a price where the threshold counts units.
    pub fn expected_amount(&self) -> Option<f64> {
        let worth = match self.offer.threshold_basis {
            ThresholdBasis::Amount => 1.0,
            ThresholdBasis::Units => self.offer.price?,
        };
        Some(worth * self.expected_sold()?)
    }

    /// What is left of that after the cost of making it. Internal. `None` unless price and cost of a unit are
    /// known.
    pub fn expected_value(&self) -> Option<f64> {
        let (price, unit_cost) = (self.offer.price.filter(|price| *price > 0.0)?, self.offer.unit_cost?);
        let margin = match self.offer.threshold_basis {
            ThresholdBasis::Units => price - unit_cost,
            ThresholdBasis::Amount => 1.0 - unit_cost / price,
        };
        Some(margin * self.expected_sold()? - self.p_hit.get() * self.offer.fixed_cost.unwrap_or(0.0))
    }
}

/// A scored offer in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedOffer {
    /// Place in the list of its slot, from 1.
    pub rank: u32,
    /// What the list is ordered by.
    pub ranked_by: String,
    /// The offer and its score.
    pub scored: ScoredOffer,
    /// The strongest contributions, strongest first.
    pub reasons: Vec<Contribution>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_finite_and_within_its_bounds() {
        assert_eq!(Probability::new(1.0).map(Probability::get), Some(1.0));
        for value in [-0.01, 1.01, f64::NAN, f64::INFINITY] {
            assert_eq!(Probability::new(value), None, "{value}");
        }
    }
}
