//! Outcomes as they were known at any time, and the labels that follow for a model trained then.

use std::collections::HashMap;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::DataType,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    error::FeatureError,
    table::{OfferKey, read_column, read_instants, read_numbers, read_texts, required},
};

const RELATION: &str = "outcome_versions";

/// How a campaign ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Whether demand reached the threshold, or the source says so.
    pub hit: bool,
    /// How much demand there was, in the threshold's basis.
    pub demand: Demand,
    /// First moment at which a model may train on it: known, and closed for the label lag.
    pub trainable_at: DateTime<Utc>,
}

/// What is known of a campaign's demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Demand {
    /// It was counted.
    Exactly(f64),
    /// More would have come, or the source declares the threshold reached where the count does not.
    AtLeast(f64),
    /// The source declares the threshold missed where the count reached it, or nothing was counted.
    Below(f64),
}

impl Demand {
    /// What is known to have come, at least; `None` where only a miss is known.
    pub fn counted(self) -> Option<f64> {
        match self {
            Self::Exactly(demand) | Self::AtLeast(demand) => Some(demand),
            Self::Below(_) => None,
        }
    }
}

impl Outcome {
    /// A declared outcome that contradicts the count leaves an interval, as does a capacity that was reached.
    pub fn new(
        hit: bool,
        demand: Option<f64>,
        threshold: f64,
        is_sold_out: bool,
        trainable_at: DateTime<Utc>,
    ) -> Self {
        let counted = demand.filter(|demand| demand.is_finite() && *demand >= 0.0);
        let demand = match (hit, counted) {
            (true, Some(demand)) if is_sold_out => Demand::AtLeast(demand.max(threshold)),
            (true, Some(demand)) if demand >= threshold => Demand::Exactly(demand),
            (true, _) => Demand::AtLeast(threshold),
            (false, Some(demand)) if demand < threshold => Demand::Exactly(demand),
            (false, _) => Demand::Below(threshold),
        };
        Self { hit, demand, trainable_at }
    }
}

/// What was known of a campaign's outcome over some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// How it ended.
    pub outcome: Outcome,
    /// When the campaign closed.
    pub closes_at: DateTime<Utc>,
    known_at: DateTime<Utc>,
    superseded_at: Option<DateTime<Utc>>,
}

/// Every version of every outcome.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    by_campaign: HashMap<String, Vec<Label>>,
}

impl Labels {
    /// Reads record batches of `outcome_versions`. Versions without a hit (withdrawn campaigns) carry no label.
    ///
    /// # Errors
    /// When a column is absent, of another type, or null where it is a key.
    pub fn from_batches(batches: &[RecordBatch]) -> Result<Self, FeatureError> {
        let mut by_campaign: HashMap<String, Vec<Label>> = HashMap::new();
        for batch in batches {
            let campaigns = required(read_texts(batch, RELATION, "campaign_id")?, RELATION, "campaign_id")?;
            let instants = |name: &str| read_instants(batch, RELATION, name);
            let closings = required(instants("closes_at")?, RELATION, "closes_at")?;
            let known = required(instants("known_at")?, RELATION, "known_at")?;
            let superseded = instants("superseded_at")?;
            let hits = read_column(batch, RELATION, "hit", &DataType::Boolean, "a boolean")?;
            let sold_out = read_column(batch, RELATION, "is_sold_out", &DataType::Boolean, "a boolean")?;
            let sold_out = sold_out.as_boolean();
            let demands = read_numbers(batch, RELATION, "demand")?;
            let thresholds = required(read_numbers(batch, RELATION, "threshold")?, RELATION, "threshold")?;
            for (row, (campaign, hit)) in campaigns.into_iter().zip(hits.as_boolean()).enumerate() {
                let Some(hit) = hit else { continue };
                let is_sold_out = sold_out.is_valid(row) && sold_out.value(row);
                by_campaign.entry(campaign).or_default().push(Label {
                    outcome: Outcome::new(hit, demands[row], thresholds[row], is_sold_out, known[row]),
                    closes_at: closings[row],
                    known_at: known[row],
                    superseded_at: superseded[row],
                });
            }
        }
        Ok(Self { by_campaign })
    }

    /// The outcome of `key`'s campaign as known at `at`, if it may train a model then: closed for `lag` or longer.
    pub fn known_at(&self, key: &OfferKey, at: DateTime<Utc>, lag: TimeDelta) -> Option<Outcome> {
        let versions = self.by_campaign.get(key.campaign_id.as_ref()?)?;
        versions
            .iter()
            .find(|label| label.known_at <= at && label.superseded_at.is_none_or(|end| at < end))
            .filter(|label| label.closes_at + lag <= at)
            .map(|label| Outcome { trainable_at: label.known_at.max(label.closes_at + lag), ..label.outcome })
    }

    /// The outcome that holds last of all, whenever that was learned: what a prediction is judged by.
    pub fn last_known(&self, key: &OfferKey) -> Option<Outcome> {
        let versions = self.by_campaign.get(key.campaign_id.as_ref()?)?;
        versions.iter().find(|label| label.superseded_at.is_none()).map(|label| label.outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_cannot_be_all_is_an_interval() {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let demand = |hit, demand, is_sold_out| Outcome::new(hit, demand, 100.0, is_sold_out, at).demand;
        assert_eq!(demand(true, Some(120.0), false), Demand::Exactly(120.0));
        assert_eq!(demand(false, Some(0.0), false), Demand::Exactly(0.0));
        assert_eq!(demand(true, Some(150.0), true), Demand::AtLeast(150.0));
        assert_eq!(demand(true, Some(95.0), true), Demand::AtLeast(100.0), "sold out, then cancelled below");
        assert_eq!(demand(true, Some(60.0), false), Demand::AtLeast(100.0), "declared reached");
        assert_eq!(demand(false, Some(130.0), false), Demand::Below(100.0), "declared missed");
        assert_eq!(demand(true, None, false), Demand::AtLeast(100.0));
        assert_eq!(demand(false, Some(f64::NAN), false), Demand::Below(100.0));
    }
}
