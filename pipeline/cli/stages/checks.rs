//! How a model did on slots later than those it was fitted to: by slot, and by what it said.

use std::collections::BTreeMap;

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::NaiveDate;
use slotcast_models::{Training, log_loss, reliability};
use slotcast_publish::SlotScore;

use crate::relations::Columns;

/// What was said of the offers of slots, and what became of them, entry by entry the same offers.
pub(super) struct Said<'a> {
    pub(super) slots: &'a [NaiveDate],
    pub(super) hits: &'a [bool],
    pub(super) p: &'a [f64],
    /// What the base rate said.
    pub(super) base: &'a [f64],
}

/// By slot, the earliest first.
pub(super) fn by_slot(said: &Said<'_>) -> Vec<SlotScore> {
    let mut slots: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
    for (row, slot) in said.slots.iter().enumerate() {
        slots.entry(*slot).or_default().push(row);
    }
    let score = |(slot_date, rows): (NaiveDate, Vec<usize>)| {
        let mean = |p: &[f64]| {
            let losses =
                rows.iter().map(|row| log_loss(&[p[*row]], &[said.hits[*row]]).map_or(0.0, |(loss, _)| loss));
            losses.sum::<f64>() / rows.len() as f64
        };
        SlotScore {
            slot_date,
            n: rows.len() as u64,
            hits: rows.iter().filter(|row| said.hits[**row]).count() as u64,
            expected_hits: rows.iter().map(|row| said.p[*row]).sum(),
            log_loss: mean(said.p),
            base_log_loss: mean(said.base),
        }
    };
    slots.into_iter().map(score).collect()
}

/// The relation `model_slots`.
pub(crate) fn slots_batch(training: Option<&Training>, slot_date: NaiveDate) -> Result<RecordBatch> {
    let mut rows = Vec::new();
    if let Some(training) = training {
        for (place, model) in training.models.iter().enumerate() {
            let seen = &training.out_of_time;
            let said = Said { slots: &seen.slots, hits: &seen.hits, p: &seen.p[place], base: &seen.p[0] };
            rows.extend(by_slot(&said).into_iter().map(|check| (model.name(), check)));
        }
    }
    let each = || rows.iter().map(|(_, check)| check);
    Columns::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .day("predicted_slot", each().map(|check| check.slot_date))
        .count("n", each().map(|check| check.n as usize))
        .count("hits", each().map(|check| check.hits as usize))
        .number("expected_hits", each().map(|check| check.expected_hits))
        .number("log_loss", each().map(|check| check.log_loss))
        .number("base_rate_log_loss", each().map(|check| check.base_log_loss))
        .batch()
}

/// The relation `model_reliability`.
pub(crate) fn reliability_batch(training: Option<&Training>, slot_date: NaiveDate) -> Result<RecordBatch> {
    let mut rows = Vec::new();
    if let Some(training) = training {
        for (place, model) in training.models.iter().enumerate() {
            let seen = &training.out_of_time;
            let bins = reliability(&seen.p[place], &seen.hits).into_iter().enumerate();
            rows.extend(bins.map(|(bin, check)| (model.name(), bin + 1, check)));
        }
    }
    let each = || rows.iter().map(|(_, _, check)| check);
    Columns::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .count("bin", rows.iter().map(|(_, bin, _)| *bin))
        .count("n", each().map(|check| check.n))
        .count("hits", each().map(|check| check.hits))
        .number("p_mean", each().map(|check| check.p_mean))
        .number("rate_low", each().map(|check| check.low))
        .number("rate_high", each().map(|check| check.high))
        .batch()
}
