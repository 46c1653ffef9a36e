//! Offers: proposed, scored and ranked.

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
    /// Unit of the threshold.
    pub threshold_basis: ThresholdBasis,
    /// Price per unit, if the market has one.
    pub price: Option<f64>,
    /// Production limit in the threshold's basis, if there is one.
    pub capacity: Option<f64>,
    /// Cost of producing one unit, if known. Internal.
    pub unit_cost: Option<f64>,
    /// Cost of production that does not depend on the units, if known. Internal.
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

/// The value of a feature, shown in a reason.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureValue {
    /// A number in the feature's own unit.
    Number(f64),
    /// A category or another short text.
    Text(String),
    /// A record: hits out of n.
    Record {
        /// Campaigns that reached their threshold.
        hits: f64,
        /// Campaigns in the record.
        n: f64,
    },
    /// Unknown at T.
    Missing,
}

/// Name that the intercept has among contributions.
pub const INTERCEPT: &str = "(intercept)";
/// Name of the sum of all contributions that the reader may not see.
pub const INTERNAL_SUM: &str = "(internal)";

/// The contribution of one feature to a score, relative to the average training offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The feature's column in `offer_features`.
    pub feature: String,
    /// Its value for this offer.
    pub value: FeatureValue,
    /// Additive contribution to the logit of `p_hit`, in log-odds; positive raises the probability of a hit.
    pub log_odds: f64,
}

/// A value by which a list is ordered, the largest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderValue {
    /// Name of the order: a model, or a simple rule such as `signals_per_threshold_alert`.
    pub by: String,
    /// The value; negative infinity if it is unknown.
    pub value: f64,
}

/// An offer with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredOffer {
    /// The offer.
    pub offer: Offer,
    /// The probability that demand reaches the threshold.
    pub p_hit: Probability,
    /// Lower end of the 80 % interval of p_hit, if the model has one.
    pub p_low: Option<Probability>,
    /// Upper end of the 80 % interval of p_hit, if the model has one.
    pub p_high: Option<Probability>,
    /// The probability of a hit given that the offer was selected for a line-up. Outcomes exist only for selected
    /// offers, so they are compared with this. Equal to `p_hit` if the model has no selection correction.
    pub p_hit_given_selected: Probability,
    /// The value that orders the list instead of `p_hit`, if another order performed better.
    pub order: Option<OrderValue>,
    /// Quantiles of the demand, if the model has a demand distribution.
    pub demand: Option<DemandQuantiles>,
    /// That distribution.
    pub curve: Option<DemandCurve>,
    /// Whether the score rests on fewer than 30 comparable campaigns.
    pub thin_data: bool,
    /// Contributions of the features. Their log-odds and the model's intercept add up to the logit of `p_hit`.
    pub contributions: Vec<Contribution>,
    /// Name of the model.
    pub model: String,
}

impl ScoredOffer {
    /// Sum of the log-odds of the contributions that `audience` may not see; `None` if it may see all.
    pub fn hidden_log_odds(&self, audience: Audience) -> Option<f64> {
        let hidden = self.contributions.iter().filter(|one| !audience.may_see(&one.feature));
        hidden.map(|one| one.log_odds).reduce(|sum, log_odds| sum + log_odds)
    }

    /// Expected sales in the threshold's basis: demand if it reaches the threshold, capped at the capacity, else
    /// zero. `None` without a demand distribution.
    pub fn expected_sold(&self) -> Option<f64> {
        let max_sold = self.offer.capacity.unwrap_or(f64::INFINITY);
        Some(self.curve?.expected_sold(self.offer.threshold, max_sold)).filter(|sold| sold.is_finite())
    }

    /// Expected revenue: expected sales at the offer's price. `None` without a demand distribution, or without a
    /// price if the threshold counts units.
    pub fn expected_amount(&self) -> Option<f64> {
        let unit_value = match self.offer.threshold_basis {
            ThresholdBasis::Amount => 1.0,
            ThresholdBasis::Units => self.offer.price?,
        };
        Some(unit_value * self.expected_sold()?)
    }

    /// Expected revenue minus the cost of production. Internal. `None` unless price and unit cost are known.
    pub fn expected_value(&self) -> Option<f64> {
        let (price, unit_cost) = (self.offer.price.filter(|price| *price > 0.0)?, self.offer.unit_cost?);
        let margin = match self.offer.threshold_basis {
            ThresholdBasis::Units => price - unit_cost,
            ThresholdBasis::Amount => 1.0 - unit_cost / price,
        };
        Some(margin * self.expected_sold()? - self.p_hit.get() * self.offer.fixed_cost.unwrap_or(0.0))
    }
}

/// A scored offer with its rank.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedOffer {
    /// Rank in the list of its slot, from 1.
    pub rank: u32,
    /// Name of the order.
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
