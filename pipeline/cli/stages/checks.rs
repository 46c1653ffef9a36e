//! How a model did on slots later than those it was fitted to: by slot, and by what it said.

use std::collections::BTreeMap;

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{NaiveDate, wilson_interval};
use slotcast_models::{Training, log_loss, reliability};

use crate::relations::Columns;

/// The 90 % point of the normal distribution.
const Z_80: f64 = 1.281_551_565_544_6;

/// One slot, predicted from earlier ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotCheck {
    pub(crate) n: usize,
    pub(crate) hits: usize,
    pub(crate) expected_hits: f64,
    /// Sums over offers, in nats.
    pub(crate) log_loss: f64,
    pub(crate) base_log_loss: f64,
}

/// One bin of chances that were alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BinCheck {
    pub(crate) n: usize,
    pub(crate) hits: usize,
    pub(crate) p_mean: f64,
    /// 80 % interval of the share of hits.
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// By slot, for one model.
pub(crate) fn by_slot(training: &Training, model: usize) -> BTreeMap<NaiveDate, SlotCheck> {
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

/// By what it said, for one model.
pub(crate) fn by_chance(training: &Training, model: usize) -> Vec<BinCheck> {
    let seen = &training.out_of_time;
    let bins = reliability(&seen.p[model], &seen.hits).into_iter().map(|bin| {
        let (low, high) = wilson_interval(bin.hits as f64, bin.n as f64, Z_80).unwrap_or((0.0, 1.0));
        BinCheck { n: bin.n, hits: bin.hits, p_mean: bin.p_mean, low, high }
    });
    bins.collect()
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
            let bins = by_chance(training, place).into_iter().enumerate();
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
