//! Which offers were chosen before: what somebody else saw in them counts for those that ran, not for the rest.

use std::collections::BTreeMap;

use ndarray::{Array2, Axis, concatenate};
use serde::{Deserialize, Serialize};
use slotcast_features::{Column, FeatureTable};

use crate::{
    demand::mills,
    error::ModelError,
    logistic,
    normal::quantile,
    numbers::{logit, sigmoid},
    params::ModelParams,
    regression::{Frame, Regression, Ridge, rows_of},
    words::Sparse,
};

/// With fewer offers left out nothing can be learned about the choice.
const MIN_LEFT_OUT: usize = 60;
const MIN_SHARE_LEFT_OUT: f64 = 0.05;
/// The latest rows are enough for a choice that is made anew each slot.
const MOST_ROWS: usize = 20_000;
const SIGNALS: &str = "log_signals_per_threshold_";
/// A choice is never taken to be more certain than this.
const LEAST_CHANCE: f64 = 0.005;

/// The chance that an offer is chosen, from its columns and from where its signals stand in its slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Selection {
    /// Places of the signals in the specification.
    signals: Vec<usize>,
    regression: Regression,
}

impl Selection {
    /// `None` where (nearly) all offers were chosen, or the choice follows no column.
    pub(crate) fn fit(
        table: &FeatureTable,
        matrix: &Array2<f64>,
        strengths: &[f64],
        chosen: &[bool],
        params: &ModelParams,
    ) -> Result<Option<Self>, ModelError> {
        let left_out = chosen.iter().filter(|chosen| !**chosen).count();
        if left_out < MIN_LEFT_OUT || (left_out as f64) < MIN_SHARE_LEFT_OUT * chosen.len() as f64 {
            return Ok(None);
        }
        let names = table.spec.features().iter().map(|(name, _)| name.starts_with(SIGNALS));
        let signals: Vec<usize> =
            names.enumerate().filter_map(|(place, is_signal)| is_signal.then_some(place)).collect();
        let design = with_ranks(table, &signals, matrix);
        let mut rows: Vec<usize> = (0..chosen.len()).collect();
        rows.sort_by_key(|row| table.keys[*row].offer.slot_date);
        let rows = &rows[rows.len().saturating_sub(MOST_ROWS)..];
        let (design, chosen) = (rows_of(&design, rows), rows.iter().map(|row| chosen[*row]));
        let chosen: Vec<bool> = chosen.collect();
        let words = Sparse::empty(rows.len());
        let ridge = Ridge { columns: params.ridge_alpha, words: 1.0 };
        let ranks = vec![1.0; signals.len()];
        let frame = Frame::new(&design, &[strengths, &ranks].concat(), &words, &[], ridge);
        match logistic::fit(&frame, &chosen, params) {
            Ok(regression) => Ok(Some(Self { signals, regression })),
            Err(error) if error.leaves_the_base_rate() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The inverse Mills ratio of each row, and z, the normal quantile of its chance to be chosen. The rows of a
    /// slot must be there together.
    pub(crate) fn ratios(&self, table: &FeatureTable, matrix: &Array2<f64>) -> Vec<(f64, f64)> {
        let design = with_ranks(table, &self.signals, matrix);
        let logits = self.regression.lines(&design, &Sparse::empty(table.len()));
        let ratio = |logit: f64| {
            let z = quantile(sigmoid(logit).clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE));
            (mills(z), z)
        };
        logits.into_iter().map(ratio).collect()
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self, columns: usize, features: usize) -> bool {
        self.signals.iter().all(|signal| *signal < features)
            && self.regression.is_sound(columns + self.signals.len(), 0)
    }
}

fn with_ranks(table: &FeatureTable, signals: &[usize], matrix: &Array2<f64>) -> Array2<f64> {
    let mut ranks = Array2::zeros((table.len(), signals.len()));
    let mut slots: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (row, key) in table.keys.iter().enumerate() {
        slots.entry(key.offer.slot_date).or_default().push(row);
    }
    for (place, signal) in signals.iter().enumerate() {
        let Column::Number(values) = &table.columns[*signal] else { continue };
        for rows in slots.values_mut() {
            rows.sort_by(|a, b| values[*a].unwrap_or(f64::MIN).total_cmp(&values[*b].unwrap_or(f64::MIN)));
            let mut before = 0;
            for tied in rows.chunk_by(|a, b| values[*a] == values[*b]) {
                let share = (before as f64 + 0.5 * tied.len() as f64) / rows.len() as f64;
                for row in tied {
                    ranks[[*row, place]] = logit(share.clamp(0.01, 0.99));
                }
                before += tied.len();
            }
        }
    }
    concatenate![Axis(1), matrix.view(), ranks]
}
