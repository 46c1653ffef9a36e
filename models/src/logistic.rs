//! Ridge logistic regression by linfa, and the uncertainty of its logits.

use linfa::{DatasetBase, ParamGuard, traits::Fit};
use linfa_linalg::cholesky::{Cholesky, SolveCInplace};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate};
use serde::{Deserialize, Serialize};

use crate::{
    error::ModelError,
    exact,
    numbers::{mean, sigmoid},
    params::ModelParams,
};

/// Loss still to be gained, in nats over all rows, at which a fit is finished.
const ENOUGH: f64 = 1e-6;
const MOST_STEPS: usize = 10;

/// A fitted regression. Columns are centred on the training rows, so the intercept is the logit of
/// the average offer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Logistic {
    #[serde(with = "exact::number")]
    pub(crate) intercept: f64,
    #[serde(with = "exact::list")]
    pub(crate) coefficients: Vec<f64>,
    #[serde(with = "exact::list")]
    column_means: Vec<f64>,
    /// Lower Cholesky factor of the curvature X'WX + alpha I (the intercept, last, is not
    /// penalised), row by row.
    #[serde(with = "exact::list")]
    factor: Vec<f64>,
}

impl Logistic {
    /// Fits `matrix` (rows by columns, finite) to `hits`.
    ///
    /// # Errors
    /// When there is one outcome only, no column, or the solver fails.
    pub(crate) fn fit(matrix: &Array2<f64>, hits: &[bool], params: &ModelParams) -> Result<Self, ModelError> {
        let rows = hits.len();
        if hits.iter().all(|hit| *hit == hits[0]) {
            let outcome = if hits[0] { "hits" } else { "misses" };
            return Err(ModelError::OneOutcome { rows, outcome });
        }
        let column_means = matrix.mean_axis(Axis(0)).expect("there are two outcomes, so there are rows");
        let centred = matrix - &column_means;
        let start = solve(&centred, hits, params)?;
        let design = concatenate![Axis(1), centred, Array2::ones((rows, 1))];
        let (weights, factor) = polish(&design, hits, start, params.ridge_alpha)?;
        let width = matrix.ncols();
        let fitted = Self {
            intercept: weights[width],
            coefficients: weights.iter().take(width).copied().collect(),
            column_means: column_means.to_vec(),
            factor: (0..=width)
                .flat_map(|row| (0..=row).map(move |column| (row, column)))
                .map(|at| factor[at])
                .collect(),
        };
        ensure_right_way_up(&design.dot(&weights), hits)?;
        Ok(fitted)
    }

    /// Contribution of each column to the logit, against the average training row.
    pub(crate) fn pushes(&self, cells: ArrayView1<'_, f64>) -> Vec<f64> {
        let columns = self.coefficients.iter().zip(&self.column_means).zip(cells);
        columns.map(|((coefficient, mean), cell)| coefficient * (cell - mean)).collect()
    }

    /// Variance of the logit by the Laplace approximation: x' (X'WX + alpha I)^-1 x.
    ///
    /// Source: D. MacKay, The evidence framework applied to classification networks,
    /// Neural Computation 4 (1992). With the factor L of the curvature it is the
    /// squared length of L^-1 x, which cannot be negative.
    pub(crate) fn variance(&self, cells: ArrayView1<'_, f64>) -> f64 {
        let centred = cells.iter().zip(&self.column_means).map(|(cell, mean)| cell - mean);
        let mut solved: Vec<f64> = Vec::with_capacity(self.coefficients.len() + 1);
        let mut start = 0;
        for value in centred.chain([1.0]) {
            let (before, diagonal) = self.factor[start..=start + solved.len()].split_at(solved.len());
            let known: f64 = before.iter().zip(&solved).map(|(cell, part)| cell * part).sum();
            start += solved.len() + 1;
            solved.push((value - known) / diagonal[0]);
        }
        solved.iter().map(|part| part * part).sum()
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self, width: usize) -> bool {
        self.coefficients.len() == width
            && self.column_means.len() == width
            && self.factor.len() == (width + 1) * (width + 2) / 2
    }
}

/// The weights by linfa, intercept last, for the logit of *hit*.
fn solve(centred: &Array2<f64>, hits: &[bool], params: &ModelParams) -> Result<Array1<f64>, ModelError> {
    // linfa's loss is a sum over rows, so its gradient grows with them.
    let tolerance = params.gradient_tolerance * hits.len() as f64;
    let regression = LogisticRegression::default()
        .alpha(params.ridge_alpha)
        .max_iterations(params.max_iterations)
        .gradient_tolerance(tolerance)
        .check()
        .map_err(|error| ModelError::Solver(error.to_string()))?;
    let dataset = DatasetBase::new(centred.view(), Array1::from_iter(hits.iter().copied()));
    let model = regression.fit(&dataset).map_err(|error| ModelError::Solver(error.to_string()))?;
    // linfa calls the more frequent outcome positive, whichever that is.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let weights = model.params().iter().copied().chain([model.intercept()]);
    Ok(weights.map(|weight| sign * weight).collect())
}

