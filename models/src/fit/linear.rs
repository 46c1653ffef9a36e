//! Linear model: contributions of columns and terms to a linear predictor, and its variance.

use ndarray::{Array1, Array2, ArrayView1};
use serde::{Deserialize, Serialize};

use crate::{fit::ridge::RidgeProblem, preprocess::sparse::SparseMatrix};

/// Columns are centered on the training rows, so the intercept is the linear predictor of the average offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LinearModel {
    pub(crate) intercept: f64,
    pub(crate) coefficients: Vec<f64>,
    column_means: Vec<f64>,
    term_coefficients: Vec<f64>,
    /// Contribution of the terms of the average training row.
    mean_term_contribution: f64,
    /// Centered values of a scored offer in the auxiliary columns.
    scored_values: Vec<f64>,
    /// Lower Cholesky factor of the Hessian of the dense columns, row by row. The intercept, last, is not penalized.
    cholesky_factor: Vec<f64>,
    /// Factor on the inverse Hessian.
    variance_factor: f64,
}

impl LinearModel {
    /// A model whose linear predictor is `scale` times that of `coefficients`, whose covariance is `variance_factor`
    /// times the inverse Hessian.
    pub(crate) fn new(
        problem: &RidgeProblem<'_>,
        coefficients: &Array1<f64>,
        cholesky_factor: &Array2<f64>,
        scale: f64,
        variance_factor: f64,
    ) -> Self {
        let (columns, intercept) = (problem.column_means.len(), problem.intercept());
        let term_coefficients: Vec<f64> =
            coefficients.iter().skip(intercept + 1).map(|coefficient| scale * coefficient).collect();
        let contributions = problem.design.terms.rows().map(|row| sum_of_terms(&term_coefficients, row));
        let mean_term_contribution = contributions.sum::<f64>() / problem.design.rows() as f64;
        let auxiliary = problem.scored_values.iter().zip(coefficients.iter().skip(columns));
        let auxiliary: f64 = auxiliary.map(|(value, coefficient)| value * coefficient).sum();
        Self {
            intercept: scale * (coefficients[intercept] + auxiliary) + mean_term_contribution,
            coefficients: coefficients.iter().take(columns).map(|coefficient| scale * coefficient).collect(),
            column_means: problem.column_means.clone(),
            term_coefficients,
            mean_term_contribution,
            scored_values: problem.scored_values.clone(),
            cholesky_factor: (0..=intercept)
                .flat_map(|row| (0..=row).map(move |column| (row, column)))
                .map(|cell| cholesky_factor[cell])
                .collect(),
            variance_factor: scale * scale * variance_factor,
        }
    }

    /// Contribution of each column, relative to the average training row.
    pub(crate) fn contributions(&self, cells: ArrayView1<'_, f64>) -> Vec<f64> {
        let columns = self.coefficients.iter().zip(&self.column_means).zip(cells);
        columns.map(|((coefficient, mean), cell)| coefficient * (cell - mean)).collect()
    }

    /// Contribution of all terms of a row, relative to the average training row.
    pub(crate) fn text_contribution(&self, terms: &[(usize, f64)]) -> f64 {
        sum_of_terms(&self.term_coefficients, terms) - self.mean_term_contribution
    }

    /// Contribution of each term of a row.
    pub(crate) fn term_contributions(&self, terms: &[(usize, f64)]) -> Vec<f64> {
        terms.iter().map(|(term, cell)| self.term_coefficients[*term] * cell).collect()
    }

    /// Linear predictor of each row.
    pub(crate) fn predict(&self, matrix: &Array2<f64>, terms: &SparseMatrix) -> Vec<f64> {
        let coefficients = ArrayView1::from(&self.coefficients);
        let base = self.intercept - coefficients.dot(&ArrayView1::from(&self.column_means));
        let dense = matrix.dot(&coefficients);
        let rows = dense.iter().zip(terms.rows());
        rows.map(|(value, terms)| base + value + self.text_contribution(terms)).collect()
    }

    /// Variance of the linear predictor by the Laplace approximation, x' (X'WX + P)^-1 x. The terms are left out, so it
    /// is slightly too small for a row with text.
    ///
    /// Source: D. MacKay, The evidence framework applied to classification networks, Neural Computation 4 (1992). With
    /// the Cholesky factor L of the Hessian it is the squared length of L^-1 x, which cannot be negative.
    pub(crate) fn variance(&self, cells: ArrayView1<'_, f64>) -> f64 {
        let centered = cells.iter().zip(&self.column_means).map(|(cell, mean)| cell - mean);
        let mut solved: Vec<f64> = Vec::with_capacity(self.coefficients.len() + self.scored_values.len() + 1);
        let mut start = 0;
        for value in centered.chain(self.scored_values.iter().copied()).chain([1.0]) {
            let row = &self.cholesky_factor[start..=start + solved.len()];
            let (left, diagonal) = row.split_at(solved.len());
            let known: f64 = left.iter().zip(&solved).map(|(cell, solution)| cell * solution).sum();
            start += solved.len() + 1;
            solved.push((value - known) / diagonal[0]);
        }
        self.variance_factor * solved.iter().map(|solution| solution * solution).sum::<f64>()
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self, columns: usize, terms: usize) -> bool {
        let width = columns + self.scored_values.len();
        self.coefficients.len() == columns
            && self.column_means.len() == columns
            && self.term_coefficients.len() == terms
            && self.cholesky_factor.len() == (width + 1) * (width + 2) / 2
    }
}

fn sum_of_terms(coefficients: &[f64], terms: &[(usize, f64)]) -> f64 {
    terms.iter().map(|(term, cell)| coefficients[*term] * cell).sum()
}
