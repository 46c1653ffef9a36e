//! Level of a fitted regression, followed slot by slot as nightly refits would follow it.
//!
//! A night refits every coefficient; between two blocks of slots only the intercept moves much. With the
//! other coefficients held, the level that a refit at a slot's T would give is a fit of two numbers: a
//! constant and the coefficient of the recency column.

use slotcast_core::{DateTime, NaiveDate, Utc};

use crate::{
    demand::{CensoredDemand, LOGIT_PER_DEVIATION},
    fitted::Link,
    normal::inverse_mills_ratio,
    numbers::sigmoid,
    params::ModelParams,
};

const MAX_ITERATIONS: usize = 50;
/// Step at which the fit has converged.
const TOLERANCE: f64 = 1e-9;
/// Longest step of one iteration; a full Newton step may overshoot far from the optimum.
const MAX_STEP: f64 = 1.0;

/// Outcome of one row, in the unit of the regression's line.
#[derive(Clone, Copy, Debug)]
enum Target {
    Hit(bool),
    /// ln(demand / threshold) in standard deviations.
    Demand(CensoredDemand),
}

impl Target {
    /// First and second derivative of the negative log-likelihood by the line.
    fn derivatives(self, line: f64) -> (f64, f64) {
        match self {
            Self::Hit(hit) => {
                let p = sigmoid(line);
                (p - f64::from(hit), p * (1.0 - p))
            }
            Self::Demand(CensoredDemand::Exactly(value)) => (line - value, 1.0),
            Self::Demand(CensoredDemand::AtLeast(bound)) => {
                let z = bound - line;
                let mills = inverse_mills_ratio(z);
                (-mills, mills * (mills - z))
            }
            Self::Demand(CensoredDemand::Below(bound)) => {
                let z = bound - line;
                let mills = inverse_mills_ratio(-z);
                (mills, mills * (mills + z))
            }
        }
    }
}

/// One row with a known outcome: its slot, the line that the regression gives it, and what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LevelRow {
    slot: NaiveDate,
    trainable_at: DateTime<Utc>,
    line: f64,
    target: Target,
}

impl LevelRow {
    /// A row of the regression of hits.
    pub(crate) fn of_hit(slot: NaiveDate, trainable_at: DateTime<Utc>, line: f64, hit: bool) -> Self {
        Self { slot, trainable_at, line, target: Target::Hit(hit) }
    }

    /// A row of the regression of demand, whose spread is `sigma`.
    pub(crate) fn of_demand(
        slot: NaiveDate,
        trainable_at: DateTime<Utc>,
        line: f64,
        demand: CensoredDemand,
        sigma: f64,
    ) -> Self {
        let target = Target::Demand(demand.within_bounds().scaled(1.0 / sigma));
        Self { slot, trainable_at, line: line / LOGIT_PER_DEVIATION, target }
    }
}

