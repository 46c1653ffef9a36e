//! Ridge logistic regression: started by linfa, finished by Newton's method.

use linfa::{DatasetBase, ParamGuard, traits::Fit};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis, s};

use crate::{
    design::Normal,
    error::ModelError,
    numbers::{mean, sigmoid, softplus},
    params::ModelParams,
    regression::{Frame, Regression},
};

/// Loss still to be gained, in nats over all rows, at which a fit is finished.
const ENOUGH: f64 = 1e-6;
const MOST_CURVATURES: usize = 25;
/// A step that leaves more than this part of what was left is a slow one.
const SLOW: f64 = 0.2;
/// Loss saved since a curvature was taken, in nats over all rows, at which it still is the optimum's.
const SAME_CURVATURE: f64 = 1e-4;
const MOST_HALVINGS: usize = 30;
const MOST_ROWS_TO_BEGIN: usize = 4_000;

/// Fits the rows of `frame` to `hits`.
///
/// # Errors
/// When there is one outcome only or the solver fails, and [`ModelError::UpsideDown`].
pub(crate) fn fit(frame: &Frame<'_>, hits: &[bool], params: &ModelParams) -> Result<Regression, ModelError> {
    if hits.iter().all(|hit| *hit == hits[0]) {
        let outcome = if hits[0] { "hits" } else { "misses" };
        return Err(ModelError::OneOutcome { rows: hits.len(), outcome });
    }
    let start = solve(frame, hits, params)?;
    let (weights, factor) = polish(frame, hits, start)?;
    ensure_right_way_up(&frame.design.dot(&weights), hits)?;
    Ok(Regression::new(frame, &weights, &factor, 1.0, 1.0))
}

/// The weights by linfa, for the logit of *hit*; those of words are zero.
fn solve(frame: &Frame<'_>, hits: &[bool], params: &ModelParams) -> Result<Array1<f64>, ModelError> {
    let width = frame.intercept();
    // linfa knows one penalty for all: a column that is scaled up is penalised less.
    let alpha = params.ridge_alpha;
    let scale = frame.penalty.slice(s![..width]).mapv(|penalty| (alpha / penalty).sqrt());
    // A part of the rows is enough to begin with.
    let rows = sample(hits);
    let dense = frame.design.dense.select(Axis(0), &rows);
    let scaled = &dense.slice(s![.., ..width]) * &scale.view().insert_axis(Axis(0));
    let part = rows.len() as f64 / hits.len() as f64;
    // linfa's loss is a sum over rows, so its gradient grows with them.
    let tolerance = params.gradient_tolerance * rows.len() as f64;
    let regression = LogisticRegression::default()
        .alpha(alpha * part)
        .max_iterations(params.max_iterations)
        .gradient_tolerance(tolerance)
        .check()
        .map_err(|error| ModelError::Solver(error.to_string()))?;
    let dataset = DatasetBase::new(scaled.view(), Array1::from_iter(rows.iter().map(|row| hits[*row])));
    let model = regression.fit(&dataset).map_err(|error| ModelError::Solver(error.to_string()))?;
    // linfa calls the more frequent outcome positive, whichever that is.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let mut weights = Array1::zeros(frame.design.width());
    weights.slice_mut(s![..width]).assign(&(model.params() * &scale * sign));
    weights[width] = sign * model.intercept();
    Ok(weights)
}

/// Rows at even distances, or all of them where such a part has one outcome only.
fn sample(hits: &[bool]) -> Vec<usize> {
    let step = hits.len().div_ceil(MOST_ROWS_TO_BEGIN).max(1);
    let part: Vec<usize> = (0..hits.len()).step_by(step).collect();
    if part.iter().any(|row| hits[*row]) && part.iter().any(|row| !hits[*row]) {
        part
    } else {
        (0..hits.len()).collect()
    }
}

