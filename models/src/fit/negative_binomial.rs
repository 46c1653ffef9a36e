//! Negative binomial regression of demand, a benchmark.

use ndarray::{Array1, Array2};
use slotcast_core::ThresholdBasis;
use slotcast_features::{FeatureTable, Outcome};

use crate::{
    error::ModelError,
    fit::{
        design::NormalEquations,
        linear::LinearModel,
        link::LOGITS_PER_DEVIATION,
        ridge::{RidgePenalty, RidgeProblem},
    },
    math::functions::{mean, sigmoid},
    params::ModelParams,
    preprocess::sparse::SparseMatrix,
};

const MAX_ITERATIONS: usize = 25;
/// Sum of the changes of the coefficients at which the fit has converged.
const TOLERANCE: f64 = 1e-6;

/// Fits by iteratively reweighted least squares, with the threshold as exposure and the dispersion by moments (J. Hilbe,
/// Negative Binomial Regression, 2011). The probability of reaching the threshold is that of a log-normal distribution
/// with the same coefficient of variation. Money counts in hundredths of the threshold.
pub(crate) fn predict(
    table: &FeatureTable,
    outcomes: &[Outcome],
    x: &Array2<f64>,
    offers_x: &Array2<f64>,
    params: &ModelParams,
) -> Result<Vec<f64>, ModelError> {
    let terms = SparseMatrix::empty(outcomes.len());
    let ridge = RidgePenalty { columns: params.demand_ridge, terms: 1.0 };
    let problem = RidgeProblem::new(x, &vec![1.0; x.ncols()], &terms, &[], ridge);
    let exposure = |row: usize| match table.keys[row].offer.threshold_basis {
        ThresholdBasis::Units => table.keys[row].offer.threshold.max(1.0),
        ThresholdBasis::Amount => 100.0,
    };
    let count = |row: usize| {
        let demand = outcomes[row].demand.value_or_bound();
        demand / table.keys[row].offer.threshold.max(f64::MIN_POSITIVE) * exposure(row)
    };
    let y: Array1<f64> = (0..outcomes.len()).map(count).collect();
    let offset: Array1<f64> = (0..outcomes.len()).map(|row| exposure(row).ln()).collect();
    let mut coefficients = Array1::zeros(problem.design.width());
    coefficients[problem.intercept()] = (y.sum().max(1.0) / offset.mapv(f64::exp).sum()).ln();
    let (mut dispersion, mut cholesky_factor) = (0.5, Array2::zeros((0, 0)));
    for _ in 0..MAX_ITERATIONS {
        let eta = (problem.design.dot(&coefficients) + &offset).mapv(|eta| eta.clamp(-20.0, 20.0));
        let mu = eta.mapv(f64::exp);
        let row_weights = mu.mapv(|mu| mu / (1.0 + dispersion * mu));
        let target = &eta - &offset + &((&y - &mu) / &mu).mapv(|residual| residual.clamp(-1.0, 20.0));
        let equations = NormalEquations::new(&problem.design, Some(&row_weights), &problem.penalty)?;
        let next = equations.solve(&problem.design.transposed_dot(&(&row_weights * &target)))?;
        let change = (&next - &coefficients).mapv(f64::abs).sum();
        (coefficients, cholesky_factor) = (next, equations.cholesky_factor);
        // Clipped, so that a few landslides do not dominate the dispersion.
        let excess = ((&y - &mu).mapv(|residual| residual * residual) - &mu) / mu.mapv(|mu| mu * mu);
        dispersion = mean(&excess.mapv(|excess| excess.min(25.0)).to_vec()).clamp(0.01, 5.0);
        if change < TOLERANCE {
            break;
        }
    }
    let log_variance = dispersion.ln_1p();
    let scale = LOGITS_PER_DEVIATION / log_variance.sqrt();
    let model = LinearModel::new(&problem, &coefficients, &cholesky_factor, scale, 1.0);
    // The median of a log-normal distribution lies below its mean.
    let shift = LOGITS_PER_DEVIATION * 0.5 * log_variance.sqrt();
    let logits = model.predict(offers_x, &SparseMatrix::empty(offers_x.nrows()));
    Ok(logits.into_iter().map(|logit| sigmoid(logit - shift)).collect())
}
