//! The relation `champions`: the history of decisions about the champion.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_forecast::{ChampionDecision, ChampionHistory, DecisionKey, Suspension};
use slotcast_models::Gain;

use crate::{
    batch_builder::BatchBuilder,
    batch_row::{BatchRow, batch_rows, row_reader},
    run_snapshot::RunSnapshot,
};

/// The history at the versions of a run.
pub(super) async fn read_history(run: &RunSnapshot) -> Result<ChampionHistory> {
    let batches = run.rows_or_empty("champions").await?;
    Ok(ChampionHistory::new(batch_rows(&batches).filter_map(decision), &run.run_id, run.as_of))
}

fn decision(row: BatchRow<'_>) -> Option<ChampionDecision> {
    let key = row_reader!(DecisionKey { run_id: "decided_by", as_of: "as_of", slot_date: "slot_date" });
    let gain = row_reader!(Gain { mean: "gain", se: "gain_se" });
    let suspension = row_reader!(Suspension { model: "suspended_model", until: "suspended_until" });
    Some(ChampionDecision {
        key: key(row)?,
        champion: row.get("champion")?,
        previous_champion: row.get("previous_champion")?,
        reason: row.get("reason")?,
        gain: gain(row),
        n: row.get("n")?,
        suspension: suspension(row),
    })
}

/// The relation.
pub(super) fn batch(history: &ChampionHistory) -> Result<RecordBatch> {
    let decisions = || history.decisions();
    let suspension = || decisions().map(|decision| decision.suspension.as_ref());
    BatchBuilder::default()
        .text("decided_by", decisions().map(|decision| decision.key.run_id.clone()))
        .instant("as_of", decisions().map(|decision| decision.key.as_of))
        .day("slot_date", decisions().map(|decision| decision.key.slot_date))
        .text("champion", decisions().map(|decision| decision.champion.clone()))
        .text("previous_champion", decisions().map(|decision| decision.previous_champion.clone()))
        .text("reason", decisions().map(|decision| decision.reason.clone()))
        .number("gain", decisions().map(|decision| decision.gain.map(|gain| gain.mean)))
        .number("gain_se", decisions().map(|decision| decision.gain.map(|gain| gain.se)))
        .count("n", decisions().map(|decision| decision.n))
        .text("suspended_model", suspension().map(|suspension| Some(suspension?.model.clone())))
        .day("suspended_until", suspension().map(|suspension| Some(suspension?.until)))
        .batch()
}
