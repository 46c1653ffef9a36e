//! Ridge logistic regression: linfa finds the neighborhood of the optimum, Newton's method the optimum.

use linfa::{DatasetBase, ParamGuard, traits::Fit};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis, s};

use crate::{
    error::ModelError,
    fit::{design::NormalEquations, linear::LinearModel, ridge::RidgeProblem},
    math::functions::{mean, sigmoid, softplus},
    params::ModelParams,
};

/// Expected decrease of the loss, in nats over all rows, at which the fit has converged.
const TOLERANCE: f64 = 1e-6;
const MAX_HESSIANS: usize = 25;
/// A step is slow if the next one expects more than this share of its decrease.
const MAX_RATIO_OF_DECREASES: f64 = 0.2;
/// Decrease of the loss since the Hessian was computed, in nats over all rows, up to which it equals the optimum's.
const MAX_DECREASE_PER_HESSIAN: f64 = 1e-4;
const MAX_HALVINGS: usize = 30;
const MAX_WARM_START_ROWS: usize = 4_000;

/// Fits the rows of `problem` to `hits`.
///
/// # Errors
/// [`ModelError::SingleOutcome`], a failure of the solver, or [`ModelError::InvertedScores`].
pub(crate) fn fit(
    problem: &RidgeProblem<'_>,
    hits: &[bool],
    params: &ModelParams,
) -> Result<LinearModel, ModelError> {
    if hits.iter().all(|hit| *hit == hits[0]) {
        let outcome = if hits[0] { "hits" } else { "misses" };
        return Err(ModelError::SingleOutcome { rows: hits.len(), outcome });
    }
    let start = warm_start(problem, hits, params)?;
    let (coefficients, cholesky_factor) = newton_refine(problem, hits, start)?;
    check_sign(&problem.design.dot(&coefficients), hits)?;
    Ok(LinearModel::new(problem, &coefficients, &cholesky_factor, 1.0, 1.0))
}

/// Coefficients by linfa, for the logit of *hit*; those of terms are zero.
fn warm_start(
    problem: &RidgeProblem<'_>,
    hits: &[bool],
    params: &ModelParams,
) -> Result<Array1<f64>, ModelError> {
    let width = problem.intercept();
    // linfa has one penalty for all columns; a column that is scaled up is penalized less.
    let alpha = params.ridge_alpha;
    let scale = problem.penalty.slice(s![..width]).mapv(|penalty| (alpha / penalty).sqrt());
    let rows = warm_start_rows(hits);
    let dense = problem.design.dense.select(Axis(0), &rows);
    let scaled = &dense.slice(s![.., ..width]) * &scale.view().insert_axis(Axis(0));
    let share = rows.len() as f64 / hits.len() as f64;
    // linfa's loss is a sum over rows, so its gradient grows with them.
    let tolerance = params.gradient_tolerance * rows.len() as f64;
    let regression = LogisticRegression::default()
        .alpha(alpha * share)
        .max_iterations(params.max_iterations)
        .gradient_tolerance(tolerance)
        .check()
        .map_err(|error| ModelError::Solver(error.to_string()))?;
    let dataset = DatasetBase::new(scaled.view(), Array1::from_iter(rows.iter().map(|row| hits[*row])));
    let model = regression.fit(&dataset).map_err(|error| ModelError::Solver(error.to_string()))?;
    // linfa treats the more frequent class as positive.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let mut coefficients = Array1::zeros(problem.design.width());
    coefficients.slice_mut(s![..width]).assign(&(model.params() * &scale * sign));
    coefficients[width] = sign * model.intercept();
    Ok(coefficients)
}

/// A systematic sample of rows, or all rows if the sample has a single outcome.
fn warm_start_rows(hits: &[bool]) -> Vec<usize> {
    let step = hits.len().div_ceil(MAX_WARM_START_ROWS).max(1);
    let sample: Vec<usize> = (0..hits.len()).step_by(step).collect();
    if sample.iter().any(|row| hits[*row]) && sample.iter().any(|row| !hits[*row]) {
        sample
    } else {
        (0..hits.len()).collect()
    }
}

/// The optimum by Newton's method, and the Cholesky factor of the Hessian of the dense columns there.
///
/// A Hessian costs as much as dozens of gradients, so it is used again while steps with it save most of the remaining
/// loss (V. Shamanskii, Ukrainian Mathematical Journal 19, 1967). Terms start at zero, far from their optimum, so a full
/// step may overshoot and is halved then.
fn newton_refine(
    problem: &RidgeProblem<'_>,
    hits: &[bool],
    mut coefficients: Array1<f64>,
) -> Result<(Array1<f64>, Array2<f64>), ModelError> {
    let outcomes: Array1<f64> = hits.iter().map(|hit| f64::from(*hit)).collect();
    let mut logits = problem.design.dot(&coefficients);
    let mut loss = penalized_loss(problem, &logits, &coefficients, hits);
    let mut gap = f64::INFINITY;
    for _ in 0..MAX_HESSIANS {
        // A weight of zero would leave a row out of the Hessian.
        let row_weights = logits.mapv(sigmoid).mapv(|p| (p * (1.0 - p)).max(1e-12));
        let equations = NormalEquations::new(&problem.design, Some(&row_weights), &problem.penalty)?;
        let mut previous_gap = f64::INFINITY;
        let mut decrease = 0.0;
        loop {
            let residuals = logits.mapv(sigmoid) - &outcomes;
            let gradient = problem.design.transposed_dot(&residuals) + &problem.penalty * &coefficients;
            let step = equations.solve(&gradient)?;
            gap = 0.5 * gradient.dot(&step);
            let has_converged = gap <= TOLERANCE;
            let mut step_size = 1.0;
            for _ in 0..MAX_HALVINGS {
                let next = &coefficients - &(&step * step_size);
                let next_logits = problem.design.dot(&next);
                let next_loss = penalized_loss(problem, &next_logits, &next, hits);
                if next_loss <= loss || has_converged {
                    (coefficients, logits, loss) = (next, next_logits, next_loss);
                    break;
                }
                step_size *= 0.5;
            }
            decrease += gap;
            if has_converged && decrease <= MAX_DECREASE_PER_HESSIAN {
                return Ok((coefficients, equations.cholesky_factor));
            }
            if has_converged || step_size < 1.0 || gap > MAX_RATIO_OF_DECREASES * previous_gap {
                break;
            }
            previous_gap = gap;
        }
    }
    Err(ModelError::NotConverged { gap })
}

