//! Intercept updates: the shift of a fitted regression's intercept, slot by slot, as nightly refits would give it.
//!
//! A night refits every coefficient; between two folds of slots only the intercept changes much. With the other
//! coefficients fixed, the intercept of a refit at a slot's T is a fit of two numbers: a constant and the coefficient
//! of the recency column.

use slotcast_core::{DateTime, NaiveDate, Utc};

use crate::{
    fit::{
        censored_demand::CensoredDemand,
        link::{LOGITS_PER_DEVIATION, Link},
    },
    math::{functions::sigmoid, normal::inverse_mills_ratio},
    params::ModelParams,
};

const MAX_ITERATIONS: usize = 50;
/// Step at which the fit has converged.
const TOLERANCE: f64 = 1e-9;
/// Longest step of one iteration; a full Newton step may overshoot far from the optimum.
const MAX_STEP: f64 = 1.0;

/// Outcome of one row, in the unit of the linear predictor.
#[derive(Clone, Copy, Debug)]
enum Response {
    Hit(bool),
    /// ln(demand / threshold) in standard deviations.
    Demand(CensoredDemand),
}

impl Response {
    /// First and second derivative of the negative log-likelihood by the linear predictor.
    fn derivatives(self, linear_predictor: f64) -> (f64, f64) {
        match self {
            Self::Hit(hit) => {
                let p = sigmoid(linear_predictor);
                (p - f64::from(hit), p * (1.0 - p))
            }
            Self::Demand(CensoredDemand::Exactly(value)) => (linear_predictor - value, 1.0),
            Self::Demand(CensoredDemand::AtLeast(bound)) => {
                let z = bound - linear_predictor;
                let ratio = inverse_mills_ratio(z);
                (-ratio, ratio * (ratio - z))
            }
            Self::Demand(CensoredDemand::Below(bound)) => {
                let z = bound - linear_predictor;
                let ratio = inverse_mills_ratio(-z);
                (ratio, ratio * (ratio + z))
            }
        }
    }
}

/// One row with a known outcome and its linear predictor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScoredOutcome {
    slot: NaiveDate,
    trainable_at: DateTime<Utc>,
    linear_predictor: f64,
    response: Response,
}

impl ScoredOutcome {
    /// An outcome of the logistic regression.
    pub(crate) fn from_hit(
        slot: NaiveDate,
        trainable_at: DateTime<Utc>,
        linear_predictor: f64,
        hit: bool,
    ) -> Self {
        Self { slot, trainable_at, linear_predictor, response: Response::Hit(hit) }
    }

    /// An outcome of the regression of demand with residual standard deviation `sigma`.
    pub(crate) fn from_demand(
        slot: NaiveDate,
        trainable_at: DateTime<Utc>,
        linear_predictor: f64,
        demand: CensoredDemand,
        sigma: f64,
    ) -> Self {
        let response = Response::Demand(demand.clamp().scale(1.0 / sigma));
        Self { slot, trainable_at, linear_predictor: linear_predictor / LOGITS_PER_DEVIATION, response }
    }
}

