//! How the model that ranks did on later slots, for the page's figures.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_publish::{ModelCheck, ReliabilityBin, SlotScore};

use super::{
    publish::{days, numbers, texts, whole},
    train::promoted_row,
};
use crate::{lake_door::relation, run_record::RunInProgress};

/// `None` where there is no model, or nothing could be predicted from earlier slots.
pub(super) async fn model_check(run: &RunInProgress) -> Result<Option<ModelCheck>> {
    for batch in relation(run, "models").await? {
        let Some(row) = promoted_row(&batch) else { continue };
        let at = |name: &str| Ok::<_, anyhow::Error>(numbers(&batch, name)?[row]);
        let (Some(log_loss), n) = (at("out_of_time_log_loss")?, whole(at("out_of_time_n")?)) else {
            continue;
        };
        let model = texts(&batch, "model")?[row].clone();
        let slots = slots(&relation(run, "model_slots").await?, &model)?;
        let base = slots.iter().map(|slot| slot.base_log_loss * slot.n as f64).sum::<f64>();
        return Ok(Some(ModelCheck {
            n,
            ece: at("out_of_time_ece")?,
            ece_noise_floor: at("ece_noise_floor")?,
            log_loss,
            base_log_loss: base / n.max(1) as f64,
            bins: bins(&relation(run, "model_reliability").await?, &model)?,
            slots,
            model,
        }));
    }
    Ok(None)
}

fn slots(batches: &[RecordBatch], of: &str) -> Result<Vec<SlotScore>> {
    let mut rows = Vec::new();
    for batch in batches {
        let (models, dates) = (texts(batch, "model")?, days(batch, "predicted_slot"));
        let column = |name: &str| numbers(batch, name);
        let (n, hits, expected) = (column("n")?, column("hits")?, column("expected_hits")?);
        let (loss, base) = (column("log_loss")?, column("base_rate_log_loss")?);
        for row in (0..batch.num_rows()).filter(|row| models[*row] == of) {
            let Some(slot_date) = dates[row] else { continue };
            rows.push(SlotScore {
                slot_date,
                n: whole(n[row]),
                hits: whole(hits[row]),
                expected_hits: expected[row].unwrap_or_default(),
                log_loss: loss[row].unwrap_or_default(),
                base_log_loss: base[row].unwrap_or_default(),
            });
        }
    }
    Ok(rows)
}

fn bins(batches: &[RecordBatch], of: &str) -> Result<Vec<ReliabilityBin>> {
    let mut rows = Vec::new();
    for batch in batches {
        let models = texts(batch, "model")?;
        let column = |name: &str| numbers(batch, name);
        let (n, hits, p_mean) = (column("n")?, column("hits")?, column("p_mean")?);
        let (low, high) = (column("rate_low")?, column("rate_high")?);
        for row in (0..batch.num_rows()).filter(|row| models[*row] == of) {
            rows.push(ReliabilityBin {
                n: whole(n[row]),
                hits: whole(hits[row]),
                p_mean: p_mean[row].unwrap_or_default(),
                low: low[row].unwrap_or_default(),
                high: high[row].unwrap_or(1.0),
            });
        }
    }
    Ok(rows)
}
