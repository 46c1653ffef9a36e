//! Isotonic regression by pooling adjacent violators, as a curve of logits and as Venn-Abers intervals.

use serde::{Deserialize, Serialize};

use crate::{exact, numbers::logit};

/// Outcomes at one score, or at neighbouring ones that were pooled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pool {
    /// Mean score.
    pub(crate) score: f64,
    pub(crate) n: f64,
    pub(crate) hits: f64,
}

impl Pool {
    fn with(self, other: Self) -> Self {
        let n = self.n + other.n;
        Self { score: (self.score * self.n + other.score * other.n) / n, n, hits: self.hits + other.hits }
    }

    fn rate(self) -> f64 {
        self.hits / self.n
    }
}

/// Pools neighbours until rates rise with scores; `pools` are in the order of their scores.
///
/// Source: M. Ayer et al., An empirical distribution function for sampling with incomplete information,
/// Annals of Mathematical Statistics 26 (1955).
pub(crate) fn pool_adjacent_violators(pools: impl Iterator<Item = Pool>) -> Vec<Pool> {
    let mut risen: Vec<Pool> = Vec::new();
    for mut pool in pools {
        while let Some(last) = risen.pop_if(|last| last.rate() >= pool.rate()) {
            pool = last.with(pool);
        }
        risen.push(pool);
    }
    risen
}

/// Scores and outcomes in the order of the scores, equal scores together.
fn sorted(scores: &[f64], hits: &[bool]) -> Vec<Pool> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let pools = order.chunk_by(|a, b| scores[*a] == scores[*b]).map(|tied| Pool {
        score: scores[tied[0]],
        n: tied.len() as f64,
        hits: tied.iter().filter(|row| hits[**row]).count() as f64,
    });
    pools.collect()
}

/// A rising curve from raw to calibrated logits: straight between the middles of the pools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Steps {
    #[serde(with = "exact::list")]
    raw: Vec<f64>,
    #[serde(with = "exact::list")]
    calibrated: Vec<f64>,
}

impl Steps {
    /// `None` where all scores would be one pool.
    pub(crate) fn fit(logits: &[f64], hits: &[bool]) -> Option<Self> {
        let pools = pool_adjacent_violators(sorted(logits, hits).into_iter());
        // Half an outcome of each kind keeps pools of one kind finite, and the order as it is when the
        // pools are pooled again after it.
        let smoothed = pools.iter().map(|pool| Pool { hits: pool.hits + 0.5, n: pool.n + 1.0, ..*pool });
        let pools = pool_adjacent_violators(smoothed);
        (pools.len() > 1).then(|| Self {
            raw: pools.iter().map(|pool| pool.score).collect(),
            calibrated: pools.iter().map(|pool| logit(pool.rate())).collect(),
        })
    }

    /// The calibrated logit; beyond the ends the curve goes on with `slope`.
    pub(crate) fn apply(&self, logit: f64, slope: f64) -> f64 {
        let above = self.raw.partition_point(|raw| *raw <= logit);
        let last = self.raw.len() - 1;
        match above {
            0 => self.calibrated[0] + slope * (logit - self.raw[0]),
            above if above > last => self.calibrated[last] + slope * (logit - self.raw[last]),
            above => {
                let part = (logit - self.raw[above - 1]) / (self.raw[above] - self.raw[above - 1]);
                let (from, to) = (self.calibrated[above - 1], self.calibrated[above]);
                from + part * (to - from)
            }
        }
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.raw.len() > 1 && self.raw.len() == self.calibrated.len()
    }
}

/// Out-of-time outcomes by calibrated logit, in few bins: what the rate at a score may be.
///
/// Source: V. Vovk and I. Petej, Venn-Abers predictors, UAI 2014: the isotonic fit with the offer
/// itself once as a miss and once as a hit. Bins take the place of single outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VennAbers {
    #[serde(with = "exact::list")]
    scores: Vec<f64>,
    #[serde(with = "exact::list")]
    n: Vec<f64>,
    #[serde(with = "exact::list")]
    hits: Vec<f64>,
}

const MOST_BINS: usize = 200;