/// Shift of the linear predictor that a refit at `at` would give, from the outcomes known by then.
pub(crate) fn intercept_shift(
    outcomes: &[ScoredOutcome],
    at: DateTime<Utc>,
    link: Link,
    params: &ModelParams,
) -> f64 {
    let known: Vec<&ScoredOutcome> = outcomes.iter().filter(|outcome| outcome.trainable_at <= at).collect();
    let Some(latest) = known.iter().map(|outcome| outcome.slot).max() else { return 0.0 };
    let recency: Vec<f64> = known
        .iter()
        .map(|outcome| (-((latest - outcome.slot).num_days() as f64) / params.recency_half_life_days).exp2())
        .collect();
    // As in the fit: a prior of no drift, in outcomes at even odds.
    let penalty = 0.25 * params.recency_prior_outcomes;
    let (mut constant, mut recent) = (0.0_f64, 0.0_f64);
    for _ in 0..MAX_ITERATIONS {
        let mut gradient = (0.0, penalty * recent);
        let (mut cc, mut cr, mut rr) = (0.0, 0.0, penalty);
        for (outcome, weight) in known.iter().zip(&recency) {
            let shifted = outcome.linear_predictor + constant + recent * weight;
            let (first, second) = outcome.response.derivatives(shifted);
            gradient = (gradient.0 + first, gradient.1 + first * weight);
            (cc, cr, rr) = (cc + second, cr + second * weight, rr + second * weight * weight);
        }
        // If all rows are certain, the Hessian vanishes; a small constant keeps the step finite.
        cc += 1e-6;
        let determinant = cc * rr - cr * cr;
        let step = (
            (rr * gradient.0 - cr * gradient.1) / determinant,
            (cc * gradient.1 - cr * gradient.0) / determinant,
        );
        let length = step.0.hypot(step.1);
        let step_size = if length > MAX_STEP { MAX_STEP / length } else { 1.0 };
        constant -= step_size * step.0;
        recent -= step_size * step.1;
        if length < TOLERANCE {
            break;
        }
    }
    // A scored offer has recency one.
    let shift = constant + recent;
    match link {
        Link::Logit => shift,
        Link::Probit => LOGITS_PER_DEVIATION * shift,
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::math::normal::quantile;

    fn at(week: usize) -> DateTime<Utc> {
        DateTime::from_timestamp(1_455_580_800 + 604_800 * week as i64, 0).unwrap()
    }

    fn slot(week: usize) -> NaiveDate {
        at(week).date_naive()
    }

    /// 100 slots of 40 rows. The intercept drops by `drop` after slot 60; each outcome is known three weeks later.
    fn hits(drop: f64) -> Vec<ScoredOutcome> {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut outcome = |row: usize| {
            let week = row / 40;
            let predictor = 2.0 * rng.random::<f64>() - 1.0;
            let intercept = if week >= 60 { -drop } else { 0.0 };
            let hit = rng.random::<f64>() < sigmoid(predictor + intercept);
            ScoredOutcome::from_hit(slot(week), at(week + 3), predictor, hit)
        };
        (0..4_000).map(&mut outcome).collect()
    }

    #[test]
    fn the_intercept_follows_known_outcomes_only() {
        let (outcomes, params) = (hits(1.0), ModelParams::default());
        let shift = |week| intercept_shift(&outcomes, at(week), Link::Logit, &params);
        assert!(shift(60).abs() < 0.2 && shift(62).abs() < 0.2, "{} {}", shift(60), shift(62));
        assert!(shift(85) < -0.7 && shift(85) > -1.4, "{}", shift(85));
        let mut changed = outcomes.clone();
        for outcome in &mut changed[40 * 70..] {
            outcome.response = Response::Hit(true);
        }
        assert_eq!(shift(72), intercept_shift(&changed, at(72), Link::Logit, &params));
        assert_eq!(intercept_shift(&[], at(0), Link::Logit, &params), 0.0);
    }

    #[test]
    fn censored_and_counted_demands_give_the_same_shift() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let params = ModelParams::default();
        let demands: Vec<f64> =
            (0..3_000).map(|_| 0.5 * quantile(rng.random::<f64>().clamp(1e-9, 1.0 - 1e-9)) - 0.4).collect();
        let shift = |censor: &dyn Fn(f64) -> CensoredDemand| {
            let outcome = |(row, value): (usize, &f64)| {
                let week = row / 30;
                ScoredOutcome::from_demand(slot(week), at(week), 0.0, censor(*value), 0.5)
            };
            let outcomes: Vec<ScoredOutcome> = demands.iter().enumerate().map(outcome).collect();
            intercept_shift(&outcomes, at(100), Link::Probit, &params) / LOGITS_PER_DEVIATION
        };
        let counted = shift(&CensoredDemand::Exactly);
        let censored = shift(&|value| match value {
            value if value > -0.2 => CensoredDemand::AtLeast(-0.2),
            value if value < -0.9 => CensoredDemand::Below(-0.9),
            value => CensoredDemand::Exactly(value),
        });
        assert!((counted + 0.8).abs() < 0.1 && (censored + 0.8).abs() < 0.15, "{counted} {censored}");
    }

    #[test]
    fn certain_rows_give_a_finite_shift() {
        let outcomes: Vec<ScoredOutcome> =
            (0..200).map(|row| ScoredOutcome::from_hit(slot(row / 10), at(row / 10), 40.0, false)).collect();
        let shift = intercept_shift(&outcomes, at(30), Link::Logit, &ModelParams::default());
        assert!(shift.is_finite() && shift < -10.0, "{shift}");
    }
}