/// Newton's steps from near the optimum, and the Cholesky factor of the curvature there.
///
/// The curvature is needed anyway, and a step costs about as much as a few of the
/// solver's iterations, of which the last digits take dozens. Each step tells how much loss it
/// expects to save.
fn polish(
    design: &Array2<f64>,
    hits: &[bool],
    mut weights: Array1<f64>,
    alpha: f64,
) -> Result<(Array1<f64>, Array2<f64>), ModelError> {
    let outcome: Array1<f64> = hits.iter().map(|hit| f64::from(*hit)).collect();
    let mut penalty = Array1::from_elem(design.ncols(), alpha);
    penalty[design.ncols() - 1] = 0.0;
    let mut gap = f64::INFINITY;
    for _ in 0..MOST_STEPS {
        let p = design.dot(&weights).mapv(sigmoid);
        let gradient = design.t().dot(&(&p - &outcome)) + &penalty * &weights;
        let mut curvature = curvature_of(design, &p);
        curvature.diag_mut().zip_mut_with(&penalty, |cell, penalty| *cell += penalty);
        let factor = curvature.cholesky().map_err(|error| ModelError::Curvature(error.to_string()))?;
        let step = curvature
            .solvec_into(gradient.clone().insert_axis(Axis(1)))
            .map_err(|error| ModelError::Curvature(error.to_string()))?
            .remove_axis(Axis(1));
        gap = 0.5 * gradient.dot(&step);
        weights -= &step;
        if gap <= ENOUGH {
            return Ok((weights, factor));
        }
    }
    Err(ModelError::NotConverged { gap })
}

/// X'WX, with W = p (1 - p).
fn curvature_of(design: &Array2<f64>, p: &Array1<f64>) -> Array2<f64> {
    let root_weights = p.mapv(|p| (p * (1.0 - p)).sqrt()).insert_axis(Axis(1));
    let scaled = design * &root_weights;
    scaled.t().dot(&scaled)
}

/// At the optimum the outcomes covary with the logits (their covariance is the
/// penalty plus that of p with the logits), so hits below misses mean a flipped label.
fn ensure_right_way_up(logits: &Array1<f64>, hits: &[bool]) -> Result<(), ModelError> {
    let of = |outcome: bool| {
        let chosen = logits.iter().zip(hits).filter(|(_, hit)| **hit == outcome);
        mean(&chosen.map(|(logit, _)| *logit).collect::<Vec<_>>())
    };
    let (hits, misses) = (of(true), of(false));
    if hits >= misses - 1e-6 { Ok(()) } else { Err(ModelError::UpsideDown { hits, misses }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::SplitMix64;

    fn sample(level: f64) -> (Array2<f64>, Vec<bool>) {
        let mut source = SplitMix64::new(7);
        let matrix = Array2::from_shape_simple_fn((2_000, 2), || 2.0 * source.uniform() - 1.0);
        let hits =
            matrix.rows().into_iter().map(|row| source.uniform() < sigmoid(level + 1.5 * row[0])).collect();
        (matrix, hits)
    }

    #[test]
    fn rare_and_frequent_hits_rise_with_what_helps() {
        for level in [-1.6, 1.6] {
            let (matrix, hits) = sample(level);
            let share = hits.iter().filter(|hit| **hit).count() as f64 / 2_000.0;
            assert!((share - if level < 0.0 { 0.2 } else { 0.8 }).abs() < 0.05, "{share}");
            let fitted = Logistic::fit(&matrix, &hits, &ModelParams::default()).unwrap();
            assert!(fitted.coefficients[0] > 1.0 && fitted.coefficients[1].abs() < 0.3, "{fitted:?}");
            assert!((fitted.intercept - level).abs() < 0.3, "{fitted:?}");
        }
    }

    #[test]
    fn the_optimum_is_exact_and_the_ridge_leaves_the_mean_alone() {
        let (matrix, hits) = sample(-1.0);
        let fitted = Logistic::fit(&matrix, &hits, &ModelParams::default()).unwrap();
        let mut residual = 0.0;
        let mut against_first = 0.0;
        for (row, hit) in matrix.rows().into_iter().zip(&hits) {
            let p = sigmoid(fitted.intercept + fitted.pushes(row).iter().sum::<f64>());
            let rest = f64::from(*hit) - p;
            residual += rest;
            against_first += rest * (row[0] - fitted.column_means[0]);
        }
        assert!(residual.abs() < 1e-6, "{residual}");
        assert!((against_first - 20.0 * fitted.coefficients[0]).abs() < 1e-6, "{against_first}");
    }

    #[test]
    fn the_variance_of_a_lone_intercept_is_known() {
        // Nothing but noise far below the penalty: the variance at the mean is 1 / (n p (1 - p)).
        let matrix = Array2::from_shape_fn((1_000, 1), |(row, _)| if row % 2 == 0 { 1.0 } else { -1.0 });
        let hits: Vec<bool> = (0..1_000).map(|row| row / 2 % 4 == 0).collect();
        let fitted = Logistic::fit(&matrix, &hits, &ModelParams::default()).unwrap();
        let variance = fitted.variance(ndarray::arr1(&[0.0]).view());
        assert!((variance - 1.0 / (1_000.0 * 0.25 * 0.75)).abs() < 1e-6, "{variance}");
        assert!(fitted.variance(ndarray::arr1(&[1.0]).view()) > variance);
    }

    #[test]
    fn one_outcome_is_refused() {
        let error = Logistic::fit(&Array2::ones((3, 1)), &[true; 3], &ModelParams::default()).unwrap_err();
        assert_eq!(error.to_string(), "a regression needs hits and misses, but all `3` rows are hits");
    }
}
