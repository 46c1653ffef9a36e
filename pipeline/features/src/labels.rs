//! Outcomes as they were known at any time, and the labels that follow for a model trained then.

use std::collections::HashMap;

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::DataType,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    error::FeatureError,
    table::{OfferKey, read_column, read_instants, read_texts, required},
};

const RELATION: &str = "outcome_versions";

/// What was known of a campaign's outcome over some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Whether demand reached the threshold.
    pub hit: bool,
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
            for (row, (campaign, hit)) in campaigns.into_iter().zip(hits.as_boolean()).enumerate() {
                let Some(hit) = hit else { continue };
                by_campaign.entry(campaign).or_default().push(Label {
                    hit,
                    closes_at: closings[row],
                    known_at: known[row],
                    superseded_at: superseded[row],
                });
            }
        }
        Ok(Self { by_campaign })
    }

    /// The outcome of `key`'s campaign as known at `at`, if it may train a model then: closed for `lag` or longer.
    pub fn known_at(&self, key: &OfferKey, at: DateTime<Utc>, lag: TimeDelta) -> Option<bool> {
        let versions = self.by_campaign.get(key.campaign_id.as_ref()?)?;
        versions
            .iter()
            .find(|label| label.known_at <= at && label.superseded_at.is_none_or(|end| at < end))
            .filter(|label| label.closes_at + lag <= at)
            .map(|label| label.hit)
    }

    /// The outcome that holds last of all, whenever that was learned: what a prediction is judged by.
    pub fn last_known(&self, key: &OfferKey) -> Option<bool> {
        let versions = self.by_campaign.get(key.campaign_id.as_ref()?)?;
        versions.iter().find(|label| label.superseded_at.is_none()).map(|label| label.hit)
    }
}
