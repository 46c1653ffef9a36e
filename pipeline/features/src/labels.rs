//! Labels: outcomes as known at any time, for models trained at that time.

use std::collections::HashMap;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::DataType,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    arrow_columns::{read_column, read_instants, read_numbers, read_texts, required},
    error::FeatureError,
    outcome::Outcome,
    table::OfferKey,
};

const RELATION: &str = "outcome_versions";

/// A version of a campaign's outcome, with the time in which it was known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeVersion {
    /// The outcome.
    pub outcome: Outcome,
    /// Close of the campaign.
    pub closes_at: DateTime<Utc>,
    known_at: DateTime<Utc>,
    superseded_at: Option<DateTime<Utc>>,
}

/// All versions of all outcomes.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    by_campaign: HashMap<String, Vec<OutcomeVersion>>,
}

impl Labels {
    /// Reads record batches of `outcome_versions`. Versions without a hit (withdrawn campaigns) are no labels.
    ///
    /// # Errors
    /// If a column is missing or of another type, or a key is null.
    pub fn from_batches(batches: &[RecordBatch]) -> Result<Self, FeatureError> {
        let mut by_campaign: HashMap<String, Vec<OutcomeVersion>> = HashMap::new();
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
                by_campaign.entry(campaign).or_default().push(OutcomeVersion {
                    outcome: Outcome::new(hit, demands[row], thresholds[row], is_sold_out, known[row]),
                    closes_at: closings[row],
                    known_at: known[row],
                    superseded_at: superseded[row],
                });
            }
        }
        Ok(Self { by_campaign })
    }

    /// The outcome of `key`'s campaign as known at `at`; `None` unless the campaign closed at least `lag` before.
    pub fn known_at(&self, key: &OfferKey, at: DateTime<Utc>, lag: TimeDelta) -> Option<Outcome> {
        let versions = self.by_campaign.get(key.campaign_id.as_ref()?)?;
        versions
            .iter()
            .find(|version| version.known_at <= at && version.superseded_at.is_none_or(|end| at < end))
            .filter(|version| version.closes_at + lag <= at)
            .map(|version| Outcome {
                trainable_at: version.known_at.max(version.closes_at + lag),
                ..version.outcome
            })
    }

    /// The latest version of the outcome, for the evaluation of predictions.
    pub fn last_known(&self, key: &OfferKey) -> Option<Outcome> {
        let versions = self.by_campaign.get(key.campaign_id.as_ref()?)?;
        versions.iter().find(|version| version.superseded_at.is_none()).map(|version| version.outcome)
    }
}
