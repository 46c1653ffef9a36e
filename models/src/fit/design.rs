//! Design matrix of dense columns and terms, and its weighted normal equations.

use linfa_linalg::{
    LinalgError,
    cholesky::Cholesky,
    triangular::{SolveTriangularInplace, UPLO},
};
use ndarray::{Array1, Array2, Axis, s};

use crate::{error::ModelError, preprocess::sparse::SparseMatrix};

const MAX_ITERATIONS: usize = 400;
/// Largest residual of a solution, relative to the right side, both squared in the preconditioner's norm.
const TOLERANCE: f64 = 1e-16;

/// Rows of dense cells and of terms. The last dense column is the intercept's ones. Coefficients are one list: those of
/// the dense columns, then those of the terms.
pub(crate) struct Design<'a> {
    pub(crate) dense: Array2<f64>,
    pub(crate) terms: &'a SparseMatrix,
}

impl Design<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.dense.nrows()
    }

    pub(crate) fn width(&self) -> usize {
        self.dense.ncols() + self.terms.width()
    }

    /// X b.
    pub(crate) fn dot(&self, coefficients: &Array1<f64>) -> Array1<f64> {
        let columns = self.dense.ncols();
        let mut out = self.dense.dot(&coefficients.slice(s![..columns]));
        if self.terms.width() > 0 {
            for (value, row) in out.iter_mut().zip(self.terms.rows()) {
                *value += row.iter().map(|(term, cell)| cell * coefficients[columns + term]).sum::<f64>();
            }
        }
        out
    }

    /// X' r.
    pub(crate) fn transposed_dot(&self, rows: &Array1<f64>) -> Array1<f64> {
        let columns = self.dense.ncols();
        let mut out = Array1::zeros(self.width());
        // In the order of memory: a product with the transposed matrix would jump from row to row.
        let mut dense = out.slice_mut(s![..columns]);
        for (value, row) in rows.iter().zip(self.dense.rows()) {
            dense.scaled_add(*value, &row);
        }
        if self.terms.width() > 0 {
            for (value, row) in rows.iter().zip(self.terms.rows()) {
                for (term, cell) in row {
                    out[columns + term] += cell * value;
                }
            }
        }
        out
    }
}

/// The matrix X'WX + P of a design, row weights W and a diagonal penalty P.
pub(crate) struct NormalEquations<'a> {
    design: &'a Design<'a>,
    /// Row weights; `None` for ones.
    weights: Option<&'a Array1<f64>>,
    penalty: &'a Array1<f64>,
    dense: Array2<f64>,
    /// Block of dense columns by terms.
    cross: Array2<f64>,
    /// Lower Cholesky factor of the dense block.
    pub(crate) cholesky_factor: Array2<f64>,
    term_diagonal: Array1<f64>,
}

impl<'a> NormalEquations<'a> {
    /// # Errors
    /// [`ModelError::NotPositiveDefinite`] for the dense block.
    pub(crate) fn new(
        design: &'a Design<'a>,
        weights: Option<&'a Array1<f64>>,
        penalty: &'a Array1<f64>,
    ) -> Result<Self, ModelError> {
        let columns = design.dense.ncols();
        let mut dense = match weights {
            Some(weights) => {
                let scaled = &design.dense * &weights.mapv(f64::sqrt).insert_axis(Axis(1));
                scaled.t().dot(&scaled)
            }
            None => design.dense.t().dot(&design.dense),
        };
        dense.diag_mut().zip_mut_with(&penalty.slice(s![..columns]), |cell, penalty| *cell += penalty);
        let cholesky_factor = dense.cholesky().map_err(not_positive_definite)?;
        let mut cross = Array2::zeros((columns, design.terms.width()));
        let mut term_diagonal = penalty.slice(s![columns..]).to_owned();
        if design.terms.width() > 0 {
            // Transposed, so that the cells of a term are contiguous.
            let mut by_term = Array2::<f64>::zeros((design.terms.width(), columns));
            for (row, cells) in design.terms.rows().enumerate() {
                let weight = weights.map_or(1.0, |weights| weights[row]);
                for (term, cell) in cells {
                    by_term.row_mut(*term).scaled_add(weight * cell, &design.dense.row(row));
                    term_diagonal[*term] += weight * cell * cell;
                }
            }
            cross = by_term.reversed_axes();
        }
        Ok(Self { design, weights, penalty, dense, cross, cholesky_factor, term_diagonal })
    }

