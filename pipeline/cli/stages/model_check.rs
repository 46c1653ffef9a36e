//! How the model that ranks did on later slots, for the page's figures.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_models::{ece, ece_noise_floor, log_loss, reliability};
use slotcast_publish::{ModelCheck, ReliabilityBin, SlotScore};

use super::{
    champions::Champions,
    checks::{Said, by_slot},
};
use crate::{row::rows, seen::Seen};

/// `None` where there is no model, or nothing could be predicted from earlier slots.
pub(super) async fn model_check(run: &Seen) -> Result<Option<ModelCheck>> {
    let models = run.relation("models").await?;
    let Some(row) = rows(&models).find(|row| row.flag("promoted") == Some(true)) else { return Ok(None) };
    let (Some(model), Some(log_loss)) = (row.text("model"), row.number("out_of_time_log_loss")) else {
        return Ok(None);
    };
    let n = row.count("out_of_time_n").unwrap_or_default();
    let slots = slots(&run.relation("model_slots").await?, &model);
    let base = slots.iter().map(|slot| slot.base_log_loss * slot.n as f64).sum::<f64>();
    Ok(Some(ModelCheck {
        n,
        ece: row.number("out_of_time_ece"),
        ece_noise_floor: row.number("ece_noise_floor"),
        log_loss,
        base_log_loss: base / n.max(1) as f64,
        bins: bins(&run.relation("model_reliability").await?, &model),
        slots,
        model,
        since: None,
    }))
}

/// How the lists came out that were published since the model ranks that ranks now: the last of each slot before it
/// opened. `None` where no slot of them has closed.
pub(super) async fn since_promotion(run: &Seen) -> Result<Option<ModelCheck>> {
    let Some((model, since)) = Champions::known_to(run).await?.since() else { return Ok(None) };
    let (mut p, mut base, mut hits, mut dates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in rows(&run.held("slot_results").await?) {
        let said = row.number("p_hit").zip(row.number("base_rate")).zip(row.flag("hit"));
        let date = row.day("slot_date").filter(|date| *date >= since);
        if let Some((((own, base_rate), hit), date)) = said.zip(date) {
            p.push(own);
            base.push(base_rate);
            hits.push(hit);
            dates.push(date);
        }
    }
    let loss = |p: &[f64], hits: &[bool]| log_loss(p, hits).map(|(loss, _)| loss);
    let (Some(log_loss), Some(base_log_loss)) = (loss(&p, &hits), loss(&base, &hits)) else {
        return Ok(None);
    };
    let bin = |bin: slotcast_models::ReliabilityBin| ReliabilityBin {
        n: bin.n as u64,
        hits: bin.hits as u64,
        p_mean: bin.p_mean,
        low: bin.low,
        high: bin.high,
    };
    Ok(Some(ModelCheck {
        model,
        since: Some(since),
        n: p.len() as u64,
        ece: ece(&p, &hits),
        ece_noise_floor: ece_noise_floor(&p, &hits, &dates),
        log_loss,
        base_log_loss,
        bins: reliability(&p, &hits).into_iter().map(bin).collect(),
        slots: by_slot(&Said { slots: &dates, hits: &hits, p: &p, base: &base }),
    }))
}

fn slots(batches: &[RecordBatch], of: &str) -> Vec<SlotScore> {
    let own = rows(batches).filter(|row| row.text("model").as_deref() == Some(of));
    let score = |row: crate::row::Row<'_>| {
        Some(SlotScore {
            slot_date: row.day("predicted_slot")?,
            n: row.count("n")?,
            hits: row.count("hits")?,
            expected_hits: row.number("expected_hits")?,
            log_loss: row.number("log_loss")?,
            base_log_loss: row.number("base_rate_log_loss")?,
        })
    };
    own.filter_map(score).collect()
}

fn bins(batches: &[RecordBatch], of: &str) -> Vec<ReliabilityBin> {
    let own = rows(batches).filter(|row| row.text("model").as_deref() == Some(of));
    let bin = |row: crate::row::Row<'_>| {
        Some(ReliabilityBin {
            n: row.count("n")?,
            hits: row.count("hits")?,
            p_mean: row.number("p_mean")?,
            low: row.number("rate_low")?,
            high: row.number("rate_high")?,
        })
    };
    own.filter_map(bin).collect()
}
