//! The relation `final_rankings`: the last list of each slot before it opened.

use std::collections::BTreeSet;

use anyhow::Result;
use arrow::{
    array::{BooleanArray, RecordBatch},
    compute::{concat_batches, filter_record_batch},
};
use slotcast_core::NaiveDate;
use slotcast_forecast::{RankedList, final_lists};

use crate::{batch_builder::BatchBuilder, batch_row::batch_rows, run_snapshot::RunSnapshot};

/// The relation: earlier lists, except those of slots for which this run has a final list.
pub(super) async fn final_rankings(run: &RunSnapshot, lists: &[RankedList]) -> Result<RecordBatch> {
    let earlier = run.rows_or_empty("final_rankings").await?;
    let listed: Vec<_> =
        batch_rows(&earlier).filter_map(|row| row.day("slot_date").zip(row.instant("listed_at"))).collect();
    let own = final_lists(lists, &listed, run.as_of);
    let replaced: BTreeSet<NaiveDate> = own.iter().map(|list| list.slot.date).collect();
    let mut batches = Vec::new();
    for batch in &earlier {
        let kept: BooleanArray = batch_rows(std::slice::from_ref(batch))
            .map(|row| Some(row.day("slot_date").is_some_and(|date| !replaced.contains(&date))))
            .collect();
        batches.push(without_run_id(&filter_record_batch(batch, &kept)?)?);
    }
    let offers = || own.iter().flat_map(|list| list.offers.iter().map(move |ranked| (list, ranked)));
    let scored = || offers().map(|(_, ranked)| &ranked.scored);
    let current = BatchBuilder::default()
        .day("slot_date", offers().map(|(list, _)| list.slot.date))
        .text("list_run_id", offers().map(|_| run.run_id.clone()))
        .instant("listed_at", offers().map(|_| run.as_of))
        .text("candidate_id", scored().map(|scored| scored.offer.id.clone()))
        .text("title", scored().map(|scored| scored.offer.title.clone()))
        .count("rank", offers().map(|(_, ranked)| ranked.rank as usize))
        .number("p_hit", scored().map(|scored| scored.p_hit.get()))
        .number("demand_p10", scored().map(|scored| scored.demand.map(|demand| demand.p10)))
        .number("demand_p50", scored().map(|scored| scored.demand.map(|demand| demand.p50)))
        .number("demand_p90", scored().map(|scored| scored.demand.map(|demand| demand.p90)))
        .number("threshold", scored().map(|scored| scored.offer.threshold))
        .text("threshold_basis", scored().map(|scored| scored.offer.threshold_basis.to_string()))
        .number("base_rate", offers().map(|(list, _)| list.base_rate()))
        .text("model", scored().map(|scored| scored.model.clone()))
        .flag("preliminary", offers().map(|(list, _)| list.is_preliminary))
        .batch()?;
    batches.push(current);
    Ok(concat_batches(&batches[batches.len() - 1].schema(), &batches)?)
}

/// The batch without the column `run_id`, which is added on write.
fn without_run_id(batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = batch.schema();
    let columns = schema.fields().iter().enumerate().filter(|(_, field)| field.name() != "run_id");
    Ok(batch.project(&columns.map(|(index, _)| index).collect::<Vec<_>>())?)
}
