//! Ranked lists: the offers of one slot, scored by its champion and put in order.

use slotcast_core::{DateTime, Knowledge, RankedOffer, Slot, SlotCalendar, Utc};
use slotcast_features::FeatureTable;
use slotcast_models::{Incumbent, TrainedModel, ValidModelParams};
use slotcast_rank::RankBy;

use crate::{
    error::ForecastError,
    nearest_campaigns::{NearestCampaign, nearest_campaigns},
    training_set::TrainingSet,
};

/// Stage of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStage {
    /// The line-up is still open.
    Open,
    /// The cutoff has passed, so the list no longer changes.
    Frozen,
    /// The list of the slot after the next, before the line-up of the next has run.
    Preliminary,
}

/// The list of one slot.
#[derive(Clone, Debug)]
pub struct RankedList {
    /// The slot.
    pub slot: Slot,
    /// Whether it is the list of the slot after the next.
    pub is_preliminary: bool,
    /// Whether its cutoff has passed.
    pub is_frozen: bool,
    /// The champion. `None` if no outcome is known yet; then the list is empty.
    pub model: Option<TrainedModel>,
    /// Reason for which that model ranks, as in the relation `models`.
    pub reason: String,
    /// The offers in order.
    pub offers: Vec<RankedOffer>,
    /// Similar past campaigns of these offers.
    pub similar: Vec<NearestCampaign>,
}

/// A champion with the reason for its promotion.
#[derive(Clone, Debug)]
pub struct PromotedModel {
    /// The model.
    pub model: TrainedModel,
    /// The reason, as in [`slotcast_models::Promotion`].
    pub reason: String,
}

impl PromotedModel {
    /// Fits all models and takes the promoted one. `None` if no row has an outcome.
    ///
    /// # Errors
    /// As [`TrainingSet::fit`].
    pub fn fit(
        set: &TrainingSet,
        params: &ValidModelParams,
        incumbent: Incumbent,
    ) -> Result<Option<Self>, ForecastError> {
        let training = set.fit(params, incumbent)?;
        Ok(training.map(|training| Self {
            model: training.promoted_model().clone(),
            reason: training.promotion.reason.to_owned(),
        }))
    }
}

/// Input of a list.
#[derive(Clone, Copy, Debug)]
pub struct ListInput<'a> {
    /// The slot to rank.
    pub slot: Slot,
    /// Stage of the list.
    pub stage: ListStage,
    /// Features, including those of the slot's offers.
    pub table: &'a FeatureTable,
    /// Past campaigns, for the similar ones.
    pub training_set: &'a TrainingSet,
    /// Requested order.
    pub rank_by: RankBy,
}

impl RankedList {
    /// Scores and ranks the offers of the slot.
    ///
    /// # Errors
    /// As [`TrainedModel::score`].
    pub fn new(input: &ListInput<'_>, promoted: Option<PromotedModel>) -> Result<Self, ForecastError> {
        let ListInput { slot, stage, table, training_set, rank_by } = *input;
        let is_in_slot = |row: &usize| table.keys[*row].offer.slot_date == slot.date;
        let offers = table.select(&(0..table.len()).filter(is_in_slot).collect::<Vec<_>>());
        let (scored, similar) = match &promoted {
            Some(PromotedModel { model, .. }) => {
                (model.score(&offers)?, nearest_campaigns(model, &offers, training_set)?)
            }
            None => (Vec::new(), Vec::new()),
        };
        let base_rate = promoted.as_ref().map_or(0.0, |promoted| base_rate(&promoted.model));
        let offers = slotcast_rank::rank(scored, rank_by.resolve(base_rate));
        let (model, reason) =
            promoted.map_or((None, String::new()), |promoted| (Some(promoted.model), promoted.reason));
        Ok(Self {
            slot,
            is_preliminary: stage == ListStage::Preliminary,
            is_frozen: stage == ListStage::Frozen,
            model,
            reason,
            offers,
            similar,
        })
    }

    /// Hit rate of the champion's training rows; zero without a champion.
    pub fn base_rate(&self) -> f64 {
        self.model.as_ref().map_or(0.0, base_rate)
    }

    /// Intercept of the champion, in log-odds; zero without a champion.
    pub fn intercept(&self) -> f64 {
        self.model.as_ref().map_or(0.0, TrainedModel::intercept)
    }
}

fn base_rate(model: &TrainedModel) -> f64 {
    model.n_hits() as f64 / model.n_rows().max(1) as f64
}

/// The slot after `slot`, if it has a preliminary list at `as_of`: the line-up of `slot` is decided, but `slot` has
/// not opened. A replay of a past slot has no preliminary list.
pub fn preliminary_slot(
    calendar: &SlotCalendar,
    slot: Slot,
    as_of: DateTime<Utc>,
    lead_days: u32,
) -> Option<Slot> {
    let knowledge = Knowledge::new(calendar, slot, as_of, lead_days);
    let is_decided = knowledge.is_frozen(as_of) && slot.opens_at > as_of;
    is_decided.then(|| calendar.following(&slot))
}

#[cfg(test)]
mod tests {
    use slotcast_models::ModelParams;

    use super::*;
    use crate::testing::{at, day, outcomes, table};

    #[test]
    fn a_preliminary_list_starts_at_the_cutoff_and_ends_at_the_opening() {
        let calendar = SlotCalendar::default();
        let slot = calendar.slot_on(day("2016-03-01")).unwrap();
        let next = |time: &str| preliminary_slot(&calendar, slot, at(time), 4).map(|slot| slot.date);
        assert_eq!(next("2016-02-26T01:00:00Z"), None, "the cutoff itself");
        assert_eq!(next("2016-02-26T01:00:01Z"), Some(day("2016-03-08")));
        assert_eq!(next("2016-03-01T00:59:59Z"), Some(day("2016-03-08")));
        assert_eq!(next("2016-03-01T01:00:00Z"), None);
    }

    #[test]
    fn a_list_contains_the_offers_of_its_slot() {
        let table = table(30, 10);
        let set = TrainingSet { outcomes: outcomes(&table, |row| row % 10 > 4), table: table.clone() };
        let params = ModelParams::default().check().unwrap();
        let slot = SlotCalendar::default().slot_on(table.keys[0].offer.slot_date).unwrap();
        let input = ListInput {
            slot,
            stage: ListStage::Frozen,
            table: &table,
            training_set: &set,
            rank_by: RankBy::PHit,
        };
        let promoted = PromotedModel::fit(&set, &params, Incumbent::default()).unwrap();
        let list = RankedList::new(&input, promoted).unwrap();
        assert_eq!((list.offers.len(), list.is_frozen, list.is_preliminary), (10, true, false));
        assert!((list.base_rate() - 0.5).abs() < 1e-12);
        assert!(list.offers[0].scored.p_hit >= list.offers[9].scored.p_hit);
        let similar = |one: &NearestCampaign| (one.position, one.offer_id == list.offers[0].scored.offer.id);
        assert!(list.similar.is_empty() || list.similar.iter().all(|one| similar(one).0 <= NEIGHBORS_SHOWN));
        let empty = RankedList::new(&input, None).unwrap();
        assert!(empty.offers.is_empty() && empty.model.is_none() && empty.reason.is_empty());
    }

    const NEIGHBORS_SHOWN: usize = 3;
}
