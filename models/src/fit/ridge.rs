//! Ridge problem: centered columns of training rows with their penalties.

use ndarray::{Array1, Array2, ArrayView1, Axis, s};

use crate::{fit::design::Design, preprocess::sparse::SparseMatrix};

/// A column that helps the fit and has the same value for every scored offer.
pub(crate) struct AuxiliaryColumn {
    /// One value per training row.
    pub(crate) values: Vec<f64>,
    /// Value of a scored offer.
    pub(crate) scored_value: f64,
    pub(crate) penalty: f64,
}

/// Penalties of preprocessed columns and of terms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RidgePenalty {
    pub(crate) columns: f64,
    pub(crate) terms: f64,
}

/// Columns in the order: preprocessed, auxiliary, intercept, terms.
pub(crate) struct RidgeProblem<'a> {
    pub(crate) design: Design<'a>,
    pub(crate) penalty: Array1<f64>,
    /// Means of the preprocessed columns.
    pub(crate) column_means: Vec<f64>,
    /// Centered values of a scored offer in the auxiliary columns.
    pub(crate) scored_values: Vec<f64>,
}

impl<'a> RidgeProblem<'a> {
    /// `matrix` has at least one row. `penalty_factors` are multiples of the ridge, one per column of `matrix`.
    pub(crate) fn new(
        matrix: &Array2<f64>,
        penalty_factors: &[f64],
        terms: &'a SparseMatrix,
        auxiliary: &[AuxiliaryColumn],
        ridge: RidgePenalty,
    ) -> Self {
        let (rows, columns) = matrix.dim();
        let width = columns + auxiliary.len();
        let mut dense = Array2::ones((rows, width + 1));
        dense.slice_mut(s![.., ..columns]).assign(matrix);
        for (index, column) in auxiliary.iter().enumerate() {
            dense.column_mut(columns + index).assign(&ArrayView1::from(&column.values));
        }
        // In the order of memory, row by row.
        let mut uncentered = dense.slice_mut(s![.., ..width]);
        let means = uncentered.sum_axis(Axis(0)) / rows as f64;
        uncentered -= &means;
        let mut column_means = means.to_vec();
        let scored_values =
            auxiliary.iter().zip(&column_means[columns..]).map(|(column, mean)| column.scored_value - mean);
        let scored_values = scored_values.collect();
        column_means.truncate(columns);
        let mut penalty = Array1::from_elem(width + 1 + terms.width(), ridge.terms);
        for (penalty, factor) in penalty.iter_mut().zip(penalty_factors) {
            *penalty = ridge.columns * factor;
        }
        for (index, column) in auxiliary.iter().enumerate() {
            penalty[columns + index] = column.penalty;
        }
        penalty[width] = 0.0;
        Self { design: Design { dense, terms }, penalty, column_means, scored_values }
    }

    /// Index of the intercept among the coefficients.
    pub(crate) fn intercept(&self) -> usize {
        self.column_means.len() + self.scored_values.len()
    }
}

/// Recency of each row, 2^(-age / half-life). Its coefficient lets the intercept follow recent outcomes; a scored offer
/// has recency one. `prior_outcomes` is the weight of the prior of no drift, in outcomes at even odds.
pub(crate) fn recency_column(
    days_ago: impl Iterator<Item = f64>,
    half_life_days: f64,
    prior_outcomes: f64,
) -> AuxiliaryColumn {
    let values = days_ago.map(|days| (-days / half_life_days).exp2()).collect();
    AuxiliaryColumn { values, scored_value: 1.0, penalty: 0.25 * prior_outcomes }
}
