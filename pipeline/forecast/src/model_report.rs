//! Out-of-time accuracy of every model of a training.

use slotcast_models::{Metrics, ReliabilityBin, TrainedModel, Training, reliability_bins};

use crate::{
    error::ForecastError,
    slot_metrics::{SlotMetrics, SlotPredictions, slot_metrics},
};

/// A model and its accuracy on slots later than those it was fitted to.
#[derive(Clone, Debug)]
pub struct ModelReport<'a> {
    /// The model.
    pub model: &'a TrainedModel,
    /// Whether it ranks.
    pub is_champion: bool,
    /// Metrics over all slots; `None` if nothing could be predicted.
    pub scores: Option<Metrics>,
    /// Metrics per slot.
    pub slots: Vec<SlotMetrics>,
    /// Reliability by probability.
    pub bins: Vec<ReliabilityBin>,
}

/// One report per model, in the order of the training.
///
/// # Errors
/// As [`slotcast_models::OutOfTimePredictions::metrics`].
pub fn model_reports(training: &Training) -> Result<Vec<ModelReport<'_>>, ForecastError> {
    let test = &training.out_of_time;
    let report = |(index, model): (usize, _)| {
        let p = &test.p[index];
        let predictions =
            SlotPredictions { slots: &test.slots, hits: &test.hits, p, base_rate_p: &test.p[0] };
        Ok(ModelReport {
            model,
            is_champion: index == training.promotion.champion,
            scores: test.metrics(index)?,
            slots: slot_metrics(&predictions),
            bins: reliability_bins(p, &test.hits),
        })
    };
    training.models.iter().enumerate().map(report).collect()
}
