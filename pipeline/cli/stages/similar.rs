//! The past campaigns that are most like each offer of a list, with what became of them.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::NaiveDate;
use slotcast_features::{FeatureTable, Outcome};
use slotcast_models::TrainedModel;

use super::train::TrainingRows;
use crate::relations::Columns;

const MOST: usize = 3;
/// Of older campaigns nobody remembers much.
const MOST_PAST: usize = 5_000;

/// A past campaign beside an offer.
pub(crate) struct SimilarRow {
    slot_date: NaiveDate,
    candidate_id: String,
    place: usize,
    campaign_id: Option<String>,
    ran_in: NaiveDate,
    title: Option<String>,
    threshold: f64,
    demand: Option<f64>,
    hit: bool,
    distance: f64,
}

/// The nearest of the latest campaigns with an outcome.
pub(crate) fn similar(
    model: &TrainedModel,
    offers: &FeatureTable,
    training: &TrainingRows,
) -> Result<Vec<SimilarRow>> {
    let known = training.outcomes.iter().enumerate().filter_map(|(row, outcome)| Some((row, (*outcome)?)));
    let mut known: Vec<(usize, Outcome)> = known.collect();
    known.sort_by_key(|(row, _)| training.table.keys[*row].offer.slot_date);
    let known = &known[known.len().saturating_sub(MOST_PAST)..];
    let past = training.table.select(&known.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let mut rows = Vec::new();
    for (key, nearest) in offers.keys.iter().zip(model.similar(offers, &past, MOST)?) {
        for (place, one) in nearest.into_iter().enumerate() {
            let (other, outcome) = (&past.keys[one.row], known[one.row].1);
            rows.push(SimilarRow {
                slot_date: key.offer.slot_date,
                candidate_id: key.offer.id.clone(),
                place: place + 1,
                campaign_id: other.campaign_id.clone(),
                ran_in: other.offer.slot_date,
                title: other.offer.title.clone(),
                threshold: other.offer.threshold,
                demand: outcome.demand.counted(),
                hit: outcome.hit,
                distance: one.distance,
            });
        }
    }
    Ok(rows)
}

/// The relation `similar_campaigns`.
pub(crate) fn batch(rows: &[SimilarRow]) -> Result<RecordBatch> {
    Columns::default()
        .day("slot_date", rows.iter().map(|row| row.slot_date))
        .text("candidate_id", rows.iter().map(|row| row.candidate_id.clone()))
        .count("place", rows.iter().map(|row| row.place))
        .text("campaign_id", rows.iter().map(|row| row.campaign_id.clone()))
        .day("ran_in", rows.iter().map(|row| row.ran_in))
        .text("title", rows.iter().map(|row| row.title.clone()))
        .number("threshold", rows.iter().map(|row| row.threshold))
        .number("demand", rows.iter().map(|row| row.demand))
        .flag("hit", rows.iter().map(|row| Some(row.hit)))
        .number("distance", rows.iter().map(|row| row.distance))
        .batch()
}
