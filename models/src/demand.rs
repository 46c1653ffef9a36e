//! Interval regression on ln(demand / threshold): counted demands, and those of which only a bound is known.

use ndarray::Array1;
use slotcast_features::Demand;

use crate::{
    design::Normal,
    error::ModelError,
    normal::{cdf, inverse_mills_ratio, pdf},
    regression::{Frame, Regression},
};

/// A logistic curve and a normal one of this many times its slope differ by less than 0.01 everywhere
/// (E. Haley, Estimation of the dosage mortality relationship, Stanford 1952).
pub(crate) const LOGIT_PER_DEVIATION: f64 = 1.702;
/// Demands are told apart within these logarithms: one order too few, or a landslide, would rule the fit. Beyond, only
/// the bound counts.
const LEAST: f64 = -6.0;
const MOST: f64 = 6.0;
/// Demands below half a unit have no logarithm worth telling apart.
const SMALLEST: f64 = 0.5;
const MOST_ROUNDS: usize = 60;
const ENOUGH: f64 = 1e-5;
/// No market repeats itself so well that the spread is smaller.
const LEAST_SIGMA: f64 = 0.05;

/// ln(demand / threshold), or its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CensoredDemand {
    Exactly(f64),
    AtLeast(f64),
    Below(f64),
}

impl CensoredDemand {
    pub(crate) fn new(demand: Demand, threshold: f64) -> Self {
        let ratio = |demand: f64| (demand.max(SMALLEST) / threshold.max(SMALLEST)).ln();
        match demand {
            Demand::Exactly(demand) => Self::Exactly(ratio(demand)),
            Demand::AtLeast(demand) => Self::AtLeast(ratio(demand)),
            Demand::Below(demand) => Self::Below(ratio(demand)),
        }
    }

    /// What the fit is told of it.
    pub(crate) fn within_bounds(self) -> Self {
        match self {
            Self::Exactly(value) | Self::AtLeast(value) if value > MOST => Self::AtLeast(MOST),
            Self::Exactly(value) | Self::Below(value) if value < LEAST => Self::Below(LEAST),
            other => other,
        }
    }

    /// The logarithm in another unit.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Exactly(value) => Self::Exactly(value * factor),
            Self::AtLeast(bound) => Self::AtLeast(bound * factor),
            Self::Below(bound) => Self::Below(bound * factor),
        }
    }

    fn bound(self) -> f64 {
        let (Self::Exactly(value) | Self::AtLeast(value) | Self::Below(value)) = self;
        value
    }

    /// Mean and variance of the logarithm given what is known of it.
    fn expected(self, mean: f64, sigma: f64) -> (f64, f64) {
        let z = (self.bound() - mean) / sigma;
        match self {
            Self::Exactly(_) => (self.bound(), 0.0),
            Self::AtLeast(_) => {
                let above = inverse_mills_ratio(z);
                (mean + sigma * above, sigma * sigma * (1.0 + z * above - above * above).max(0.0))
            }
            Self::Below(_) => {
                let above = inverse_mills_ratio(-z);
                (mean - sigma * above, sigma * sigma * (1.0 - z * above - above * above).max(0.0))
            }
        }
    }
}

/// What a fit gives beside the regression.
pub(crate) struct Fitted {
    pub(crate) weights: Array1<f64>,
    /// Standard deviation of the logarithm around its mean.
    pub(crate) sigma: f64,
    pub(crate) factor: ndarray::Array2<f64>,
}

/// Fits by expectation and maximisation (A. Dempster, N. Laird, D. Rubin, JRSS B 39, 1977); with counted
/// demands only, that is one ridge regression.
///
/// # Errors
/// [`ModelError::OneDemand`] when all rows reached as far, or the columns' curvature is not positive definite.
pub(crate) fn fit(frame: &Frame<'_>, reached: &[CensoredDemand]) -> Result<Fitted, ModelError> {
    let reached: Vec<CensoredDemand> = reached.iter().map(|reach| reach.within_bounds()).collect();
    if reached.iter().all(|reach| *reach == reached[0]) {
        return Err(ModelError::OneDemand { rows: reached.len() });
    }
    let normal = Normal::new(&frame.design, None, &frame.penalty)?;
    let rows = reached.len() as f64;
    let has_bounds = reached.iter().any(|reach| !matches!(reach, CensoredDemand::Exactly(_)));
    let mut target: Array1<f64> = reached.iter().map(|reach| reach.bound()).collect();
    let mut hidden = 0.0;
    let mut before = f64::INFINITY;
    for round in 0..MOST_ROUNDS {
        let weights = normal.solve(&frame.design.transposed_dot(&target))?;
        let means = frame.design.dot(&weights);
        let squares = (&target - &means).mapv(|rest| rest * rest).sum();
        let sigma = ((squares + hidden) / rows).sqrt().max(LEAST_SIGMA);
        if !has_bounds || (sigma - before).abs() < ENOUGH * sigma || round + 1 == MOST_ROUNDS {
            return Ok(Fitted { weights, sigma, factor: normal.factor });
        }
        before = sigma;
        hidden = 0.0;
        for ((cell, reach), mean) in target.iter_mut().zip(&reached).zip(&means) {
            let (expected, variance) = reach.expected(*mean, sigma);
            *cell = expected;
            hidden += variance;
        }
    }
    unreachable!("the last round returns")
}

