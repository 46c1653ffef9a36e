//! Columns of a record: hits out of n of a maker, an artist or a category.

use serde::{Deserialize, Serialize};
use slotcast_core::BetaPrior;

use crate::{math::functions::logit, preprocess::scaler::Scaler};

// Penalty factors, as multiples of the ridge. A record grows with time, so its length is correlated with many things
// that it does not cause.
const RATE_PENALTY_FACTOR: f64 = 20.0;
const LENGTH_PENALTY_FACTOR: f64 = 100.0;

/// The logit of a shrunk hit rate, and ln(1 + n).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecordEncoder {
    prior_mean: f64,
    prior_strength: f64,
    rate: Option<Scaler>,
    length: Option<Scaler>,
}

impl RecordEncoder {
    /// The prior is fitted to the records of all rows, repeats included. A group then weighs by its number of rows,
    /// but repeats enlarge observed and expected variance alike, so the strength keeps its size. Distinct (hits, n)
    /// pairs would bias it: short records of different groups coincide.
    pub(crate) fn fit(values: &[(f64, f64)]) -> Self {
        let prior = BetaPrior::fit(values.iter().map(|record| sanitize(*record)));
        let mut encoder =
            Self { prior_mean: prior.mean, prior_strength: prior.strength, rate: None, length: None };
        let (rates, lengths): (Vec<f64>, Vec<f64>) =
            values.iter().map(|record| encoder.transform(*record)).unzip();
        encoder.rate = Scaler::fit(&rates);
        encoder.length = Scaler::fit(&lengths);
        encoder
    }

    fn transform(&self, record: (f64, f64)) -> (f64, f64) {
        let (hits, n) = sanitize(record);
        let prior = BetaPrior { mean: self.prior_mean, strength: self.prior_strength };
        (logit(prior.shrink(hits, n)), n.ln_1p())
    }

    pub(crate) fn width(&self) -> usize {
        usize::from(self.rate.is_some()) + usize::from(self.length.is_some())
    }

    pub(crate) fn penalty_factors(&self, out: &mut Vec<f64>) {
        out.extend(self.rate.as_ref().map(|_| RATE_PENALTY_FACTOR));
        out.extend(self.length.as_ref().map(|_| LENGTH_PENALTY_FACTOR));
    }

    pub(crate) fn encode(&self, record: (f64, f64), out: &mut Vec<f64>) {
        let (rate, length) = self.transform(record);
        out.extend(self.rate.as_ref().map(|scaler| scaler.standardize(rate)));
        out.extend(self.length.as_ref().map(|scaler| scaler.standardize(length)));
    }
}

/// An invalid record becomes an empty one, and hits are clamped to n.
fn sanitize((hits, n): (f64, f64)) -> (f64, f64) {
    if hits.is_finite() && n.is_finite() && n > 0.0 { (hits.clamp(0.0, n), n) } else { (0.0, 0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_record_outranks_a_lucky_one() {
        let mut values = vec![(18.0, 20.0), (1.0, 1.0), (2.0, 10.0), (12.0, 20.0)];
        values.push((f64::NAN, 3.0));
        let encoder = RecordEncoder::fit(&values);
        assert!(encoder.transform((18.0, 20.0)).0 > encoder.transform((1.0, 1.0)).0);
        assert_eq!(encoder.transform((f64::NAN, 3.0)), encoder.transform((0.0, 0.0)));
    }
}