/// Newton's steps from near the optimum, and the Cholesky factor of the dense columns' curvature there.
///
/// A curvature costs as much as dozens of gradients, so it serves as long as steps by it save most of what is left
/// (V. Shamanskii, Ukrainian Mathematical Journal 19, 1967). Each step tells how much loss it expects to save.
/// Words start at zero, far from their optimum, where a whole step may overshoot.
fn polish(
    frame: &Frame<'_>,
    hits: &[bool],
    mut weights: Array1<f64>,
) -> Result<(Array1<f64>, Array2<f64>), ModelError> {
    let outcome: Array1<f64> = hits.iter().map(|hit| f64::from(*hit)).collect();
    let mut logits = frame.design.dot(&weights);
    let mut loss = loss_of(frame, &logits, &weights, hits);
    let mut gap = f64::INFINITY;
    for _ in 0..MOST_CURVATURES {
        // A weight of zero would leave rows out of the curvature altogether.
        let row_weights = logits.mapv(sigmoid).mapv(|p| (p * (1.0 - p)).max(1e-12));
        let normal = Normal::new(&frame.design, Some(&row_weights), &frame.penalty)?;
        let mut before = f64::INFINITY;
        let mut moved = 0.0;
        loop {
            let rest = logits.mapv(sigmoid) - &outcome;
            let gradient = frame.design.transposed_dot(&rest) + &frame.penalty * &weights;
            let step = normal.solve(&gradient)?;
            gap = 0.5 * gradient.dot(&step);
            let is_done = gap <= ENOUGH;
            let mut part = 1.0;
            for _ in 0..MOST_HALVINGS {
                let next = &weights - &(&step * part);
                let next_logits = frame.design.dot(&next);
                let next_loss = loss_of(frame, &next_logits, &next, hits);
                if next_loss <= loss || is_done {
                    (weights, logits, loss) = (next, next_logits, next_loss);
                    break;
                }
                part *= 0.5;
            }
            moved += gap;
            if is_done && moved <= SAME_CURVATURE {
                return Ok((weights, normal.factor));
            }
            if is_done || part < 1.0 || gap > SLOW * before {
                break;
            }
            before = gap;
        }
    }
    Err(ModelError::NotConverged { gap })
}

fn loss_of(frame: &Frame<'_>, logits: &Array1<f64>, weights: &Array1<f64>, hits: &[bool]) -> f64 {
    let rows = logits.iter().zip(hits).map(|(logit, hit)| softplus(if *hit { -logit } else { *logit }));
    let ridge = frame.penalty.iter().zip(weights).map(|(penalty, weight)| penalty * weight * weight);
    rows.sum::<f64>() + 0.5 * ridge.sum::<f64>()
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
    use crate::{regression::Ridge, seeded::SplitMix64, words::Sparse};

    fn fitted(matrix: &Array2<f64>, hits: &[bool]) -> Regression {
        let words = Sparse::empty(hits.len());
        let ridge = Ridge { columns: 20.0, words: 1.0 };
        fit(
            &Frame::new(matrix, &vec![1.0; matrix.ncols()], &words, &[], ridge),
            hits,
            &ModelParams::default(),
        )
        .unwrap()
    }

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
            let fitted = fitted(&matrix, &hits);
            assert!(fitted.coefficients[0] > 1.0 && fitted.coefficients[1].abs() < 0.3, "{fitted:?}");
            assert!((fitted.intercept - level).abs() < 0.3, "{fitted:?}");
        }
    }

    #[test]
    fn the_optimum_is_exact_and_the_ridge_leaves_the_mean_alone() {
        let (matrix, hits) = sample(-1.0);
        let fitted = fitted(&matrix, &hits);
        let mut residual = 0.0;
        let mut against_first = 0.0;
        for (row, hit) in matrix.rows().into_iter().zip(&hits) {
            let p = sigmoid(fitted.intercept + fitted.pushes(row).iter().sum::<f64>());
            let rest = f64::from(*hit) - p;
            residual += rest;
            against_first += rest * fitted.pushes(row)[0] / fitted.coefficients[0];
        }
        assert!(residual.abs() < 1e-6, "{residual}");
        assert!((against_first - 20.0 * fitted.coefficients[0]).abs() < 1e-6, "{against_first}");
    }

    #[test]
    fn the_variance_of_a_lone_intercept_is_known() {
        // Nothing but noise far below the penalty: the variance at the mean is 1 / (n p (1 - p)).
        let matrix = Array2::from_shape_fn((1_000, 1), |(row, _)| if row % 2 == 0 { 1.0 } else { -1.0 });
        let hits: Vec<bool> = (0..1_000).map(|row| row / 2 % 4 == 0).collect();
        let fitted = fitted(&matrix, &hits);
        let variance = fitted.variance(ndarray::arr1(&[0.0]).view());
        assert!((variance - 1.0 / (1_000.0 * 0.25 * 0.75)).abs() < 1e-6, "{variance}");
        assert!(fitted.variance(ndarray::arr1(&[1.0]).view()) > variance);
    }

    #[test]
    fn one_outcome_is_refused() {
        let words = Sparse::empty(3);
        let frame =
            Frame::new(&Array2::ones((3, 1)), &[1.0], &words, &[], Ridge { columns: 1.0, words: 1.0 });
        let error = fit(&frame, &[true; 3], &ModelParams::default()).unwrap_err();
        assert_eq!(error.to_string(), "a regression needs hits and misses, but all `3` rows are hits");
    }
}
