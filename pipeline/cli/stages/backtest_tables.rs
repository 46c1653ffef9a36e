//! The relations of a backtest: predictions, metrics per model, and metrics of the champion per segment.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_forecast::{
    Backtest, HORIZON, ModelMetrics, OfferPrediction, Prediction, SegmentMetrics, model_metrics,
    segment_metrics,
};
use slotcast_models::Metrics;

use crate::batch_builder::BatchBuilder;

/// The relation `backtest_scores`.
pub(crate) fn scores(backtest_id: &str, backtest: &Backtest) -> Result<RecordBatch> {
    let mut rows: Vec<(&str, Prediction, &OfferPrediction)> = Vec::new();
    for offer in &backtest.predictions {
        let model_predictions = backtest.models.iter().zip(&offer.predictions);
        rows.extend(model_predictions.map(|(model, prediction)| (*model, *prediction, offer)));
    }
    let offers = || rows.iter().map(|(.., offer)| *offer);
    let predictions = || rows.iter().map(|(_, prediction, _)| prediction);
    BatchBuilder::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .text("horizon", rows.iter().map(|_| HORIZON.to_owned()))
        .day("slot_date", offers().map(|offer| offer.slot_date))
        .text("id", offers().map(|offer| offer.id.clone()))
        .number("p_hit", predictions().map(|own| own.p_hit))
        .number("p_hit_given_selected", predictions().map(|own| own.p_hit_given_selected))
        .number(
            "order_value",
            predictions().map(|own| Some(own.order_value).filter(|value| value.is_finite())),
        )
        .flag("hit", offers().map(|offer| offer.outcome.map(|outcome| outcome.hit)))
        .number("demand_p10", predictions().map(|own| own.demand.map(|demand| demand.p10)))
        .number("demand_p50", predictions().map(|own| own.demand.map(|demand| demand.p50)))
        .number("demand_p90", predictions().map(|own| own.demand.map(|demand| demand.p90)))
        .number("demand", offers().map(|offer| offer.outcome?.demand.counted()))
        .batch()
}

/// The relation `backtest_metrics`.
pub(crate) fn metrics(backtest_id: &str, backtest: &Backtest, seats: u32) -> Result<RecordBatch> {
    let rows = model_metrics(backtest, seats)?;
    let score = |value: fn(&Metrics) -> Option<f64>| rows.iter().map(move |row| value(&row.scores));
    let slots = |slot: fn(&ModelMetrics) -> Option<slotcast_core::NaiveDate>| rows.iter().map(slot);
    BatchBuilder::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("model", rows.iter().map(|row| row.model.to_owned()))
        .text("horizon", rows.iter().map(|_| HORIZON.to_owned()))
        .count("n", rows.iter().map(|row| row.scores.n))
        .number("base_rate", score(|scores| scores.base_rate))
        .number("auc", score(|scores| scores.auc))
        .number("brier", score(|scores| scores.brier))
        .number("log_loss", score(|scores| scores.log_loss))
        .number("log_loss_se", score(|scores| scores.log_loss_se))
        .number("gain", score(|scores| scores.gain))
        .number("gain_se", score(|scores| scores.gain_se))
        .number("ece", score(|scores| scores.ece))
        .number("ece_noise_floor", score(|scores| scores.ece_noise_floor))
        .number("precision_at_seats", score(|scores| scores.precision_at_seats))
        .number("coverage_80", rows.iter().map(|row| row.coverage_80))
        .text("verdict", rows.iter().map(|row| row.scores.verdict.as_str().to_owned()))
        .number("base_rate_log_loss", score(|scores| scores.base_rate_log_loss))
        .number("base_rate_brier", rows.iter().map(|row| row.base_rate_brier))
        .day("first_slot", slots(|row| Some(row.slots?.0)))
        .day("last_slot", slots(|row| Some(row.slots?.1)))
        .batch()
}

/// The relation `backtest_segments`.
pub(crate) fn segments(backtest_id: &str, backtest: &Backtest, seats: u32) -> Result<RecordBatch> {
    let rows = segment_metrics(backtest, seats)?;
    let score = |value: fn(&Metrics) -> Option<f64>| rows.iter().map(move |row| value(&row.scores));
    let text = |value: fn(&SegmentMetrics) -> &str| rows.iter().map(move |row| value(row).to_owned());
    BatchBuilder::default()
        .text("backtest_id", rows.iter().map(|_| backtest_id.to_owned()))
        .text("dimension", text(|row| row.dimension))
        .text("key", text(|row| &row.key))
        .count("n", rows.iter().map(|row| row.scores.n))
        .number("base_rate", score(|scores| scores.base_rate))
        .number("log_loss", score(|scores| scores.log_loss))
        .number("gain", score(|scores| scores.gain))
        .number("gain_se", score(|scores| scores.gain_se))
        .number("auc", score(|scores| scores.auc))
        .number("ece", score(|scores| scores.ece))
        .number("ece_noise_floor", score(|scores| scores.ece_noise_floor))
        .number("coverage_80", rows.iter().map(|row| row.coverage_80))
        .text("verdict", text(|row| row.scores.verdict.as_str()))
        .batch()
}
