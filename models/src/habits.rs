//! Habits: orders that people use without a model, as baselines.

use slotcast_features::{Column, FeatureTable};

/// Features that compare a count of signals with the threshold.
const SIGNALS_PER_THRESHOLD: &str = "log_signals_per_threshold_";

/// "Most signals per threshold" for one kind of signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Habit {
    /// The feature that orders the offers, the largest value first.
    pub feature: String,
    /// One value per row; an offer without a value comes last.
    pub values: Vec<f64>,
}

impl Habit {
    /// The order's name, such as `signals_per_threshold_alert`.
    pub fn name(&self) -> String {
        name_of(&self.feature)
    }
}

/// The name of the order by a feature.
pub(crate) fn name_of(feature: &str) -> String {
    feature.trim_start_matches("log_").to_owned()
}

/// The habits that the features of a table allow, one per kind of signal.
pub fn habits(table: &FeatureTable) -> Vec<Habit> {
    let features = table.spec.features().iter().map(|(name, _)| name);
    let signals = features.filter(|name| name.starts_with(SIGNALS_PER_THRESHOLD));
    signals
        .filter_map(|feature| Some(Habit { feature: feature.clone(), values: values(table, feature)? }))
        .collect()
}

/// The values of a number feature, with missing ones below all others.
pub(crate) fn values(table: &FeatureTable, feature: &str) -> Option<Vec<f64>> {
    let place = table.spec.features().iter().position(|(name, _)| name == feature)?;
    let Column::Number(values) = &table.columns[place] else { return None };
    let value = |value: &Option<f64>| value.filter(|value| !value.is_nan()).unwrap_or(f64::NEG_INFINITY);
    Some(values.iter().map(value).collect())
}

impl Habit {
    /// The same habit for these rows.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self { feature: self.feature.clone(), values: rows.iter().map(|row| self.values[*row]).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    #[test]
    fn every_kind_of_signal_is_a_habit_and_unknown_counts_come_last() {
        let table = TableBuilder::new(3)
            .number("log_signals_per_threshold_alert", |row| (row != 1).then_some(row as f64))
            .number("log_price", |_| Some(1.0))
            .build();
        let habits = habits(&table);
        assert_eq!(habits.len(), 1);
        assert_eq!(habits[0].name(), "signals_per_threshold_alert");
        assert_eq!(habits[0].values, [0.0, f64::NEG_INFINITY, 2.0]);
        assert_eq!(habits[0].select(&[2]).values, [2.0]);
    }
}
