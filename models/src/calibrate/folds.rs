//! Folds of slots, and combinations of the predictions of several members on them.

use slotcast_core::NaiveDate;
use slotcast_features::FeatureTable;

use crate::{
    calibrate::{
        calibrator::{Calibrator, FoldPredictions, LabeledLogits, fit_platt},
        platt::Platt,
    },
    math::functions::{logit, sigmoid},
    model_kind::ModelKind,
    params::ModelParams,
};

/// Predictions of the offers of one fold that have an outcome; every list has one entry per offer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fold {
    /// Rows of the training table.
    pub(crate) rows: Vec<usize>,
    pub(crate) hits: Vec<bool>,
    pub(crate) slots: Vec<NaiveDate>,
    /// Probabilities of the base rate.
    pub(crate) base_rates: Vec<f64>,
    /// Raw logits of each member.
    pub(crate) members: Vec<(ModelKind, Vec<f64>)>,
}

impl Fold {
    /// Raw logits of a member; `None` if it could not be fitted.
    pub(crate) fn logits(&self, member: ModelKind) -> Option<&[f64]> {
        self.members.iter().find(|(kind, _)| *kind == member).map(|(_, logits)| logits.as_slice())
    }
}

/// Index of the fold of each row, from 0. Folds have about equal numbers of rows, follow the order of slots and never
/// split a slot.
pub(crate) fn assign_folds(table: &FeatureTable, folds: usize) -> Vec<usize> {
    let slot = |row: usize| table.keys[row].offer.slot_date;
    let mut order: Vec<usize> = (0..table.len()).collect();
    order.sort_by_key(|row| slot(*row));
    let mut fold_of = vec![0; table.len()];
    let mut before = 0;
    for rows in order.chunk_by(|a, b| slot(*a) == slot(*b)) {
        // The middle row of a slot decides.
        let fold = (2 * before + rows.len()) * folds / (2 * table.len());
        for row in rows {
            fold_of[*row] = fold.min(folds - 1);
        }
        before += rows.len();
    }
    fold_of
}

/// Predictions of the base rate as logits.
pub(crate) fn base_rate_predictions(folds: &[Fold]) -> FoldPredictions {
    predictions(folds, |fold| fold.base_rates.iter().map(|p| logit(*p)).collect())
}

/// Predictions of several members: the mean of their calibrated logits.
pub(crate) fn blend_predictions(
    folds: &[Fold],
    members: &[ModelKind],
    calibrations: &[Platt],
) -> FoldPredictions {
    predictions(folds, |fold| {
        let logits = |kind: &ModelKind| fold.logits(*kind).expect("folds that lack a member are left out");
        let logits: Vec<&[f64]> = members.iter().map(logits).collect();
        let mean = |row: usize| {
            let sum: f64 =
                calibrations.iter().zip(&logits).map(|(platt, logits)| platt.apply(logits[row])).sum();
            sum / members.len() as f64
        };
        (0..fold.rows.len()).map(mean).collect()
    })
}

/// Calibrated probabilities of all folds but the first, which only calibrates. The calibration of each fold is fitted
/// to the folds before it, so no probability depends on its own future.
pub(crate) fn calibrated_probabilities(
    folds: &[Fold],
    members: &[ModelKind],
    params: &ModelParams,
) -> Vec<f64> {
    let mut out = Vec::new();
    for fold in 1..folds.len() {
        let earlier = &folds[..fold];
        let calibrations = member_calibrations(earlier, members, params);
        let blend = blend_predictions(earlier, members, &calibrations);
        let calibrator = Calibrator::fit(&blend, params.calibration_prior_outcomes);
        let own = blend_predictions(&folds[fold..=fold], members, &calibrations).all();
        out.extend(own.logits.iter().map(|logit| sigmoid(calibrator.apply(*logit))));
    }
    out
}

/// Platt scaling of each member of a blend; a single member needs none.
pub(crate) fn member_calibrations(folds: &[Fold], members: &[ModelKind], params: &ModelParams) -> Vec<Platt> {
    let calibration = |member: &ModelKind| {
        let alone = blend_predictions(folds, &[*member], &[Platt::identity()]);
        fit_platt(&alone.all(), params.calibration_prior_outcomes)
    };
    match members {
        [_] => vec![Platt::identity()],
        _ => members.iter().map(calibration).collect(),
    }
}

fn predictions(folds: &[Fold], logits: impl Fn(&Fold) -> Vec<f64>) -> FoldPredictions {
    let fold = |fold: &Fold| LabeledLogits {
        logits: logits(fold),
        hits: fold.hits.clone(),
        slots: fold.slots.clone(),
    };
    FoldPredictions { folds: folds.iter().map(fold).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TableBuilder;

    #[test]
    fn folds_are_even_ordered_and_never_split_a_slot() {
        let table = TableBuilder::new(1_000).offers_per_slot(17).build();
        let fold_of = assign_folds(&table, 6);
        let slots = |fold: usize| -> Vec<NaiveDate> {
            let rows = (0..1_000).filter(|row| fold_of[*row] == fold);
            rows.map(|row| table.keys[row].offer.slot_date).collect()
        };
        for fold in 0..6 {
            assert!(slots(fold).len().abs_diff(167) <= 17, "{}", slots(fold).len());
            assert!(fold == 0 || slots(fold - 1).iter().max() < slots(fold).iter().min());
        }
    }
}