    /// Conjugate gradients, preconditioned by the inverse of the dense block and the diagonal of the terms (M. Hestenes
    /// and E. Stiefel, Journal of Research of the NBS 49, 1952). Without terms the first step is exact.
    ///
    /// # Errors
    /// [`ModelError::NotPositiveDefinite`] if the factor cannot be used.
    pub(crate) fn solve(&self, right: &Array1<f64>) -> Result<Array1<f64>, ModelError> {
        let mut solution = self.precondition(right)?;
        if self.cross.ncols() == 0 {
            return Ok(solution);
        }
        let mut residual = right - &self.dot(&solution);
        let mut preconditioned = self.precondition(&residual)?;
        let mut direction = preconditioned.clone();
        let mut squared_norm = residual.dot(&preconditioned);
        let tolerance = TOLERANCE * right.dot(&self.precondition(right)?);
        for _ in 0..MAX_ITERATIONS {
            if squared_norm <= tolerance {
                break;
            }
            let product = self.dot(&direction);
            let step = squared_norm / direction.dot(&product);
            solution.scaled_add(step, &direction);
            residual.scaled_add(-step, &product);
            preconditioned = self.precondition(&residual)?;
            let next = residual.dot(&preconditioned);
            direction = &preconditioned + &(&direction * (next / squared_norm));
            squared_norm = next;
        }
        Ok(solution)
    }

    fn precondition(&self, right: &Array1<f64>) -> Result<Array1<f64>, ModelError> {
        let columns = self.dense.ncols();
        let dense = right.slice(s![..columns]).to_owned().insert_axis(Axis(1));
        let factor = &self.cholesky_factor;
        let half = factor.solve_triangular_into(dense, UPLO::Lower).map_err(not_positive_definite)?;
        let whole = factor.t().solve_triangular_into(half, UPLO::Upper).map_err(not_positive_definite)?;
        let mut out = Array1::zeros(right.len());
        out.slice_mut(s![..columns]).assign(&whole.column(0));
        out.slice_mut(s![columns..]).assign(&(&right.slice(s![columns..]) / &self.term_diagonal));
        Ok(out)
    }

    fn dot(&self, vector: &Array1<f64>) -> Array1<f64> {
        let columns = self.dense.ncols();
        let (dense, terms) = (vector.slice(s![..columns]), vector.slice(s![columns..]));
        let mut out = Array1::zeros(vector.len());
        out.slice_mut(s![..columns]).assign(&(self.dense.dot(&dense) + self.cross.dot(&terms)));
        let mut term_part = self.cross.t().dot(&dense) + &self.penalty.slice(s![columns..]) * &terms;
        for (row, cells) in self.design.terms.rows().enumerate() {
            let value: f64 = cells.iter().map(|(term, cell)| cell * terms[*term]).sum();
            let value = value * self.weights.map_or(1.0, |weights| weights[row]);
            for (term, cell) in cells {
                term_part[*term] += cell * value;
            }
        }
        out.slice_mut(s![columns..]).assign(&term_part);
        out
    }
}

fn not_positive_definite(error: LinalgError) -> ModelError {
    ModelError::NotPositiveDefinite(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{preprocess::text::TextVectorizer, testing::TableBuilder};

    #[test]
    fn solutions_satisfy_the_normal_equations() {
        let titles: Vec<&'static str> =
            (0..90).map(|row| &*format!("w{} x{} y{row}", row % 7, row % 11).leak()).collect();
        let table = TableBuilder::new(90).category("title", |row| Some(titles[row])).build();
        let terms = TextVectorizer::fit(&table).unwrap().transform(&table);
        let dense = Array2::from_shape_fn((90, 3), |(row, column)| match column {
            2 => 1.0,
            _ => ((row * (column + 3)) % 13) as f64 / 13.0 - 0.5,
        });
        let design = Design { dense, terms: &terms };
        let weights = Array1::from_shape_fn(90, |row| 0.1 + (row % 5) as f64);
        let mut penalty = Array1::from_elem(design.width(), 2.0);
        penalty[2] = 0.0;
        let equations = NormalEquations::new(&design, Some(&weights), &penalty).unwrap();
        let right = Array1::from_shape_fn(design.width(), |index| (index % 4) as f64 - 1.5);
        let solution = equations.solve(&right).unwrap();
        let back = design.transposed_dot(&(&weights * &design.dot(&solution))) + &penalty * &solution;
        for (found, expected) in back.iter().zip(&right) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
