//! Interval regression of ln(demand / threshold): counted demands, and censored ones of which only a bound is known.

use ndarray::{Array1, Array2};

use crate::{
    error::ModelError,
    fit::{
        censored_demand::CensoredDemand, design::NormalEquations, linear::LinearModel,
        link::LOGITS_PER_DEVIATION, ridge::RidgeProblem,
    },
};

const MAX_ITERATIONS: usize = 60;
/// Relative change of sigma at which the fit has converged.
const TOLERANCE: f64 = 1e-5;
/// Lower bound of sigma; no market is more predictable.
const MIN_SIGMA: f64 = 0.05;

/// A fitted interval regression.
pub(crate) struct DemandFit {
    pub(crate) coefficients: Array1<f64>,
    /// Standard deviation of the residuals.
    pub(crate) sigma: f64,
    cholesky_factor: Array2<f64>,
}

/// Fits by expectation-maximization (A. Dempster, N. Laird, D. Rubin, JRSS B 39, 1977). Without censored demands that
/// is a single ridge regression.
///
/// # Errors
/// [`ModelError::ConstantDemand`] or [`ModelError::NotPositiveDefinite`].
pub(crate) fn fit(problem: &RidgeProblem<'_>, demands: &[CensoredDemand]) -> Result<DemandFit, ModelError> {
    let demands: Vec<CensoredDemand> = demands.iter().map(|demand| demand.clamp()).collect();
    if demands.iter().all(|demand| *demand == demands[0]) {
        return Err(ModelError::ConstantDemand { rows: demands.len() });
    }
    let equations = NormalEquations::new(&problem.design, None, &problem.penalty)?;
    let rows = demands.len() as f64;
    let is_censored = demands.iter().any(|demand| !matches!(demand, CensoredDemand::Exactly(_)));
    let mut expected: Array1<f64> = demands.iter().map(|demand| demand.bound()).collect();
    let mut conditional_variance = 0.0;
    let mut previous_sigma = f64::INFINITY;
    for iteration in 0..MAX_ITERATIONS {
        let coefficients = equations.solve(&problem.design.transposed_dot(&expected))?;
        let means = problem.design.dot(&coefficients);
        let squares = (&expected - &means).mapv(|residual| residual * residual).sum();
        let sigma = ((squares + conditional_variance) / rows).sqrt().max(MIN_SIGMA);
        let has_converged = (sigma - previous_sigma).abs() < TOLERANCE * sigma;
        if !is_censored || has_converged || iteration + 1 == MAX_ITERATIONS {
            return Ok(DemandFit { coefficients, sigma, cholesky_factor: equations.cholesky_factor });
        }
        previous_sigma = sigma;
        conditional_variance = 0.0;
        for ((cell, demand), mean) in expected.iter_mut().zip(&demands).zip(&means) {
            let (conditional_mean, variance) = demand.conditional_moments(*mean, sigma);
            *cell = conditional_mean;
            conditional_variance += variance;
        }
    }
    unreachable!("the last iteration returns")
}

impl DemandFit {
    /// The linear model of the probit of reaching the threshold, for a predictive standard deviation `sigma`.
    pub(crate) fn linear_model(&self, problem: &RidgeProblem<'_>, sigma: f64) -> LinearModel {
        let scale = LOGITS_PER_DEVIATION / sigma;
        LinearModel::new(problem, &self.coefficients, &self.cholesky_factor, scale, self.sigma * self.sigma)
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{fit::ridge::RidgePenalty, math::normal::quantile, preprocess::sparse::SparseMatrix};

    /// ln ratio = -0.3 + 0.8 x + 0.5 e.
    fn sample() -> (Array2<f64>, Vec<f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let x = Array2::from_shape_simple_fn((3_000, 1), || 2.0 * rng.random::<f64>() - 1.0);
        let mut noise = || quantile(rng.random::<f64>().clamp(1e-9, 1.0 - 1e-9));
        let y = x.column(0).iter().map(|x| -0.3 + 0.8 * x + 0.5 * noise()).collect();
        (x, y)
    }

    /// Slope, intercept and sigma.
    fn fitted(x: &Array2<f64>, demands: &[CensoredDemand]) -> (f64, f64, f64) {
        let terms = SparseMatrix::empty(demands.len());
        let ridge = RidgePenalty { columns: 1e-6, terms: 1.0 };
        let fitted = fit(&RidgeProblem::new(x, &[1.0], &terms, &[], ridge), demands).unwrap();
        (fitted.coefficients[0], fitted.coefficients[1], fitted.sigma)
    }

    #[test]
    fn censored_demands_do_not_bias_the_slope() {
        let (x, y) = sample();
        let exact: Vec<CensoredDemand> = y.iter().map(|y| CensoredDemand::Exactly(*y)).collect();
        let (slope, _, sigma) = fitted(&x, &exact);
        assert!((slope - 0.8).abs() < 0.05 && (sigma - 0.5).abs() < 0.03, "{slope} {sigma}");
        // A third are sold out at 0, a tenth declared missed below -0.9.
        let censored = |y: &f64| match *y {
            y if y > 0.0 => CensoredDemand::AtLeast(0.0),
            y if y < -0.9 => CensoredDemand::Below(-0.9),
            y => CensoredDemand::Exactly(y),
        };
        let (slope, _, sigma) = fitted(&x, &y.iter().map(censored).collect::<Vec<_>>());
        assert!((slope - 0.8).abs() < 0.07 && (sigma - 0.5).abs() < 0.04, "{slope} {sigma}");
        let naive = |y: &f64| CensoredDemand::Exactly(y.clamp(-0.9, 0.0));
        assert!(fitted(&x, &y.iter().map(naive).collect::<Vec<_>>()).0 < 0.6, "the test can fail");
    }

    #[test]
    fn landslides_do_not_bias_the_slope() {
        let (x, y) = sample();
        // Half of all demands are hundreds of times the threshold.
        let high: Vec<CensoredDemand> = y.iter().map(|y| CensoredDemand::Exactly(y + 6.3)).collect();
        let (slope, intercept, sigma) = fitted(&x, &high);
        assert!((slope - 0.8).abs() < 0.07 && (intercept - 6.0).abs() < 0.07, "{slope} {intercept}");
        assert!((sigma - 0.5).abs() < 0.05, "{sigma}");
    }
}