impl Fitted {
    /// The regression for logits of reaching the threshold, when an offer's own spread is `sigma`.
    pub(crate) fn regression(&self, frame: &Frame<'_>, sigma: f64) -> Regression {
        let scale = LOGIT_PER_DEVIATION / sigma;
        Regression::new(frame, &self.weights, &self.factor, scale, self.sigma * self.sigma)
    }
}

/// The inverse Mills ratio at the normal quantile `z` of a chance: how much better than it looks a chosen offer is, in deviations
/// (J. Heckman, Sample selection bias as a specification error, Econometrica 47, 1979).
pub(crate) fn mills(z: f64) -> f64 {
    pdf(z) / cdf(z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{normal::quantile, regression::Ridge, seeded::SplitMix64, words::Sparse};
    use ndarray::Array2;

    /// ln ratio = -0.3 + 0.8 x + 0.5 e.
    fn sample() -> (Array2<f64>, Vec<f64>) {
        let mut source = SplitMix64::new(3);
        let x = Array2::from_shape_simple_fn((3_000, 1), || 2.0 * source.uniform() - 1.0);
        let noise = |source: &mut SplitMix64| quantile(source.uniform().clamp(1e-9, 1.0 - 1e-9));
        let y = x.column(0).iter().map(|x| -0.3 + 0.8 * x + 0.5 * noise(&mut source)).collect();
        (x, y)
    }

    fn fitted(x: &Array2<f64>, reached: &[CensoredDemand]) -> (f64, f64, f64) {
        let words = Sparse::empty(reached.len());
        let frame = Frame::new(x, &[1.0], &words, &[], Ridge { columns: 1e-6, words: 1.0 });
        let fitted = fit(&frame, reached).unwrap();
        (fitted.weights[0], fitted.weights[1], fitted.sigma)
    }

    #[test]
    fn sold_out_campaigns_are_no_small_demands() {
        let (x, y) = sample();
        let exact: Vec<CensoredDemand> = y.iter().map(|y| CensoredDemand::Exactly(*y)).collect();
        let (slope, _, sigma) = fitted(&x, &exact);
        assert!((slope - 0.8).abs() < 0.05 && (sigma - 0.5).abs() < 0.03, "{slope} {sigma}");
        // A third are sold out at 0, a tenth declared missed below -0.9.
        let bounded = |y: &f64| match *y {
            y if y > 0.0 => CensoredDemand::AtLeast(0.0),
            y if y < -0.9 => CensoredDemand::Below(-0.9),
            y => CensoredDemand::Exactly(y),
        };
        let (slope, _, sigma) = fitted(&x, &y.iter().map(bounded).collect::<Vec<_>>());
        assert!((slope - 0.8).abs() < 0.07 && (sigma - 0.5).abs() < 0.04, "{slope} {sigma}");
        let naive = |y: &f64| CensoredDemand::Exactly(y.clamp(-0.9, 0.0));
        assert!(fitted(&x, &y.iter().map(naive).collect::<Vec<_>>()).0 < 0.6, "the test can fail");
    }

    #[test]
    fn landslides_do_not_bend_the_line() {
        let (x, y) = sample();
        // Half of all demands are hundreds of times the threshold.
        let high: Vec<CensoredDemand> = y.iter().map(|y| CensoredDemand::Exactly(y + 6.3)).collect();
        let (slope, level, sigma) = fitted(&x, &high);
        assert!((slope - 0.8).abs() < 0.07 && (level - 6.0).abs() < 0.07, "{slope} {level}");
        assert!((sigma - 0.5).abs() < 0.05, "{sigma}");
    }
}
