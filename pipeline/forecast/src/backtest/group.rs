//! Slots that share one fit.

use slotcast_core::{ScoredOffer, Slot};
use slotcast_features::{FeatureColumn, FeatureTable};
use slotcast_models::{Habit, Incumbent, ModelKind, OutOfTimePredictions, benchmarks, habits};

use super::{
    input::{BacktestInput, CHAMPION},
    prediction::{OfferPrediction, Prediction},
};
use crate::{error::ForecastError, training_set::TrainingSet};

/// Feature that contains the alerts per threshold.
const ALERTS_FEATURE: &str = "log_signals_per_threshold_alert";
/// Feature that contains the record of the maker.
const MAKER_FEATURE: &str = "maker";

/// Input of every group.
pub(super) struct GroupInput<'a> {
    pub(super) input: &'a BacktestInput<'a>,
    pub(super) models: &'a [&'static str],
    pub(super) with_benchmarks: bool,
}

/// Predictions of some slots by all models but the champion, and the out-of-time scores of the fit.
pub(super) struct Group {
    pub(super) predictions: Vec<OfferPrediction>,
    /// The fitted models.
    pub(super) fitted: Vec<ModelKind>,
    /// Names of the habits.
    pub(super) habits: Vec<String>,
    pub(super) out_of_time: OutOfTimePredictions,
}

/// Predicts slots by models fitted at the cutoff of the first. `None` if no outcome was known then.
pub(super) fn predict_group(
    group_input: &GroupInput<'_>,
    slots: &[Slot],
) -> Result<Option<Group>, ForecastError> {
    let GroupInput { input, models, with_benchmarks } = group_input;
    let table = input.table;
    let cutoff = input.calendar.days_before(&slots[0], input.lead_days);
    let set = TrainingSet::known_at(table, input.labels, &input.rules, slots[0].date, cutoff);
    let Some(training) = set.fit(input.params, Incumbent::default())? else { return Ok(None) };
    let is_in_group = |row: &usize| slots.iter().any(|slot| slot.date == table.keys[*row].offer.slot_date);
    let rows: Vec<usize> = (0..table.len()).filter(is_in_group).collect();
    let offers = table.select(&rows);
    let mut scored: Vec<Vec<ScoredOffer>> = Vec::new();
    for name in models.iter().take_while(|name| **name != CHAMPION) {
        // The base rate replaces a model that could not be fitted, as it would in a nightly run.
        let model = training.models.iter().find(|model| model.name() == *name);
        scored.push(model.unwrap_or(&training.models[0]).score(&offers)?);
    }
    let benchmarks = if *with_benchmarks {
        benchmarks(&set.table, &set.outcomes, &offers, input.params)?
    } else {
        Vec::new()
    };
    let habits = habits(&offers);
    let alerts = column(&offers, ALERTS_FEATURE);
    let maker = column(&offers, MAKER_FEATURE);
    let prediction = |row: usize| {
        let base_rate = &scored[0][row];
        let scores = scored.iter().map(|scored| Prediction::of_score(&scored[row]));
        let benchmarks = benchmarks.iter().map(|p| Prediction::of_probability(p[row]));
        OfferPrediction {
            slot_date: base_rate.offer.slot_date,
            id: base_rate.offer.id.clone(),
            outcome: input.labels.last_known(&offers.keys[row]),
            category: base_rate.offer.category.clone(),
            is_new_maker: matches!(maker, Some(FeatureColumn::Record(records)) if records[row].1 == 0.0),
            is_thin: base_rate.thin_data,
            log_alerts_per_threshold: match alerts {
                Some(FeatureColumn::Number(values)) => values[row],
                _ => None,
            },
            habits: habits.iter().map(|habit| habit.values[row]).collect(),
            predictions: scores.chain(benchmarks).collect(),
        }
    };
    Ok(Some(Group {
        predictions: (0..offers.len()).map(prediction).collect(),
        fitted: training.kinds(),
        habits: habits.iter().map(Habit::name).collect(),
        out_of_time: training.out_of_time,
    }))
}

fn column<'a>(table: &'a FeatureTable, feature: &str) -> Option<&'a FeatureColumn> {
    let index = table.spec.features().iter().position(|(name, _)| name == feature)?;
    table.columns.get(index)
}
