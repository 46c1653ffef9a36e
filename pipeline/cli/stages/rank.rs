//! Models and offers to ranked lists.

use anyhow::Result;
use slotcast_core::{Knowledge, RankedOffer, Slot};
use slotcast_features::{FeatureTable, Labels};
use slotcast_models::TrainedModel;

use super::{
    beside::{Before, keep_beside},
    champions::Champions,
    similar::{self, SimilarRow},
    train::{TrainingRows, promoted_model},
};
use crate::{
    printer::Printer,
    relations::{moq_curve, rankings},
    run_record::{Rows, RunInProgress},
    seen::Seen,
    settings::Settings,
};

/// The list of one slot.
pub(crate) struct RankedList {
    pub(crate) slot: Slot,
    pub(crate) is_preliminary: bool,
    pub(crate) is_frozen: bool,
    /// None where nothing could be learned yet; then there are no offers either.
    pub(crate) model: Option<TrainedModel>,
    /// Reason for which that model ranks, as in the relation `models`.
    pub(crate) reason: String,
    pub(crate) offers: Vec<RankedOffer>,
    pub(crate) similar: Vec<SimilarRow>,
}

impl RankedList {
    /// The share of hits among the campaigns that its model learned from; zero without a model.
    pub(crate) fn base_rate(&self) -> f64 {
        self.model.as_ref().map_or(0.0, base_rate)
    }
}

fn base_rate(model: &TrainedModel) -> f64 {
    model.n_hits() as f64 / model.n_rows().max(1) as f64
}

pub(crate) async fn rank(
    run: &mut RunInProgress,
    settings: &Settings,
    printer: &Printer,
    slot: Slot,
) -> Result<(Vec<RankedList>, Rows)> {
    let mut lists = ranked_lists(run, settings, slot).await?;
    let before = Before::known_to(run).await?;
    let parts: Vec<_> = lists.iter().map(|list| (list.offers.as_slice(), list.is_preliminary)).collect();
    let rows = rankings(&parts)?;
    run.keep("rankings", &rows).await?;
    run.keep("moq_curve", &moq_curve(lists.iter().flat_map(|list| &list.offers))?).await?;
    let alike: Vec<SimilarRow> =
        lists.iter_mut().flat_map(|list| std::mem::take(&mut list.similar)).collect();
    run.keep("similar_campaigns", &similar::batch(&alike)?).await?;
    keep_beside(run, &lists, &before).await?;
    for list in &lists {
        let kind = if list.is_preliminary { " (preliminary)" } else { "" };
        printer.say(format!("slot {}{kind}: {} offers ranked", list.slot.date, list.offers.len()));
    }
    let given_out = rows.num_rows();
    Ok((lists, Rows { taken_in: given_out, given_out }))
}

/// The slot's list; after its cutoff that is the list as it was at the cutoff, and the
/// following slot's comes with it as preliminary.
pub(crate) async fn ranked_lists(run: &Seen, settings: &Settings, slot: Slot) -> Result<Vec<RankedList>> {
    let calendar = run.lake.market().calendar();
    let knowledge = Knowledge::of(&calendar, slot, run.as_of, settings.lead_days);
    let is_frozen = knowledge.is_frozen(run.as_of);
    let table = FeatureTable::from_batches(&run.relation("offer_features").await?)?;
    let labels = Labels::from_batches(&run.relation("outcome_versions").await?)?;
    let promoted = promoted_model(run, slot.date).await?;
    let at = knowledge.knowledge_at;
    let past = TrainingRows::known_at(&table, &labels, run.lake.market(), settings, slot.date, at);
    let mut lists = vec![list(settings, &table, &past, promoted, slot, false, is_frozen)?];
    // A replay of a past slot has no slot ahead of it.
    if is_frozen && slot.opens_at > run.as_of {
        lists.push(preliminary(run, settings, calendar.following(&slot)).await?);
    }
    Ok(lists)
}

/// A list further from its opening is scored by a model that learned at that distance.
async fn preliminary(run: &Seen, settings: &Settings, slot: Slot) -> Result<RankedList> {
    let table = FeatureTable::from_batches(&run.relation("offer_features_next").await?)?;
    let labels = Labels::from_batches(&run.relation("outcome_versions").await?)?;
    let market = run.lake.market();
    let at = Knowledge::of(&market.calendar(), slot, run.as_of, settings.lead_days).knowledge_at;
    let past = TrainingRows::known_at(&table, &labels, market, settings, slot.date, at);
    let champions = Champions::known_to(run).await?;
    let training = past.fit(settings, champions.incumbent(slot.date))?;
    let promoted =
        training.map(|training| (training.promoted_model().clone(), training.promotion.reason.to_owned()));
    list(settings, &table, &past, promoted, slot, true, false)
}

fn list(
    settings: &Settings,
    table: &FeatureTable,
    past: &TrainingRows,
    promoted: Option<(TrainedModel, String)>,
    slot: Slot,
    is_preliminary: bool,
    is_frozen: bool,
) -> Result<RankedList> {
    let in_slot = |row: &usize| table.keys[*row].offer.slot_date == slot.date;
    let offers = table.select(&(0..table.len()).filter(in_slot).collect::<Vec<_>>());
    let (model, reason) = promoted.map_or((None, String::new()), |(model, reason)| (Some(model), reason));
    let (scored, similar) = match &model {
        Some(model) => (model.score(&offers)?, similar::similar(model, &offers, past)?),
        None => (Vec::new(), Vec::new()),
    };
    let base_rate = model.as_ref().map_or(0.0, base_rate);
    let offers = slotcast_rank::rank(scored, settings.rank_by.given(base_rate));
    Ok(RankedList { slot, is_preliminary, is_frozen, model, reason, offers, similar })
}
