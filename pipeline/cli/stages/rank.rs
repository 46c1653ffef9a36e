//! Rank stage: scores the offers with the champion, and writes the lists and the relations that explain them.

use anyhow::Result;
use slotcast_core::{Knowledge, Slot};
use slotcast_features::{FeatureTable, Labels};
use slotcast_forecast::{
    ListInput, ListStage, NearestCampaign, PromotedModel, RankedList, TrainingSet, preliminary_slot,
};

use super::{
    champions::read_history,
    list_context::write_list_context,
    night::Night,
    previous_lists::PreviousLists,
    rankings::{moq_curves, rankings},
    similar_campaigns,
    train::{promoted_model, training_rules},
};
use crate::{active_run::RowCounts, run_snapshot::RunSnapshot, settings::Settings};

pub(crate) async fn rank(night: &mut Night<'_>) -> Result<(Vec<RankedList>, RowCounts)> {
    let Night { run, settings, printer, slot, .. } = night;
    let mut lists = ranked_lists(run, settings, *slot).await?;
    let previous = PreviousLists::read(run).await?;
    let rows = rankings(&lists)?;
    run.write_relation("rankings", &rows).await?;
    run.write_relation("moq_curve", &moq_curves(&lists)?).await?;
    let nearest: Vec<NearestCampaign> =
        lists.iter_mut().flat_map(|list| std::mem::take(&mut list.similar)).collect();
    run.write_relation("similar_campaigns", &similar_campaigns::batch(&nearest)?).await?;
    write_list_context(run, &lists, &previous).await?;
    for list in &lists {
        let kind = if list.is_preliminary { " (preliminary)" } else { "" };
        printer.info(format!("slot {}{kind}: {} offers ranked", list.slot.date, list.offers.len()));
    }
    let n = rows.num_rows();
    Ok((lists, RowCounts { input: n, output: n }))
}

/// The list of the slot. After its cutoff it is the list as of the cutoff, followed by the preliminary list of the
/// next slot.
pub(crate) async fn ranked_lists(
    run: &RunSnapshot,
    settings: &Settings,
    slot: Slot,
) -> Result<Vec<RankedList>> {
    let calendar = run.lake.market().calendar();
    let knowledge = Knowledge::new(&calendar, slot, run.as_of, settings.lead_days);
    let (table, set) = features(run, settings, "offer_features", &knowledge).await?;
    let promoted = promoted_model(run, slot.date).await?;
    let stage = if knowledge.is_frozen(run.as_of) { ListStage::Frozen } else { ListStage::Open };
    let input = ListInput { slot, stage, table: &table, training_set: &set, rank_by: settings.rank_by };
    let mut lists = vec![RankedList::new(&input, promoted)?];
    if let Some(next) = preliminary_slot(&calendar, slot, run.as_of, settings.lead_days) {
        lists.push(preliminary_list(run, settings, next).await?);
    }
    Ok(lists)
}

/// The preliminary list, scored by a model that was trained at the same distance before the opening.
async fn preliminary_list(run: &RunSnapshot, settings: &Settings, slot: Slot) -> Result<RankedList> {
    let calendar = run.lake.market().calendar();
    let knowledge = Knowledge::new(&calendar, slot, run.as_of, settings.lead_days);
    let (table, set) = features(run, settings, "offer_features_next", &knowledge).await?;
    let history = read_history(run).await?;
    let promoted = PromotedModel::fit(&set, &settings.model_params, history.incumbent(slot.date))?;
    let (stage, rank_by) = (ListStage::Preliminary, settings.rank_by);
    let input = ListInput { slot, stage, table: &table, training_set: &set, rank_by };
    Ok(RankedList::new(&input, promoted)?)
}

/// Features at one distance before the opening, and the training set at T.
async fn features(
    run: &RunSnapshot,
    settings: &Settings,
    relation: &str,
    knowledge: &Knowledge,
) -> Result<(FeatureTable, TrainingSet)> {
    let table = FeatureTable::from_batches(&run.relation(relation).await?)?;
    let labels = Labels::from_batches(&run.relation("outcome_versions").await?)?;
    let rules = training_rules(run.lake.market(), settings);
    let set = TrainingSet::known_at(&table, &labels, &rules, knowledge.slot.date, knowledge.knowledge_at);
    Ok((table, set))
}