fn penalized_loss(
    problem: &RidgeProblem<'_>,
    logits: &Array1<f64>,
    coefficients: &Array1<f64>,
    hits: &[bool],
) -> f64 {
    let rows = logits.iter().zip(hits).map(|(logit, hit)| softplus(if *hit { -logit } else { *logit }));
    let ridge = problem.penalty.iter().zip(coefficients);
    let ridge = ridge.map(|(penalty, coefficient)| penalty * coefficient * coefficient);
    rows.sum::<f64>() + 0.5 * ridge.sum::<f64>()
}

/// At the optimum the covariance of outcomes and logits is positive: it is the penalty plus the covariance of p and
/// logits. So hits that score below misses mean a flipped label.
fn check_sign(logits: &Array1<f64>, hits: &[bool]) -> Result<(), ModelError> {
    let mean_logit = |outcome: bool| {
        let rows = logits.iter().zip(hits).filter(|(_, hit)| **hit == outcome);
        mean(&rows.map(|(logit, _)| *logit).collect::<Vec<_>>())
    };
    let (hits, misses) = (mean_logit(true), mean_logit(false));
    if hits >= misses - 1e-6 { Ok(()) } else { Err(ModelError::InvertedScores { hits, misses }) }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{fit::ridge::RidgePenalty, preprocess::sparse::SparseMatrix};

    fn fitted(matrix: &Array2<f64>, hits: &[bool]) -> LinearModel {
        let terms = SparseMatrix::empty(hits.len());
        let ridge = RidgePenalty { columns: 20.0, terms: 1.0 };
        let problem = RidgeProblem::new(matrix, &vec![1.0; matrix.ncols()], &terms, &[], ridge);
        fit(&problem, hits, &ModelParams::default()).unwrap()
    }

    fn sample(level: f64) -> (Array2<f64>, Vec<bool>) {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let matrix = Array2::from_shape_simple_fn((2_000, 2), || 2.0 * rng.random::<f64>() - 1.0);
        let rows = matrix.rows().into_iter();
        let hits = rows.map(|row| rng.random::<f64>() < sigmoid(level + 1.5 * row[0])).collect();
        (matrix, hits)
    }

    #[test]
    fn coefficients_are_recovered_for_rare_and_frequent_hits() {
        for level in [-1.6, 1.6] {
            let (matrix, hits) = sample(level);
            let share = hits.iter().filter(|hit| **hit).count() as f64 / 2_000.0;
            assert!((share - if level < 0.0 { 0.2 } else { 0.8 }).abs() < 0.05, "{share}");
            let fitted = fitted(&matrix, &hits);
            assert!(fitted.coefficients[0] > 1.0 && fitted.coefficients[1].abs() < 0.3, "{fitted:?}");
            assert!((fitted.intercept - level).abs() < 0.3, "{fitted:?}");
        }
    }

    #[test]
    fn the_optimum_is_exact_and_the_intercept_not_penalized() {
        let (matrix, hits) = sample(-1.0);
        let fitted = fitted(&matrix, &hits);
        let mut residuals = 0.0;
        let mut gradient = 0.0;
        for (row, hit) in matrix.rows().into_iter().zip(&hits) {
            let p = sigmoid(fitted.intercept + fitted.contributions(row).iter().sum::<f64>());
            let residual = f64::from(*hit) - p;
            residuals += residual;
            gradient += residual * fitted.contributions(row)[0] / fitted.coefficients[0];
        }
        assert!(residuals.abs() < 1e-6, "{residuals}");
        assert!((gradient - 20.0 * fitted.coefficients[0]).abs() < 1e-6, "{gradient}");
    }

    #[test]
    fn the_variance_of_a_lone_intercept_is_known() {
        // Noise far below the penalty: the variance at the mean is 1 / (n p (1 - p)).
        let matrix = Array2::from_shape_fn((1_000, 1), |(row, _)| if row % 2 == 0 { 1.0 } else { -1.0 });
        let hits: Vec<bool> = (0..1_000).map(|row| row / 2 % 4 == 0).collect();
        let fitted = fitted(&matrix, &hits);
        let variance = fitted.variance(ndarray::arr1(&[0.0]).view());
        assert!((variance - 1.0 / (1_000.0 * 0.25 * 0.75)).abs() < 1e-6, "{variance}");
        assert!(fitted.variance(ndarray::arr1(&[1.0]).view()) > variance);
    }

    #[test]
    fn a_single_outcome_is_refused() {
        let terms = SparseMatrix::empty(3);
        let ridge = RidgePenalty { columns: 1.0, terms: 1.0 };
        let problem = RidgeProblem::new(&Array2::ones((3, 1)), &[1.0], &terms, &[], ridge);
        let error = fit(&problem, &[true; 3], &ModelParams::default()).unwrap_err();
        assert_eq!(error.to_string(), "a regression needs hits and misses, but all `3` rows are hits");
    }
}
