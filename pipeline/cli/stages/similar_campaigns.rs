//! The relation `similar_campaigns`.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_forecast::NearestCampaign;

use crate::batch_builder::BatchBuilder;

/// The past campaigns most similar to each listed offer.
pub(super) fn batch(rows: &[NearestCampaign]) -> Result<RecordBatch> {
    BatchBuilder::default()
        .day("slot_date", rows.iter().map(|row| row.slot_date))
        .text("candidate_id", rows.iter().map(|row| row.offer_id.clone()))
        .count("place", rows.iter().map(|row| row.position))
        .text("campaign_id", rows.iter().map(|row| row.campaign_id.clone()))
        .day("ran_in", rows.iter().map(|row| row.ran_in))
        .text("title", rows.iter().map(|row| row.title.clone()))
        .number("threshold", rows.iter().map(|row| row.threshold))
        .number("demand", rows.iter().map(|row| row.demand))
        .flag("hit", rows.iter().map(|row| Some(row.hit)))
        .number("distance", rows.iter().map(|row| row.distance))
        .batch()
}
