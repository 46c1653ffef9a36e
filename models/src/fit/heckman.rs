//! Heckman selection model: corrects for the fact that only selected offers have outcomes.

use std::collections::BTreeMap;

use ndarray::{Array2, Axis, concatenate};
use serde::{Deserialize, Serialize};
use slotcast_features::{FeatureColumn, FeatureTable};

use crate::{
    error::ModelError,
    fit::{
        linear::LinearModel,
        logistic,
        ridge::{RidgePenalty, RidgeProblem},
    },
    math::{
        functions::{logit, sigmoid},
        normal::{inverse_mills_ratio, quantile},
    },
    params::ModelParams,
    preprocess::sparse::SparseMatrix,
};

/// Minimum number and share of offers that were not selected.
const MIN_UNSELECTED: usize = 60;
const MIN_UNSELECTED_SHARE: f64 = 0.05;
/// The latest rows suffice, because line-ups are selected by slot.
const MAX_ROWS: usize = 20_000;
const SIGNAL_PREFIX: &str = "log_signals_per_threshold_";
/// Lower and upper distance of a selection probability from 0 and 1.
const MIN_PROBABILITY: f64 = 0.005;

/// Probability that an offer is selected, from its columns and from the ranks of its signals within the slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HeckmanSelection {
    /// Indices of the signals in the specification.
    signals: Vec<usize>,
    linear_model: LinearModel,
}

/// The correction term of one offer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MillsRatio {
    /// Expected deviation of the unobserved part of demand, if the offer was selected.
    pub(crate) value: f64,
    /// Normal quantile of the selection probability.
    pub(crate) z: f64,
}

impl HeckmanSelection {
    /// `None` if nearly all offers were selected, or if no column explains the selection.
    pub(crate) fn fit(
        table: &FeatureTable,
        matrix: &Array2<f64>,
        penalty_factors: &[f64],
        is_selected: &[bool],
        params: &ModelParams,
    ) -> Result<Option<Self>, ModelError> {
        let rows = is_selected.len();
        let unselected = is_selected.iter().filter(|selected| !**selected).count();
        if unselected < MIN_UNSELECTED || (unselected as f64) < MIN_UNSELECTED_SHARE * rows as f64 {
            return Ok(None);
        }
        let is_signal = table.spec.features().iter().map(|(name, _)| name.starts_with(SIGNAL_PREFIX));
        let signals: Vec<usize> =
            is_signal.enumerate().filter_map(|(feature, is_signal)| is_signal.then_some(feature)).collect();
        let design = append_ranks(table, &signals, matrix);
        let mut latest: Vec<usize> = (0..rows).collect();
        latest.sort_by_key(|row| table.keys[*row].offer.slot_date);
        let latest = &latest[rows.saturating_sub(MAX_ROWS)..];
        let design = design.select(Axis(0), latest);
        let is_selected: Vec<bool> = latest.iter().map(|row| is_selected[*row]).collect();
        let terms = SparseMatrix::empty(latest.len());
        let ridge = RidgePenalty { columns: params.ridge_alpha, terms: 1.0 };
        let penalty_factors = [penalty_factors, &vec![1.0; signals.len()]].concat();
        let problem = RidgeProblem::new(&design, &penalty_factors, &terms, &[], ridge);
        match logistic::fit(&problem, &is_selected, params) {
            Ok(linear_model) => Ok(Some(Self { signals, linear_model })),
            Err(error) if error.falls_back_to_base_rate() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The inverse Mills ratio of each row (J. Heckman, Sample selection bias as a specification error, Econometrica
    /// 47, 1979). `table` must contain all offers of a slot.
    pub(crate) fn mills_ratios(&self, table: &FeatureTable, matrix: &Array2<f64>) -> Vec<MillsRatio> {
        let design = append_ranks(table, &self.signals, matrix);
        let logits = self.linear_model.predict(&design, &SparseMatrix::empty(table.len()));
        let ratio = |logit: f64| {
            let z = quantile(sigmoid(logit).clamp(MIN_PROBABILITY, 1.0 - MIN_PROBABILITY));
            MillsRatio { value: inverse_mills_ratio(-z), z }
        };
        logits.into_iter().map(ratio).collect()
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self, columns: usize, features: usize) -> bool {
        self.signals.iter().all(|signal| *signal < features)
            && self.linear_model.is_consistent(columns + self.signals.len(), 0)
    }
}

/// Appends the logit of the rank of each signal within its slot.
fn append_ranks(table: &FeatureTable, signals: &[usize], matrix: &Array2<f64>) -> Array2<f64> {
    let mut ranks = Array2::zeros((table.len(), signals.len()));
    let mut slots: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (row, key) in table.keys.iter().enumerate() {
        slots.entry(key.offer.slot_date).or_default().push(row);
    }
    for (column, signal) in signals.iter().enumerate() {
        let FeatureColumn::Number(values) = &table.columns[*signal] else { continue };
        for rows in slots.values_mut() {
            rows.sort_by(|a, b| values[*a].unwrap_or(f64::MIN).total_cmp(&values[*b].unwrap_or(f64::MIN)));
            let mut below = 0;
            for tied in rows.chunk_by(|a, b| values[*a] == values[*b]) {
                let share = (below as f64 + 0.5 * tied.len() as f64) / rows.len() as f64;
                for row in tied {
                    ranks[[*row, column]] = logit(share.clamp(0.01, 0.99));
                }
                below += tied.len();
            }
        }
    }
    concatenate![Axis(1), matrix.view(), ranks]
}
