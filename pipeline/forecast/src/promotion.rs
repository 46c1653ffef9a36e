//! Training with a decision about the champion.

use slotcast_core::SlotCalendar;
use slotcast_models::{Incumbent, Training, ValidModelParams};

use crate::{
    champions::{ChampionHistory, DecisionKey, ROLLED_BACK},
    error::ForecastError,
    training_set::TrainingSet,
};

/// Procedure that chooses the champion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChampionChange {
    /// The promotion gate compares the models.
    Gate,
    /// The last change is rolled back.
    Rollback,
}

/// Fits all models, chooses the champion and adds the decision to the history. `None` if no row has an outcome; a
/// rollback is recorded all the same.
///
/// # Errors
/// As [`ChampionHistory::roll_back`] and [`TrainingSet::fit`].
pub fn train_champion(
    set: &TrainingSet,
    params: &ValidModelParams,
    history: &mut ChampionHistory,
    change: ChampionChange,
    (key, calendar): (DecisionKey, &SlotCalendar),
) -> Result<Option<Training>, ForecastError> {
    let slot_date = key.slot_date;
    if change == ChampionChange::Rollback {
        history.roll_back(key.clone(), calendar)?;
    }
    let Some(mut training) = set.fit(params, history.incumbent(slot_date))? else { return Ok(None) };
    match change {
        ChampionChange::Gate => history.record(key, &training),
        ChampionChange::Rollback => {
            let Incumbent { champion, suspended, .. } = history.incumbent(slot_date);
            let restored = training.models.iter().position(|model| Some(model.kind()) == champion);
            training.set_champion(restored.unwrap_or(0), ROLLED_BACK, suspended);
        }
    }
    Ok(Some(training))
}

#[cfg(test)]
mod tests {
    use slotcast_models::{ModelKind, ModelParams};

    use super::*;
    use crate::testing::{at, day, outcomes, table};

    #[test]
    fn a_rollback_restores_the_base_rate() {
        let table = table(40, 10);
        let set = TrainingSet { outcomes: outcomes(&table, |row| row % 10 > 4), table: table.clone() };
        let params = ModelParams::default().check().unwrap();
        let calendar = SlotCalendar::default();
        let mut history = ChampionHistory::default();
        let mut train = |run_id: &str, change| {
            let as_of = at("2016-12-01T00:00:00Z");
            let key = DecisionKey { run_id: run_id.to_owned(), as_of, slot_date: day("2016-12-06") };
            train_champion(&set, &params, &mut history, change, (key, &calendar)).unwrap().unwrap()
        };
        let won = train("a", ChampionChange::Gate);
        assert_ne!(won.promoted_model().name(), ModelKind::BaseRate.as_str());
        assert_eq!(won.promotion.reason, "won");
        let restored = train("b", ChampionChange::Rollback);
        assert_eq!(restored.promoted_model().name(), ModelKind::BaseRate.as_str());
        assert_eq!(restored.promotion.reason, ROLLED_BACK);
        // The suspended model does not return by proof.
        let next = train("c", ChampionChange::Gate);
        assert_ne!(next.promoted_model().name(), won.promoted_model().name());
        assert_eq!(history.decisions().count(), 3);
    }
}
