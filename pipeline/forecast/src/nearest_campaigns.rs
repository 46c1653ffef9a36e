//! The past campaigns most similar to each offer of a list, with their outcomes.

use slotcast_core::NaiveDate;
use slotcast_features::{FeatureTable, Outcome};
use slotcast_models::TrainedModel;

use crate::{error::ForecastError, training_set::TrainingSet};

/// Number of campaigns per offer.
const NEIGHBORS: usize = 3;
/// Number of latest campaigns that are searched.
const MAX_SEARCHED: usize = 5_000;

/// A past campaign similar to an offer.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestCampaign {
    /// Slot of the offer.
    pub slot_date: NaiveDate,
    /// Id of the offer.
    pub offer_id: String,
    /// Position among the similar campaigns of the offer, from 1.
    pub position: usize,
    /// The campaign.
    pub campaign_id: Option<String>,
    /// Slot of the campaign.
    pub ran_in: NaiveDate,
    /// Its title.
    pub title: Option<String>,
    /// Its threshold.
    pub threshold: f64,
    /// Its demand, if counted.
    pub demand: Option<f64>,
    /// Whether it reached its threshold.
    pub hit: bool,
    /// Distance in log-odds.
    pub distance: f64,
}

/// The nearest of the latest campaigns with an outcome.
///
/// # Errors
/// As [`TrainedModel::neighbors`].
pub fn nearest_campaigns(
    model: &TrainedModel,
    offers: &FeatureTable,
    training_set: &TrainingSet,
) -> Result<Vec<NearestCampaign>, ForecastError> {
    let labeled = training_set.outcomes.iter().enumerate();
    let mut labeled: Vec<(usize, Outcome)> =
        labeled.filter_map(|(row, outcome)| Some((row, (*outcome)?))).collect();
    labeled.sort_by_key(|(row, _)| training_set.table.keys[*row].offer.slot_date);
    let latest = &labeled[labeled.len().saturating_sub(MAX_SEARCHED)..];
    let past = training_set.table.select(&latest.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let mut found = Vec::new();
    for (key, nearest) in offers.keys.iter().zip(model.neighbors(offers, &past, NEIGHBORS)?) {
        for (index, neighbor) in nearest.into_iter().enumerate() {
            let (campaign, outcome) = (&past.keys[neighbor.row], latest[neighbor.row].1);
            found.push(NearestCampaign {
                slot_date: key.offer.slot_date,
                offer_id: key.offer.id.clone(),
                position: index + 1,
                campaign_id: campaign.campaign_id.clone(),
                ran_in: campaign.offer.slot_date,
                title: campaign.offer.title.clone(),
                threshold: campaign.offer.threshold,
                demand: outcome.demand.counted(),
                hit: outcome.hit,
                distance: neighbor.distance,
            });
        }
    }
    Ok(found)
}
