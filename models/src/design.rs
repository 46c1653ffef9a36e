//! The columns of a regression, dense ones and words, and its weighted normal equations.

use linfa_linalg::{
    cholesky::Cholesky,
    triangular::{SolveTriangularInplace, UPLO},
};
use ndarray::{Array1, Array2, Axis, s};

use crate::{error::ModelError, words::Sparse};

const MOST_STEPS: usize = 400;
/// A solution is good when what is left of the right side is this small a part of it, in the preconditioner's norm.
const TOLERANCE: f64 = 1e-16;

/// Rows of dense cells (the last column is the intercept's ones) and of words. Weights are one list: those of
/// the dense columns, then those of the words.
pub(crate) struct Design<'a> {
    pub(crate) dense: Array2<f64>,
    pub(crate) words: &'a Sparse,
}

impl Design<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.dense.nrows()
    }

    pub(crate) fn width(&self) -> usize {
        self.dense.ncols() + self.words.width()
    }

    /// X w.
    pub(crate) fn dot(&self, weights: &Array1<f64>) -> Array1<f64> {
        let columns = self.dense.ncols();
        let mut out = self.dense.dot(&weights.slice(s![..columns]));
        if self.words.width() > 0 {
            for (value, row) in out.iter_mut().zip(self.words.rows()) {
                *value += row.iter().map(|(word, cell)| cell * weights[columns + word]).sum::<f64>();
            }
        }
        out
    }

    /// X' r.
    pub(crate) fn transposed_dot(&self, rows: &Array1<f64>) -> Array1<f64> {
        let columns = self.dense.ncols();
        let mut out = Array1::zeros(self.width());
        // Row by row, as the cells lie: a product with the transposed matrix jumps from row to row.
        let mut dense = out.slice_mut(s![..columns]);
        for (value, row) in rows.iter().zip(self.dense.rows()) {
            dense.scaled_add(*value, &row);
        }
        if self.words.width() > 0 {
            for (value, row) in rows.iter().zip(self.words.rows()) {
                for (word, cell) in row {
                    out[columns + word] += cell * value;
                }
            }
        }
        out
    }
}

/// (X'WX + P) of a design, row weights W and a diagonal penalty P, ready to be solved.
pub(crate) struct Normal<'a> {
    design: &'a Design<'a>,
    /// Row weights; ones where `None`.
    weights: Option<&'a Array1<f64>>,
    penalty: &'a Array1<f64>,
    dense: Array2<f64>,
    /// Dense columns by words.
    crossed: Array2<f64>,
    /// Lower Cholesky factor of the dense block.
    pub(crate) factor: Array2<f64>,
    word_diagonal: Array1<f64>,
}