impl VennAbers {
    pub(crate) fn fit(logits: &[f64], hits: &[bool]) -> Self {
        let pools = sorted(logits, hits);
        let a_bin = (logits.len() as f64 / MOST_BINS as f64).max(1.0);
        let mut bins: Vec<Pool> = Vec::new();
        for pool in pools {
            match bins.last_mut() {
                Some(last) if last.n < a_bin => *last = last.with(pool),
                _ => bins.push(pool),
            }
        }
        Self {
            scores: bins.iter().map(|bin| bin.score).collect(),
            n: bins.iter().map(|bin| bin.n).collect(),
            hits: bins.iter().map(|bin| bin.hits).collect(),
        }
    }

    /// The two rates; `None` without outcomes.
    pub(crate) fn interval(&self, logit: f64) -> Option<(f64, f64)> {
        let rate_with = |hit: f64| {
            let own = Pool { score: logit, n: 1.0, hits: hit };
            let bins = self.scores.iter().zip(&self.n).zip(&self.hits);
            let bins: Vec<Pool> =
                bins.map(|((score, n), hits)| Pool { score: *score, n: *n, hits: *hits }).collect();
            let place = bins.partition_point(|bin| bin.score < logit);
            let (before, after) = bins.split_at(place);
            let all = before.iter().copied().chain([own]).chain(after.iter().copied());
            let mut seen = 0.0;
            let until: f64 = before.iter().map(|bin| bin.n).sum();
            let found = pool_adjacent_violators(all).into_iter().find(|pool| {
                seen += pool.n;
                seen > until
            });
            found.map(Pool::rate)
        };
        if self.scores.is_empty() {
            return None;
        }
        Some((rate_with(0.0)?, rate_with(1.0)?))
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.scores.len() == self.n.len() && self.n.len() == self.hits.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{numbers::sigmoid, seeded::SplitMix64};
    use proptest::prelude::*;

    #[test]
    fn violators_are_pooled_whatever_the_order_of_the_rows() {
        // scikit-learn: IsotonicRegression().fit_transform([1, 2, 3, 4, 5, 6], [0, 1, 0, 0, 1, 1])
        let rates = |scores: &[f64], hits: &[bool]| {
            let pools = pool_adjacent_violators(sorted(scores, hits).into_iter());
            pools.iter().map(|pool| (pool.n, pool.rate())).collect::<Vec<_>>()
        };
        let expected = [(1.0, 0.0), (3.0, 1.0 / 3.0), (2.0, 1.0)];
        let hits = [false, true, false, false, true, true];
        assert_eq!(rates(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &hits), expected);
        let shuffled = [true, false, false, true, false, true];
        assert_eq!(rates(&[6.0, 3.0, 1.0, 2.0, 4.0, 5.0], &shuffled), expected);
    }

    #[test]
    fn an_interval_narrows_with_outcomes() {
        let width = |rows: usize| {
            let mut source = SplitMix64::new(11);
            let logits: Vec<f64> = (0..rows).map(|_| 4.0 * source.uniform() - 2.0).collect();
            let hits: Vec<bool> = logits.iter().map(|logit| source.uniform() < sigmoid(*logit)).collect();
            let (low, high) = VennAbers::fit(&logits, &hits).interval(0.1).unwrap();
            assert!(low <= high);
            high - low
        };
        assert!(width(60) > 2.0 * width(20_000), "{} {}", width(60), width(20_000));
        assert_eq!(VennAbers::fit(&[], &[]).interval(0.0), None);
    }

    proptest! {
        #[test]
        fn curves_rise_and_intervals_hold_probabilities(
            rows in prop::collection::vec((-6.0..6.0_f64, any::<bool>()), 1..120),
            at in -9.0..9.0_f64,
            more in 0.0..3.0_f64,
        ) {
            let (logits, hits): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
            let (low, high) = VennAbers::fit(&logits, &hits).interval(at).unwrap();
            prop_assert!(0.0 <= low && low <= high && high <= 1.0, "{low} {high}");
            if let Some(steps) = Steps::fit(&logits, &hits) {
                let (a, b) = (steps.apply(at, 0.7), steps.apply(at + more, 0.7));
                prop_assert!(a.is_finite() && a <= b + 1e-12, "{a} {b}");
            }
        }
    }
}
