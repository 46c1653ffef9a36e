//! Habits: rules of thumb by which people order offers without a model. They are baselines of an order.

use slotcast_features::{FeatureColumn, FeatureTable};

/// Prefix of features that compare a count of signals with the threshold.
const SIGNAL_PREFIX: &str = "log_signals_per_threshold_";

/// The order "most signals per threshold" for one kind of signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Habit {
    /// The feature that orders the offers, largest value first.
    pub feature: String,
    /// One value per row; an offer without a value comes last.
    pub values: Vec<f64>,
}

impl Habit {
    /// Name of the order, such as `signals_per_threshold_alert`.
    pub fn name(&self) -> String {
        order_name(&self.feature)
    }

    /// The same habit for these rows.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self { feature: self.feature.clone(), values: rows.iter().map(|row| self.values[*row]).collect() }
    }
}

/// Name of the order by a feature.
pub(crate) fn order_name(feature: &str) -> String {
    feature.trim_start_matches("log_").to_owned()
}

/// Habits over the features of a table, one per kind of signal.
pub fn habits(table: &FeatureTable) -> Vec<Habit> {
    let features = table.spec.features().iter().map(|(name, _)| name);
    let signals = features.filter(|name| name.starts_with(SIGNAL_PREFIX));
    signals
        .filter_map(|feature| Some(Habit { feature: feature.clone(), values: order_values(table, feature)? }))
        .collect()
}

/// Values of a numeric feature, with missing ones below all others.
pub(crate) fn order_values(table: &FeatureTable, feature: &str) -> Option<Vec<f64>> {
    let index = table.spec.features().iter().position(|(name, _)| name == feature)?;
    let FeatureColumn::Number(values) = &table.columns[index] else { return None };
    let value = |value: &Option<f64>| value.filter(|value| !value.is_nan()).unwrap_or(f64::NEG_INFINITY);
    Some(values.iter().map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    #[test]
    fn every_kind_of_signal_is_a_habit() {
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
