//! History of champions: the model that ranked each slot, with the reason for every decision.

use slotcast_core::{DateTime, NaiveDate, SlotCalendar, Utc};
use slotcast_models::{Gain, Incumbent, ModelKind, Training};

use crate::error::ForecastError;

/// Number of slots for which a model that was rolled back is suspended.
const SUSPENDED_SLOTS: usize = 8;
/// Reason of a decision that was made by a rollback.
pub const ROLLED_BACK: &str = "rolled_back";

/// Origin of a decision: the run, its `as_of` and the slot it ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionKey {
    /// The run that decided.
    pub run_id: String,
    /// Its time.
    pub as_of: DateTime<Utc>,
    /// The slot that it ranked.
    pub slot_date: NaiveDate,
}

/// A model that may not rank for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Name of the model.
    pub model: String,
    /// First slot that it may rank again.
    pub until: NaiveDate,
}

/// A decision about the champion.
#[derive(Clone, Debug, PartialEq)]
pub struct ChampionDecision {
    /// Origin of the decision.
    pub key: DecisionKey,
    /// The model that ranks from now on.
    pub champion: String,
    /// The model that ranked before.
    pub previous_champion: String,
    /// Reason, as in [`slotcast_models::Promotion`], or [`ROLLED_BACK`].
    pub reason: String,
    /// Gain of the champion over the previous one in log loss.
    pub gain: Option<Gain>,
    /// Number of out-of-time predictions behind the decision.
    pub n: usize,
    /// The model that was rolled back.
    pub suspension: Option<Suspension>,
}

/// Decisions up to the time of a run, oldest first. Later ones are kept apart, because a replay does not touch them.
#[derive(Clone, Debug, Default)]
pub struct ChampionHistory {
    past: Vec<ChampionDecision>,
    later: Vec<ChampionDecision>,
}

impl ChampionHistory {
    /// The history that run `run_id` knows at `as_of`. Its own earlier decision is dropped: a repeated run decides
    /// again.
    pub fn new(
        decisions: impl IntoIterator<Item = ChampionDecision>,
        run_id: &str,
        as_of: DateTime<Utc>,
    ) -> Self {
        let others = decisions.into_iter().filter(|decision| decision.key.run_id != run_id);
        let (past, later) = others.partition(|decision| decision.key.as_of <= as_of);
        Self { past, later }
    }

    /// All decisions, those of the past first.
    pub fn decisions(&self) -> impl Iterator<Item = &ChampionDecision> {
        self.past.iter().chain(&self.later)
    }

    /// The model that ranked before this slot, and the one that is suspended for it.
    pub fn incumbent(&self, slot_date: NaiveDate) -> Incumbent {
        let last_suspension = self.past.iter().rev().find_map(|decision| decision.suspension.as_ref());
        let last: Option<Result<ModelKind, _>> = self.past.last().map(|decision| decision.champion.parse());
        Incumbent {
            is_unknown: last.as_ref().is_some_and(Result::is_err),
            champion: last.and_then(Result::ok),
            suspended: last_suspension
                .filter(|suspension| slot_date < suspension.until)
                .and_then(|suspension| suspension.model.parse().ok()),
        }
    }

    /// The current champion, and the first slot of its current reign.
    pub fn reign(&self) -> Option<(&str, NaiveDate)> {
        let champion = &self.past.last()?.champion;
        let reign = self.past.iter().rev().take_while(|decision| decision.champion == *champion);
        Some((champion, reign.map(|decision| decision.key.slot_date).min()?))
    }