/// The shift of a regression's line that a refit at `at` would bring, from the rows known by then.
pub(crate) fn level_shift(rows: &[LevelRow], at: DateTime<Utc>, link: Link, params: &ModelParams) -> f64 {
    let known: Vec<&LevelRow> = rows.iter().filter(|row| row.trainable_at <= at).collect();
    let Some(latest) = known.iter().map(|row| row.slot).max() else { return 0.0 };
    let recency: Vec<f64> = known
        .iter()
        .map(|row| (-((latest - row.slot).num_days() as f64) / params.drift_half_life_days).exp2())
        .collect();
    // As in the fit: outcomes at even odds that testify to no movement.
    let penalty = 0.25 * params.drift_outcomes;
    let (mut constant, mut recent) = (0.0_f64, 0.0_f64);
    for _ in 0..MAX_ITERATIONS {
        let mut gradient = (0.0, penalty * recent);
        let (mut cc, mut cr, mut rr) = (0.0, 0.0, penalty);
        for (row, weight) in known.iter().zip(&recency) {
            let (first, second) = row.target.derivatives(row.line + constant + recent * weight);
            gradient = (gradient.0 + first, gradient.1 + first * weight);
            (cc, cr, rr) = (cc + second, cr + second * weight, rr + second * weight * weight);
        }
        // Rows that are all certain have no curvature; a little keeps the step finite.
        cc += 1e-6;
        let determinant = cc * rr - cr * cr;
        let step = (
            (rr * gradient.0 - cr * gradient.1) / determinant,
            (cc * gradient.1 - cr * gradient.0) / determinant,
        );
        let length = step.0.hypot(step.1);
        let part = if length > MAX_STEP { MAX_STEP / length } else { 1.0 };
        constant -= part * step.0;
        recent -= part * step.1;
        if length < TOLERANCE {
            break;
        }
    }
    // A scored offer stands at recency 1.
    let shift = constant + recent;
    match link {
        Link::Logit => shift,
        Link::Probit => LOGIT_PER_DEVIATION * shift,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::SplitMix64;

    fn at(week: usize) -> DateTime<Utc> {
        DateTime::from_timestamp(1_455_580_800 + 604_800 * week as i64, 0).unwrap()
    }

    fn slot(week: usize) -> NaiveDate {
        at(week).date_naive()
    }

    /// Rows of 100 slots of 40 whose level drops by `drop` after slot 60; each is known three weeks later.
    fn hits(drop: f64) -> Vec<LevelRow> {
        let mut source = SplitMix64::new(2);
        let row = |number: usize, source: &mut SplitMix64| {
            let week = number / 40;
            let line = 2.0 * source.uniform() - 1.0;
            let level = if week >= 60 { -drop } else { 0.0 };
            LevelRow::of_hit(slot(week), at(week + 3), line, source.uniform() < sigmoid(line + level))
        };
        (0..4_000).map(|number| row(number, &mut source)).collect()
    }

    #[test]
    fn a_level_follows_outcomes_only_once_they_are_known() {
        let (rows, params) = (hits(1.0), ModelParams::default());
        let shift = |week| level_shift(&rows, at(week), Link::Logit, &params);
        assert!(shift(60).abs() < 0.2 && shift(62).abs() < 0.2, "{} {}", shift(60), shift(62));
        assert!(shift(85) < -0.7 && shift(85) > -1.4, "{}", shift(85));
        let mut changed = rows.clone();
        for row in &mut changed[40 * 70..] {
            row.target = Target::Hit(true);
        }
        assert_eq!(shift(72), level_shift(&changed, at(72), Link::Logit, &params));
        assert_eq!(level_shift(&[], at(0), Link::Logit, &params), 0.0);
    }

    #[test]
    fn bounds_and_counts_agree_on_the_level_of_demand() {
        let mut source = SplitMix64::new(4);
        let params = ModelParams::default();
        let demands: Vec<f64> = (0..3_000)
            .map(|_| 0.5 * crate::normal::quantile(source.uniform().clamp(1e-9, 1.0 - 1e-9)) - 0.4)
            .collect();
        let shift = |demand: &dyn Fn(f64) -> CensoredDemand| {
            let row = |(number, value): (usize, &f64)| {
                let week = number / 30;
                LevelRow::of_demand(slot(week), at(week), 0.0, demand(*value), 0.5)
            };
            let rows: Vec<LevelRow> = demands.iter().enumerate().map(row).collect();
            level_shift(&rows, at(100), Link::Probit, &params) / LOGIT_PER_DEVIATION
        };
        let counted = shift(&CensoredDemand::Exactly);
        let bounded = shift(&|value| match value {
            value if value > -0.2 => CensoredDemand::AtLeast(-0.2),
            value if value < -0.9 => CensoredDemand::Below(-0.9),
            value => CensoredDemand::Exactly(value),
        });
        assert!((counted + 0.8).abs() < 0.1 && (bounded + 0.8).abs() < 0.15, "{counted} {bounded}");
    }

    #[test]
    fn certain_rows_end_somewhere_finite() {
        let rows: Vec<LevelRow> = (0..200)
            .map(|number| LevelRow::of_hit(slot(number / 10), at(number / 10), 40.0, false))
            .collect();
        let shift = level_shift(&rows, at(30), Link::Logit, &ModelParams::default());
        assert!(shift.is_finite() && shift < -10.0, "{shift}");
    }
}
