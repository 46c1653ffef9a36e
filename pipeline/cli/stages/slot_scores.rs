//! The relations `model_slots` and `model_reliability`: out-of-time accuracy of the models.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::NaiveDate;
use slotcast_forecast::ModelReport;

use crate::batch_builder::BatchBuilder;

/// The relation `model_slots`.
pub(super) fn slots_batch(reports: &[ModelReport<'_>], slot_date: NaiveDate) -> Result<RecordBatch> {
    let rows: Vec<_> =
        reports.iter().flat_map(|report| report.slots.iter().map(|slot| (report.model, slot))).collect();
    let metrics = || rows.iter().map(|(_, metrics)| metrics);
    BatchBuilder::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", rows.iter().map(|(model, _)| model.name().to_owned()))
        .day("predicted_slot", metrics().map(|metrics| metrics.slot_date))
        .count("n", metrics().map(|metrics| metrics.n))
        .count("hits", metrics().map(|metrics| metrics.hits))
        .number("expected_hits", metrics().map(|metrics| metrics.expected_hits))
        .number("log_loss", metrics().map(|metrics| metrics.log_loss))
        .number("base_rate_log_loss", metrics().map(|metrics| metrics.base_rate_log_loss))
        .batch()
}

/// The relation `model_reliability`.
pub(super) fn reliability_batch(reports: &[ModelReport<'_>], slot_date: NaiveDate) -> Result<RecordBatch> {
    let numbered_bins = |report: &'_ ModelReport<'_>| {
        let model = report.model.name().to_owned();
        let bins = report.bins.clone().into_iter().enumerate();
        bins.map(move |(index, bin)| (model.clone(), index + 1, bin)).collect::<Vec<_>>()
    };
    let rows: Vec<_> = reports.iter().flat_map(numbered_bins).collect();
    let bins = || rows.iter().map(|(.., bin)| bin);
    BatchBuilder::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", rows.iter().map(|(model, ..)| model.clone()))
        .count("bin", rows.iter().map(|(_, number, _)| *number))
        .count("n", bins().map(|bin| bin.n))
        .count("hits", bins().map(|bin| bin.hits))
        .number("p_mean", bins().map(|bin| bin.p_mean))
        .number("rate_low", bins().map(|bin| bin.low))
        .number("rate_high", bins().map(|bin| bin.high))
        .batch()
}
