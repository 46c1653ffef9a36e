//! How far demand scatters around what a score expects: the slopes of the demand curve, learned out of time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slotcast_core::{Breakpoint, DemandCurve};

use crate::{demand::CensoredDemand, exact};

/// A category with fewer outcomes shares the slopes of all.
const MIN_OF_CATEGORY: usize = 100;
/// With fewer outcomes nothing is said of demand.
const MIN_OUTCOMES: usize = 30;
/// The latest outcomes are enough for two numbers.
const MOST_OUTCOMES: usize = 4_000;
const LEVELS: [f64; 2] = [0.1, 0.9];

/// One out-of-time prediction and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The calibrated logit of reaching the threshold.
    pub(crate) logit: f64,
    pub(crate) reach: CensoredDemand,
    pub(crate) category: Option<String>,
}

/// Slopes below and above the bend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slopes {
    bends_at_threshold: bool,
    #[serde(with = "exact::number")]
    below: f64,
    #[serde(with = "exact::number")]
    above: f64,
}

/// Slopes of all offers, and of the categories with outcomes enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    all: Slopes,
    by_category: BTreeMap<String, Slopes>,
}

impl Spread {
    /// `None` where too few outcomes are known. Conformal in kind: the quantiles are those that held for
    /// earlier predictions (V. Vovk et al., Algorithmic Learning in a Random World, 2005; by category as in
    /// its Mondrian predictors), with the curve's shape between them.
    pub(crate) fn fit(seen: &[Seen]) -> Option<Self> {
        if seen.len() < MIN_OUTCOMES {
            return None;
        }
        let latest: Vec<&Seen> = seen[seen.len().saturating_sub(MOST_OUTCOMES)..].iter().collect();
        let mut by_category: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
        for one in &latest {
            if let Some(category) = &one.category {
                by_category.entry(category).or_default().push(one);
            }
        }
        let enough = by_category.into_iter().filter(|(_, seen)| seen.len() >= MIN_OF_CATEGORY);
        let by_category = enough.map(|(category, seen)| (category.to_owned(), slopes(&seen))).collect();
        Some(Self { all: slopes(&latest), by_category })
    }

    /// The curve of an offer with this calibrated logit at its threshold.
    pub(crate) fn curve(&self, threshold: f64, logit: f64, category: Option<&str>) -> Option<DemandCurve> {
        let own = category.and_then(|category| self.by_category.get(category));
        own.unwrap_or(&self.all).curve(threshold, logit)
    }
}

impl Slopes {
    fn curve(&self, threshold: f64, logit: f64) -> Option<DemandCurve> {
        let bend = if self.bends_at_threshold { Breakpoint::Threshold } else { Breakpoint::Median };
        DemandCurve::with_breakpoint(bend, threshold, logit, self.below, self.above)
    }
}

/// The slopes that fit best, bent where the ends of the interval lose less.
fn slopes(seen: &[&Seen]) -> Slopes {
    let [median, threshold] = [false, true].map(|at_threshold| slopes_of(seen, at_threshold));
    if loss(seen, threshold) < loss(seen, median) { threshold } else { median }
}

/// The pair of slopes with the smallest pinball loss of the 10 and 90 % points (R. Koenker and
/// G. Bassett, Regression quantiles, Econometrica 46, 1978): a coarse grid, then finer ones around the best.
fn slopes_of(seen: &[&Seen], bends_at_threshold: bool) -> Slopes {
    let mut best = Slopes { bends_at_threshold, below: 1.5, above: 1.5 };
    let mut reach = 10.0_f64.ln();
    let mut least = f64::INFINITY;
    for _ in 0..4 {
        let centre = best;
        for low in -4..=4 {
            for high in -4..=4 {
                let step = |slope: f64, place: i32| slope * (reach * f64::from(place) / 4.0).exp();
                let (below, above) = (step(centre.below, low), step(centre.above, high));
                let tried = Slopes { below, above, ..centre };
                let loss = loss(seen, tried);
                if loss < least {
                    (least, best) = (loss, tried);
                }
            }
        }
        reach /= 4.0;
    }
    best
}

fn loss(seen: &[&Seen], slopes: Slopes) -> f64 {
    let mut sum = 0.0;
    for one in seen {
        // In units of the threshold.
        let Some(curve) = slopes.curve(1.0, one.logit) else { continue };
        for level in LEVELS {
            let at = curve.quantile(level).ln();
            sum += match one.reach {
                CensoredDemand::Exactly(value) => pinball(value, at, level),
                // A bound speaks only where the point lies beyond it.
                CensoredDemand::AtLeast(bound) if at < bound => pinball(bound, at, level),
                CensoredDemand::Below(bound) if at > bound => pinball(bound, at, level),
                CensoredDemand::AtLeast(_) | CensoredDemand::Below(_) => 0.0,
            };
        }
    }
    sum
}

fn pinball(value: f64, at: f64, level: f64) -> f64 {
    if value < at { (1.0 - level) * (at - value) } else { level * (value - at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{numbers::logit, seeded::SplitMix64};

    #[test]
    fn four_in_five_outcomes_lie_within_the_interval() {
        let mut source = SplitMix64::new(5);
        // A log-logistic market: slopes 4 below and 2 above the median.
        let mut draw = |rows: usize| -> Vec<Seen> {
            let mut one = || {
                let chance = 4.0 * source.uniform() - 2.0;
                let curve = DemandCurve::new(1.0, chance, 4.0, 2.0).unwrap();
                let value = curve.quantile(source.uniform().clamp(1e-6, 1.0 - 1e-6)).ln();
                Seen {
                    logit: chance,
                    reach: CensoredDemand::Exactly(value),
                    category: Some("tea".to_owned()),
                }
            };
            (0..rows).map(|_| one()).collect()
        };
        let spread = Spread::fit(&draw(3_000)).unwrap();
        let later = draw(3_000);
        let inside = later.iter().filter(|one| {
            let ends = spread.curve(1.0, one.logit, Some("tea")).unwrap().quantiles();
            matches!(one.reach, CensoredDemand::Exactly(value) if (ends.p10.ln()..=ends.p90.ln()).contains(&value))
        });
        let share = inside.count() as f64 / 3_000.0;
        assert!((share - 0.8).abs() < 0.03, "{share}");
        assert!(!spread.all.bends_at_threshold);
        assert_eq!(Spread::fit(&later[..29]), None);
        assert!(logit(0.5).abs() < 1e-12);
    }

    #[test]
    fn where_all_or_nothing_is_paid_the_curve_bends_at_the_threshold() {
        let mut source = SplitMix64::new(6);
        let mut one = || {
            let chance = 4.0 * source.uniform() - 2.0;
            let curve = DemandCurve::with_breakpoint(Breakpoint::Threshold, 1.0, chance, 0.5, 8.0).unwrap();
            let value = curve.quantile(source.uniform().clamp(1e-6, 1.0 - 1e-6)).ln();
            Seen { logit: chance, reach: CensoredDemand::Exactly(value), category: None }
        };
        let seen: Vec<Seen> = (0..3_000).map(|_| one()).collect();
        let spread = Spread::fit(&seen).unwrap();
        assert!(spread.all.bends_at_threshold, "{spread:?}");
        let likely = spread.curve(100.0, 2.0, None).unwrap().quantiles();
        assert!(
            likely.p50 < 140.0 && likely.p10 < 100.0,
            "what reaches the goal ends soon after: {likely:?}"
        );
    }
}
