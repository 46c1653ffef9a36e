//! A fitted linear score: what each column and each word adds to a logit, and how well that is known.

use ndarray::{Array1, Array2, ArrayView1, Axis, s};
use serde::{Deserialize, Serialize};

use crate::{design::Design, exact, words::Sparse};

/// A column beside the prepared ones: it helps the fit, and has one value for every offer that is scored.
pub(crate) struct Extra {
    /// One cell a row.
    pub(crate) cells: Vec<f64>,
    /// The cell of a scored offer.
    pub(crate) when_scored: f64,
    pub(crate) penalty: f64,
}

/// Centred columns of training rows, with their penalties.
pub(crate) struct Frame<'a> {
    pub(crate) design: Design<'a>,
    pub(crate) penalty: Array1<f64>,
    means: Vec<f64>,
    /// The cells of a scored offer in the extra columns, centred.
    scored: Vec<f64>,
}

/// Penalties of the prepared columns and of the words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ridge {
    pub(crate) columns: f64,
    pub(crate) words: f64,
}

impl<'a> Frame<'a> {
    /// At least one row; `strengths` are multiples of the ridge, one a column of `matrix`.
    pub(crate) fn new(
        matrix: &Array2<f64>,
        strengths: &[f64],
        words: &'a Sparse,
        extras: &[Extra],
        ridge: Ridge,
    ) -> Self {
        let (rows, columns) = matrix.dim();
        let width = columns + extras.len();
        let mut dense = Array2::ones((rows, width + 1));
        dense.slice_mut(s![.., ..columns]).assign(matrix);
        for (place, extra) in extras.iter().enumerate() {
            dense.column_mut(columns + place).assign(&ArrayView1::from(&extra.cells));
        }
        // Row by row, as the cells lie.
        let mut own = dense.slice_mut(s![.., ..width]);
        let means = own.sum_axis(Axis(0)) / rows as f64;
        own -= &means;
        let mut means = means.to_vec();
        let scored = extras.iter().zip(&means[columns..]).map(|(extra, mean)| extra.when_scored - mean);
        let scored = scored.collect();
        means.truncate(columns);
        let mut penalty = Array1::from_elem(width + 1 + words.width(), ridge.words);
        for (penalty, strength) in penalty.iter_mut().zip(strengths) {
            *penalty = ridge.columns * strength;
        }
        for (place, extra) in extras.iter().enumerate() {
            penalty[columns + place] = extra.penalty;
        }
        penalty[width] = 0.0;
        Self { design: Design { dense, words }, penalty, means, scored }
    }

    /// Place of the intercept among the weights.
    pub(crate) fn intercept(&self) -> usize {
        self.means.len() + self.scored.len()
    }
}

/// Columns are centred on the training rows, so the intercept is the logit of the average offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Regression {
    #[serde(with = "exact::number")]
    pub(crate) intercept: f64,
    #[serde(with = "exact::list")]
    pub(crate) coefficients: Vec<f64>,
    #[serde(with = "exact::list")]
    column_means: Vec<f64>,
    #[serde(with = "exact::list")]
    words: Vec<f64>,
    /// What the words of the average training row add.
    #[serde(with = "exact::number")]
    word_mean: f64,
    #[serde(with = "exact::list")]
    scored: Vec<f64>,
    /// Lower Cholesky factor of the curvature of the dense columns (the intercept, last, is not penalised), row by row.
    #[serde(with = "exact::list")]
    factor: Vec<f64>,
    /// What the inverse curvature is to be multiplied by.
    #[serde(with = "exact::number")]
    variance: f64,
}

