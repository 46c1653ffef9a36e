//! How a model did on slots later than those it was fitted to: by slot, and by what it said.

use std::collections::BTreeMap;

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::NaiveDate;
use slotcast_models::{Training, log_loss, reliability};

use crate::relations::Columns;

/// One slot, predicted from earlier ones.
#[derive(Clone, Debug, Default)]
struct SlotCheck {
    n: usize,
    hits: usize,
    expected_hits: f64,
    /// Sums over offers, in nats.
    log_loss: f64,
    base_log_loss: f64,
}

/// By slot, for one model.
fn by_slot(training: &Training, model: usize) -> BTreeMap<NaiveDate, SlotCheck> {
    let seen = &training.out_of_time;
    let mut slots: BTreeMap<NaiveDate, SlotCheck> = BTreeMap::new();
    for (row, (slot, hit)) in seen.slots.iter().zip(&seen.hits).enumerate() {
        let loss = |p: f64| log_loss(&[p], &[*hit]).map_or(0.0, |(loss, _)| loss);
        let check = slots.entry(*slot).or_default();
        check.n += 1;
        check.hits += usize::from(*hit);
        check.expected_hits += seen.p[model][row];
        check.log_loss += loss(seen.p[model][row]);
        check.base_log_loss += loss(seen.p[0][row]);
    }
    slots
}

/// The relation `model_slots`.
pub(crate) fn slots_batch(training: Option<&Training>, slot_date: NaiveDate) -> Result<RecordBatch> {
    let mut rows = Vec::new();
    if let Some(training) = training {
        for (place, model) in training.models.iter().enumerate() {
            rows.extend(
                by_slot(training, place).into_iter().map(|(slot, check)| (model.name(), slot, check)),
            );
        }
    }
    let each = || rows.iter().map(|(_, _, check)| check);
    Columns::default()
        .day("slot_date", rows.iter().map(|_| slot_date))
        .text("model", rows.iter().map(|(model, ..)| (*model).to_owned()))
        .day("predicted_slot", rows.iter().map(|(_, slot, _)| *slot))
        .count("n", each().map(|check| check.n))
        .count("hits", each().map(|check| check.hits))
        .number("expected_hits", each().map(|check| check.expected_hits))
        .number("log_loss", each().map(|check| check.log_loss / check.n as f64))
        .number("base_rate_log_loss", each().map(|check| check.base_log_loss / check.n as f64))
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
