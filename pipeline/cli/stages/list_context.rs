//! The relations that explain a ranking: contributions, changes since the previous run, final rankings, offer details
//! and results of past slots.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{Audience, utc_to_local};
use slotcast_forecast::{RankedList, contribution_rows, recent_duplicates};
use slotcast_lake::TableId;
use slotcast_rank::TitledOffer;
use slotcast_stats::ReportInputs;

use super::{final_rankings::final_rankings, previous_lists::PreviousLists};
use crate::{
    active_run::ActiveRun,
    batch_builder::BatchBuilder,
    batch_row::{batch_rows, row_reader},
};

/// Relations that the SQL reports read.
const REPORT_RELATIONS: [&str; 10] = [
    "rankings",
    "offer_features",
    "offer_features_next",
    "signal_daily",
    "conversion_daily",
    "signal_conversion",
    "moq_rates",
    "funnel",
    "campaign_outcomes",
    "calendar_days",
];

/// Writes the relations for the lists in `rankings`.
pub(super) async fn write_list_context(
    run: &mut ActiveRun,
    lists: &[RankedList],
    previous: &PreviousLists,
) -> Result<()> {
    run.write_relation("contributions", &contributions(lists)?).await?;
    run.write_relation("ranking_changes", &previous.changes(lists)?).await?;
    let final_rankings = final_rankings(run, lists).await?;
    run.write_relation("final_rankings", &final_rankings).await?;
    let duplicates = near_duplicates(&run.relation("offer_features").await?, lists)?;
    let mut relations = Vec::new();
    for name in REPORT_RELATIONS {
        let table = TableId::relation(name);
        if let Some(version) = run.tables.get(&table.to_string()) {
            relations.push(run.lake.at(&table, *version).await?);
        }
    }
    let rows = [("final_rankings", final_rankings), ("near_duplicates", duplicates)];
    let today = utc_to_local(run.lake.market().calendar().zone(), run.as_of).date();
    let inputs = ReportInputs {
        relations: &relations,
        rows: &rows,
        as_of: run.as_of,
        today,
        currency: run.lake.market().currency.as_deref(),
    };
    for (name, rows) in slotcast_stats::list_reports(&inputs).await? {
        run.write_relation(name, &rows).await?;
    }
    Ok(())
}

/// The relation `contributions`.
fn contributions(lists: &[RankedList]) -> Result<RecordBatch> {
    let rows = contribution_rows(lists, Audience::Everyone);
    BatchBuilder::default()
        .day("slot_date", rows.iter().map(|row| row.slot_date))
        .text("candidate_id", rows.iter().map(|row| row.offer_id.to_owned()))
        .text("feature", rows.iter().map(|row| row.feature.to_owned()))
        .number("value", rows.iter().map(|row| row.value))
        .text("text_value", rows.iter().map(|row| row.text_value.map(str::to_owned)))
        .number("log_odds", rows.iter().map(|row| row.log_odds))
        .batch()
}

/// Listed offers with a title nearly equal to that of a recent campaign or another offer.
fn near_duplicates(offer_features: &[RecordBatch], lists: &[RankedList]) -> Result<RecordBatch> {
    let campaigns = batch_rows(offer_features).filter(|row| row.text("campaign_id").is_some());
    let titled = row_reader!(TitledOffer { id: "id", title: "title", slot_date: "slot_date" });
    let pairs = recent_duplicates(lists, &campaigns.filter_map(titled).collect::<Vec<_>>());
    BatchBuilder::default()
        .day("slot_date", pairs.iter().map(|pair| pair.offer.slot_date))
        .text("candidate_id", pairs.iter().map(|pair| pair.offer.id.clone()))
        .text("other_id", pairs.iter().map(|pair| pair.other.id.clone()))
        .text("other_title", pairs.iter().map(|pair| pair.other.title.clone()))
        .day("other_slot", pairs.iter().map(|pair| pair.other.slot_date))
        .batch()
}