impl Regression {
    /// `weights` and the coefficients' inverse curvature times `variance`, both for logits times `scale`.
    pub(crate) fn new(
        frame: &Frame<'_>,
        weights: &Array1<f64>,
        factor: &Array2<f64>,
        scale: f64,
        variance: f64,
    ) -> Self {
        let (columns, end) = (frame.means.len(), frame.intercept());
        let words: Vec<f64> = weights.iter().skip(end + 1).map(|weight| scale * weight).collect();
        let pushes = frame.design.words.rows().map(|row| word_push(&words, row));
        let word_mean = pushes.sum::<f64>() / frame.design.rows() as f64;
        let extras = frame.scored.iter().zip(weights.iter().skip(columns));
        let extra: f64 = extras.map(|(cell, weight)| cell * weight).sum();
        Self {
            intercept: scale * (weights[end] + extra) + word_mean,
            coefficients: weights.iter().take(columns).map(|weight| scale * weight).collect(),
            column_means: frame.means.clone(),
            words,
            word_mean,
            scored: frame.scored.clone(),
            factor: (0..=end)
                .flat_map(|row| (0..=row).map(move |column| (row, column)))
                .map(|at| factor[at])
                .collect(),
            variance: scale * scale * variance,
        }
    }

    /// Contribution of each column to the logit, against the average training row.
    pub(crate) fn pushes(&self, cells: ArrayView1<'_, f64>) -> Vec<f64> {
        let columns = self.coefficients.iter().zip(&self.column_means).zip(cells);
        columns.map(|((coefficient, mean), cell)| coefficient * (cell - mean)).collect()
    }

    /// Contribution of a row's words together, against the average training row.
    pub(crate) fn word_push(&self, words: &[(usize, f64)]) -> f64 {
        word_push(&self.words, words) - self.word_mean
    }

    /// Contribution of each of a row's words.
    pub(crate) fn word_pushes(&self, words: &[(usize, f64)]) -> Vec<f64> {
        words.iter().map(|(word, cell)| self.words[*word] * cell).collect()
    }

    /// The line of each row: its logit, unless a link says otherwise.
    pub(crate) fn lines(&self, matrix: &Array2<f64>, words: &Sparse) -> Vec<f64> {
        let coefficients = ArrayView1::from(&self.coefficients);
        let base = self.intercept - coefficients.dot(&ArrayView1::from(&self.column_means));
        let dense = matrix.dot(&coefficients);
        let rows = dense.iter().zip(words.rows());
        rows.map(|(value, words)| base + value + self.word_push(words)).collect()
    }

    /// Variance of the logit by the Laplace approximation: x' (X'WX + P)^-1 x. Words are left out, so where
    /// there are any it is a little too small.
    ///
    /// Source: D. MacKay, The evidence framework applied to classification networks,
    /// Neural Computation 4 (1992). With the factor L of the curvature it is the
    /// squared length of L^-1 x, which cannot be negative.
    pub(crate) fn variance(&self, cells: ArrayView1<'_, f64>) -> f64 {
        let centred = cells.iter().zip(&self.column_means).map(|(cell, mean)| cell - mean);
        let mut solved: Vec<f64> = Vec::with_capacity(self.coefficients.len() + self.scored.len() + 1);
        let mut start = 0;
        for value in centred.chain(self.scored.iter().copied()).chain([1.0]) {
            let (before, diagonal) = self.factor[start..=start + solved.len()].split_at(solved.len());
            let known: f64 = before.iter().zip(&solved).map(|(cell, part)| cell * part).sum();
            start += solved.len() + 1;
            solved.push((value - known) / diagonal[0]);
        }
        self.variance * solved.iter().map(|part| part * part).sum::<f64>()
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self, columns: usize, words: usize) -> bool {
        let width = columns + self.scored.len();
        self.coefficients.len() == columns
            && self.column_means.len() == columns
            && self.words.len() == words
            && self.factor.len() == (width + 1) * (width + 2) / 2
    }
}

fn word_push(weights: &[f64], words: &[(usize, f64)]) -> f64 {
    words.iter().map(|(word, cell)| weights[*word] * cell).sum()
}

/// How far back each row lies, as a column that follows recent outcomes: 2^(-age / half-life), and 1 for
/// an offer that is scored.
pub(crate) fn drift(days_ago: impl Iterator<Item = f64>, half_life_days: f64, outcomes: f64) -> Extra {
    let cells = days_ago.map(|days| (-days / half_life_days).exp2()).collect();
    // So many outcomes at even odds say that nothing has moved.
    Extra { cells, when_scored: 1.0, penalty: 0.25 * outcomes }
}

/// Rows of a matrix at these places.
pub(crate) fn rows_of(matrix: &Array2<f64>, rows: &[usize]) -> Array2<f64> {
    matrix.select(Axis(0), rows)
}
