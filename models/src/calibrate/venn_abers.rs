//! Venn-Abers intervals: the hit rates that past outcomes at a score allow.

use serde::{Deserialize, Serialize};

use crate::calibrate::isotonic::{Bin, bins_by_score, pool_adjacent_violators};

const MAX_BINS: usize = 200;

/// Out-of-time outcomes by calibrated logit, in few bins.
///
/// Source: V. Vovk and I. Petej, Venn-Abers predictors, UAI 2014: the isotonic fit with the offer itself once as a miss
/// and once as a hit. Bins replace single outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VennAbers {
    scores: Vec<f64>,
    n: Vec<f64>,
    hits: Vec<f64>,
}

impl VennAbers {
    pub(crate) fn fit(logits: &[f64], hits: &[bool]) -> Self {
        let rows_per_bin = (logits.len() as f64 / MAX_BINS as f64).max(1.0);
        let mut bins: Vec<Bin> = Vec::new();
        for bin in bins_by_score(logits, hits) {
            match bins.last_mut() {
                Some(last) if last.n < rows_per_bin => *last = last.merge(bin),
                _ => bins.push(bin),
            }
        }
        Self {
            scores: bins.iter().map(|bin| bin.score).collect(),
            n: bins.iter().map(|bin| bin.n).collect(),
            hits: bins.iter().map(|bin| bin.hits).collect(),
        }
    }

    /// The rates with the offer as a miss and as a hit; `None` without outcomes.
    pub(crate) fn interval(&self, logit: f64) -> Option<(f64, f64)> {
        if self.scores.is_empty() {
            return None;
        }
        let bins = self.scores.iter().zip(&self.n).zip(&self.hits);
        let bins: Vec<Bin> =
            bins.map(|((score, n), hits)| Bin { score: *score, n: *n, hits: *hits }).collect();
        let (below, above) = bins.split_at(bins.partition_point(|bin| bin.score < logit));
        let rows_below: f64 = below.iter().map(|bin| bin.n).sum();
        let rate_with = |hits: f64| {
            let own = Bin { score: logit, n: 1.0, hits };
            let all = below.iter().copied().chain([own]).chain(above.iter().copied());
            let mut rows = 0.0;
            let pooled = pool_adjacent_violators(all).into_iter().find(|bin| {
                rows += bin.n;
                rows > rows_below
            });
            pooled.map(Bin::rate)
        };
        Some((rate_with(0.0)?, rate_with(1.0)?))
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self) -> bool {
        self.scores.len() == self.n.len() && self.n.len() == self.hits.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::math::functions::sigmoid;

    #[test]
    fn intervals_narrow_with_outcomes() {
        let width = |rows: usize| {
            let mut rng = ChaCha8Rng::seed_from_u64(11);
            let logits: Vec<f64> = (0..rows).map(|_| 4.0 * rng.random::<f64>() - 2.0).collect();
            let hits: Vec<bool> = logits.iter().map(|logit| rng.random::<f64>() < sigmoid(*logit)).collect();
            let (low, high) = VennAbers::fit(&logits, &hits).interval(0.1).unwrap();
            assert!(low <= high);
            high - low
        };
        assert!(width(60) > 2.0 * width(20_000), "{} {}", width(60), width(20_000));
        assert_eq!(VennAbers::fit(&[], &[]).interval(0.0), None);
    }

    proptest! {
        #[test]
        fn intervals_contain_probabilities(
            rows in prop::collection::vec((-6.0..6.0_f64, any::<bool>()), 1..120),
            at in -9.0..9.0_f64,
        ) {
            let (logits, hits): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
            let (low, high) = VennAbers::fit(&logits, &hits).interval(at).unwrap();
            prop_assert!(0.0 <= low && low <= high && high <= 1.0, "{low} {high}");
        }
    }
}