impl<'a> Normal<'a> {
    /// # Errors
    /// [`ModelError::Curvature`] when the dense block is not positive definite.
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
        let factor = dense.cholesky().map_err(|error| ModelError::Curvature(error.to_string()))?;
        let mut crossed = Array2::zeros((columns, design.words.width()));
        let mut word_diagonal = penalty.slice(s![columns..]).to_owned();
        if design.words.width() > 0 {
            // Word by word is contiguous in the transposed matrix.
            let mut by_word = Array2::<f64>::zeros((design.words.width(), columns));
            for (row, cells) in design.words.rows().enumerate() {
                let weight = weights.map_or(1.0, |weights| weights[row]);
                for (word, cell) in cells {
                    by_word.row_mut(*word).scaled_add(weight * cell, &design.dense.row(row));
                    word_diagonal[*word] += weight * cell * cell;
                }
            }
            crossed = by_word.reversed_axes();
        }
        Ok(Self { design, weights, penalty, dense, crossed, factor, word_diagonal })
    }

    /// Conjugate gradients, preconditioned by the dense block's inverse and the words' diagonal (M. Hestenes and
    /// E. Stiefel, Journal of Research of the NBS 49, 1952). Without words the first step is exact.
    ///
    /// # Errors
    /// [`ModelError::Curvature`] when the factor cannot be used.
    pub(crate) fn solve(&self, right: &Array1<f64>) -> Result<Array1<f64>, ModelError> {
        let mut solution = self.precondition(right)?;
        if self.crossed.ncols() == 0 {
            return Ok(solution);
        }
        let mut rest = right - &self.times(&solution);
        let mut image = self.precondition(&rest)?;
        let mut direction = image.clone();
        let mut length = rest.dot(&image);
        let enough = TOLERANCE * right.dot(&self.precondition(right)?);
        for _ in 0..MOST_STEPS {
            if length <= enough {
                break;
            }
            let product = self.times(&direction);
            let step = length / direction.dot(&product);
            solution.scaled_add(step, &direction);
            rest.scaled_add(-step, &product);
            image = self.precondition(&rest)?;
            let next = rest.dot(&image);
            direction = &image + &(&direction * (next / length));
            length = next;
        }
        Ok(solution)
    }

    fn precondition(&self, right: &Array1<f64>) -> Result<Array1<f64>, ModelError> {
        let columns = self.dense.ncols();
        let failed = |error: linfa_linalg::LinalgError| ModelError::Curvature(error.to_string());
        let dense = right.slice(s![..columns]).to_owned().insert_axis(Axis(1));
        let half = self.factor.solve_triangular_into(dense, UPLO::Lower).map_err(failed)?;
        let whole = self.factor.t().solve_triangular_into(half, UPLO::Upper).map_err(failed)?;
        let mut out = Array1::zeros(right.len());
        out.slice_mut(s![..columns]).assign(&whole.column(0));
        out.slice_mut(s![columns..]).assign(&(&right.slice(s![columns..]) / &self.word_diagonal));
        Ok(out)
    }

    fn times(&self, vector: &Array1<f64>) -> Array1<f64> {
        let columns = self.dense.ncols();
        let (dense, words) = (vector.slice(s![..columns]), vector.slice(s![columns..]));
        let mut out = Array1::zeros(vector.len());
        out.slice_mut(s![..columns]).assign(&(self.dense.dot(&dense) + self.crossed.dot(&words)));
        let mut of_words = self.crossed.t().dot(&dense) + &self.penalty.slice(s![columns..]) * &words;
        for (row, cells) in self.design.words.rows().enumerate() {
            let value: f64 = cells.iter().map(|(word, cell)| cell * words[*word]).sum();
            let value = value * self.weights.map_or(1.0, |weights| weights[row]);
            for (word, cell) in cells {
                of_words[*word] += cell * value;
            }
        }
        out.slice_mut(s![columns..]).assign(&of_words);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing::TableBuilder, words::Words};

    #[test]
    fn words_and_columns_solve_their_normal_equations() {
        let titles: Vec<&'static str> =
            (0..90).map(|row| &*format!("w{} x{} y{row}", row % 7, row % 11).leak()).collect();
        let table = TableBuilder::new(90).category("title", |row| Some(titles[row])).build();
        let words = Words::fit(&table).unwrap().transform(&table);
        let dense = Array2::from_shape_fn((90, 3), |(row, column)| match column {
            2 => 1.0,
            _ => ((row * (column + 3)) % 13) as f64 / 13.0 - 0.5,
        });
        let design = Design { dense, words: &words };
        let weights = Array1::from_shape_fn(90, |row| 0.1 + (row % 5) as f64);
        let mut penalty = Array1::from_elem(design.width(), 2.0);
        penalty[2] = 0.0;
        let normal = Normal::new(&design, Some(&weights), &penalty).unwrap();
        let right = Array1::from_shape_fn(design.width(), |place| (place % 4) as f64 - 1.5);
        let solution = normal.solve(&right).unwrap();
        let back = design.transposed_dot(&(&weights * &design.dot(&solution))) + &penalty * &solution;
        for (found, expected) in back.iter().zip(&right) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
