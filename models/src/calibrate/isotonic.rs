//! Isotonic regression by pooling adjacent violators, as a curve of logits.

use serde::{Deserialize, Serialize};

use crate::math::functions::logit;

/// Outcomes at one score, or at adjacent scores that were pooled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bin {
    /// Mean score.
    pub(crate) score: f64,
    pub(crate) n: f64,
    pub(crate) hits: f64,
}

impl Bin {
    pub(crate) fn merge(self, other: Self) -> Self {
        let n = self.n + other.n;
        Self { score: (self.score * self.n + other.score * other.n) / n, n, hits: self.hits + other.hits }
    }

    pub(crate) fn rate(self) -> f64 {
        self.hits / self.n
    }
}

/// Merges adjacent bins until rates rise with scores; `bins` are in the order of their scores.
///
/// Source: M. Ayer et al., An empirical distribution function for sampling with incomplete information, Annals of
/// Mathematical Statistics 26 (1955).
pub(crate) fn pool_adjacent_violators(bins: impl Iterator<Item = Bin>) -> Vec<Bin> {
    let mut pooled: Vec<Bin> = Vec::new();
    for mut bin in bins {
        while let Some(last) = pooled.pop_if(|last| last.rate() >= bin.rate()) {
            bin = last.merge(bin);
        }
        pooled.push(bin);
    }
    pooled
}

/// One bin per distinct score, in the order of the scores.
pub(crate) fn bins_by_score(scores: &[f64], hits: &[bool]) -> Vec<Bin> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let bins = order.chunk_by(|a, b| scores[*a] == scores[*b]).map(|tied| Bin {
        score: scores[tied[0]],
        n: tied.len() as f64,
        hits: tied.iter().filter(|row| hits[**row]).count() as f64,
    });
    bins.collect()
}

/// A rising curve from raw to calibrated logits: linear between the means of the bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct IsotonicCurve {
    raw: Vec<f64>,
    calibrated: Vec<f64>,
}

impl IsotonicCurve {
    /// `None` if all scores fall into one bin.
    pub(crate) fn fit(logits: &[f64], hits: &[bool]) -> Option<Self> {
        let bins = pool_adjacent_violators(bins_by_score(logits, hits).into_iter());
        // Half an outcome of each kind keeps the logits finite. Pooling again restores the order.
        let smoothed = bins.iter().map(|bin| Bin { hits: bin.hits + 0.5, n: bin.n + 1.0, ..*bin });
        let bins = pool_adjacent_violators(smoothed);
        (bins.len() > 1).then(|| Self {
            raw: bins.iter().map(|bin| bin.score).collect(),
            calibrated: bins.iter().map(|bin| logit(bin.rate())).collect(),
        })
    }

    /// The calibrated logit; beyond the ends the curve continues with `slope`.
    pub(crate) fn apply(&self, logit: f64, slope: f64) -> f64 {
        let above = self.raw.partition_point(|raw| *raw <= logit);
        let last = self.raw.len() - 1;
        match above {
            0 => self.calibrated[0] + slope * (logit - self.raw[0]),
            above if above > last => self.calibrated[last] + slope * (logit - self.raw[last]),
            above => {
                let fraction = (logit - self.raw[above - 1]) / (self.raw[above] - self.raw[above - 1]);
                let (from, to) = (self.calibrated[above - 1], self.calibrated[above]);
                from + fraction * (to - from)
            }
        }
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self) -> bool {
        self.raw.len() > 1 && self.raw.len() == self.calibrated.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn violators_are_pooled_in_any_order_of_rows() {
        // scikit-learn: IsotonicRegression().fit_transform([1, 2, 3, 4, 5, 6], [0, 1, 0, 0, 1, 1])
        let rates = |scores: &[f64], hits: &[bool]| {
            let bins = pool_adjacent_violators(bins_by_score(scores, hits).into_iter());
            bins.iter().map(|bin| (bin.n, bin.rate())).collect::<Vec<_>>()
        };
        let expected = [(1.0, 0.0), (3.0, 1.0 / 3.0), (2.0, 1.0)];
        let hits = [false, true, false, false, true, true];
        assert_eq!(rates(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &hits), expected);
        let shuffled = [true, false, false, true, false, true];
        assert_eq!(rates(&[6.0, 3.0, 1.0, 2.0, 4.0, 5.0], &shuffled), expected);
    }

    proptest! {
        #[test]
        fn curves_rise(
            rows in prop::collection::vec((-6.0..6.0_f64, any::<bool>()), 1..120),
            at in -9.0..9.0_f64,
            more in 0.0..3.0_f64,
        ) {
            let (logits, hits): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
            if let Some(curve) = IsotonicCurve::fit(&logits, &hits) {
                let (a, b) = (curve.apply(at, 0.7), curve.apply(at + more, 0.7));
                prop_assert!(a.is_finite() && a <= b + 1e-12, "{a} {b}");
            }
        }
    }
}
