//! Trainings with default settings.

use slotcast_features::{FeatureColumn, FeatureTable, Outcome};

use crate::{
    evaluate::promotion::Incumbent,
    params::ModelParams,
    testing::outcomes,
    train::{Training, train},
};

/// Trains without an incumbent.
pub(crate) fn train_outcomes(table: &FeatureTable, outcomes: &[Option<Outcome>]) -> Training {
    let params = ModelParams::default().check().unwrap();
    train(table, outcomes, &params, Incumbent::default()).unwrap()
}

/// [`train_outcomes`] for [`outcomes`] of these hits.
pub(crate) fn train_hits(table: &FeatureTable, hits: &[bool]) -> Training {
    train_outcomes(table, &outcomes(table, hits))
}

/// One offer with this value of the first feature.
pub(crate) fn with_signal(table: &FeatureTable, value: f64) -> FeatureTable {
    let mut one = table.select(&[0]);
    one.columns[0] = FeatureColumn::Number(vec![Some(value)]);
    one
}