    /// Restores the champion before the last change, and suspends the current one for eight slots.
    ///
    /// # Errors
    /// [`ForecastError::NoEarlierChampion`] if the champion has never changed, or only by rollbacks.
    pub fn roll_back(&mut self, key: DecisionKey, calendar: &SlotCalendar) -> Result<(), ForecastError> {
        let current = self.current().to_owned();
        let is_change = |decision: &&ChampionDecision| {
            decision.champion == current
                && decision.previous_champion != current
                && decision.reason != ROLLED_BACK
        };
        let Some(change) = self.past.iter().rev().find(is_change) else {
            return Err(ForecastError::NoEarlierChampion(current));
        };
        let midnight = chrono::NaiveDateTime::from(key.slot_date).and_utc();
        let mut until = calendar.slot_on(key.slot_date).unwrap_or_else(|_| calendar.slot_of(midnight));
        for _ in 0..SUSPENDED_SLOTS {
            until = calendar.following(&until);
        }
        self.past.push(ChampionDecision {
            key,
            champion: change.previous_champion.clone(),
            previous_champion: current.clone(),
            reason: ROLLED_BACK.to_owned(),
            gain: None,
            n: 0,
            suspension: Some(Suspension { model: current, until: until.date }),
        });
        Ok(())
    }

    /// Adds the decision of the promotion gate.
    pub fn record(&mut self, key: DecisionKey, training: &Training) {
        self.past.push(ChampionDecision {
            key,
            champion: training.promoted_model().name().to_owned(),
            previous_champion: self.current().to_owned(),
            reason: training.promotion.reason.to_owned(),
            gain: training.promotion.gain,
            n: training.out_of_time.hits.len(),
            suspension: None,
        });
    }

    fn current(&self) -> &str {
        self.past.last().map_or(ModelKind::BaseRate.as_str(), |decision| decision.champion.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, day};

    fn key(run_id: &str, date: &str) -> DecisionKey {
        let as_of = at(&format!("{date}T00:00:00Z"));
        DecisionKey { run_id: run_id.to_owned(), as_of, slot_date: day(date) }
    }

    fn decision(run_id: &str, date: &str, champion: &str, previous: &str) -> ChampionDecision {
        ChampionDecision {
            key: key(run_id, date),
            champion: champion.to_owned(),
            previous_champion: previous.to_owned(),
            reason: "won".to_owned(),
            gain: None,
            n: 100,
            suspension: None,
        }
    }

    fn history() -> ChampionHistory {
        let decisions = [
            decision("a", "2016-03-01", ModelKind::BaseRate.as_str(), ModelKind::BaseRate.as_str()),
            decision("b", "2016-03-08", "logistic", ModelKind::BaseRate.as_str()),
            decision("c", "2016-03-15", "logistic", "logistic"),
            decision("d", "2016-04-05", "demand", "logistic"),
        ];
        ChampionHistory::new(decisions, "e", at("2016-03-22T00:00:00Z"))
    }

    #[test]
    fn later_and_own_decisions_do_not_count() {
        let history = history();
        assert_eq!(history.incumbent(day("2016-03-22")).champion, Some(ModelKind::Logistic));
        assert_eq!(history.reign(), Some(("logistic", day("2016-03-08"))));
        assert_eq!(history.decisions().count(), 4);
        let newer = [decision("a", "2016-03-01", "forest", ModelKind::BaseRate.as_str())];
        let newer = ChampionHistory::new(newer, "e", at("2016-03-22T00:00:00Z")).incumbent(day("2016-03-22"));
        assert!(newer.champion.is_none() && newer.is_unknown, "this build has no such model");
        let own = [decision("e", "2016-03-01", "demand", ModelKind::BaseRate.as_str())];
        assert_eq!(ChampionHistory::new(own, "e", at("2016-03-22T00:00:00Z")).reign(), None);
    }

    #[test]
    fn a_rollback_suspends_the_champion_for_eight_slots() {
        let mut history = history();
        history.roll_back(key("e", "2016-03-22"), &SlotCalendar::default()).unwrap();
        let incumbent = history.incumbent(day("2016-05-16"));
        assert_eq!(
            (incumbent.champion, incumbent.suspended),
            (Some(ModelKind::BaseRate), Some(ModelKind::Logistic))
        );
        assert_eq!(history.incumbent(day("2016-05-17")).suspended, None);
        assert_eq!(history.decisions().nth(3).unwrap().reason, ROLLED_BACK);
        let error = history.roll_back(key("f", "2016-03-29"), &SlotCalendar::default()).unwrap_err();
        assert!(
            matches!(error, ForecastError::NoEarlierChampion(model) if model == ModelKind::BaseRate.as_str())
        );
    }
}
