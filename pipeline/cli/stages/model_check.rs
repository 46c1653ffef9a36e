//! Accuracy of the champion on later slots, for the page's figures.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_forecast::{SlotMetrics, SlotPredictions, track_record};
use slotcast_models::ReliabilityBin;
use slotcast_publish::{CalibrationBin, ModelCheck, SlotScore};

use super::{champions::read_history, train::champion_row};
use crate::{
    batch_row::{BatchRow, batch_rows, row_reader},
    run_snapshot::RunSnapshot,
};

/// Out-of-time accuracy of the champion; `None` without a model or predictions of later slots.
pub(super) async fn model_check(run: &RunSnapshot) -> Result<Option<ModelCheck>> {
    let models = run.relation("models").await?;
    let Some(row) = champion_row(&models) else { return Ok(None) };
    let (Some(model), Some(log_loss)) = (row.text("model"), row.number("out_of_time_log_loss")) else {
        return Ok(None);
    };
    let n = row.count("out_of_time_n").unwrap_or_default();
    let slots = slots(&run.relation("model_slots").await?, &model);
    let base_rate_loss = slots.iter().map(|slot| slot.base_log_loss * slot.n as f64).sum::<f64>();
    Ok(Some(ModelCheck {
        n,
        ece: row.number("out_of_time_ece"),
        ece_noise_floor: row.number("ece_noise_floor"),
        log_loss,
        base_log_loss: base_rate_loss / n.max(1) as f64,
        bins: bins(&run.relation("model_reliability").await?, &model),
        slots,
        model,
        since: None,
    }))
}

/// Accuracy of the lists that were published since the current champion ranks: the last list of each slot before it
/// opened. `None` if no such slot has closed.
pub(super) async fn since_promotion(run: &RunSnapshot) -> Result<Option<ModelCheck>> {
    let history = read_history(run).await?;
    let Some((model, since)) = history.reign() else { return Ok(None) };
    let (mut p, mut base_rate_p, mut hits, mut slots) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in batch_rows(&run.rows_or_empty("slot_results").await?) {
        let result = row.number("p_hit").zip(row.number("base_rate")).zip(row.flag("hit"));
        let date = row.day("slot_date").filter(|date| *date >= since);
        if let Some((((own, base_rate), hit), date)) = result.zip(date) {
            p.push(own);
            base_rate_p.push(base_rate);
            hits.push(hit);
            slots.push(date);
        }
    }
    let predictions = SlotPredictions { slots: &slots, hits: &hits, p: &p, base_rate_p: &base_rate_p };
    let Some(record) = track_record(&predictions) else { return Ok(None) };
    let bin = |bin: &ReliabilityBin| CalibrationBin {
        n: bin.n as u64,
        hits: bin.hits as u64,
        p_mean: bin.p_mean,
        low: bin.low,
        high: bin.high,
    };
    let slot = |slot: &SlotMetrics| SlotScore {
        slot_date: slot.slot_date,
        n: slot.n as u64,
        hits: slot.hits as u64,
        expected_hits: slot.expected_hits,
        log_loss: slot.log_loss,
        base_log_loss: slot.base_rate_log_loss,
    };
    Ok(Some(ModelCheck {
        model: model.to_owned(),
        since: Some(since),
        n: record.n as u64,
        ece: record.ece,
        ece_noise_floor: record.ece_noise_floor,
        log_loss: record.log_loss,
        base_log_loss: record.base_rate_log_loss,
        bins: record.bins.iter().map(bin).collect(),
        slots: record.slots.iter().map(slot).collect(),
    }))
}

fn slots(model_slots: &[RecordBatch], model: &str) -> Vec<SlotScore> {
    let score = row_reader!(SlotScore {
        slot_date: "predicted_slot",
        n: "n",
        hits: "hits",
        expected_hits: "expected_hits",
        log_loss: "log_loss",
        base_log_loss: "base_rate_log_loss",
    });
    rows_of_model(model_slots, model).filter_map(score).collect()
}

fn bins(model_reliability: &[RecordBatch], model: &str) -> Vec<CalibrationBin> {
    let bin = row_reader!(CalibrationBin {
        n: "n",
        hits: "hits",
        p_mean: "p_mean",
        low: "rate_low",
        high: "rate_high",
    });
    rows_of_model(model_reliability, model).filter_map(bin).collect()
}

fn rows_of_model<'a>(batches: &'a [RecordBatch], model: &str) -> impl Iterator<Item = BatchRow<'a>> {
    batch_rows(batches).filter(move |row| row.text("model").as_deref() == Some(model))
}
