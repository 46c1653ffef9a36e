//! Dispersion of demand: the slopes of the demand curve, fitted to out-of-time predictions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use slotcast_core::{Breakpoint, DemandCurve};

use crate::fit::censored_demand::CensoredDemand;

/// A category with fewer outcomes has the slopes of all offers.
const MIN_CATEGORY_OUTCOMES: usize = 100;
/// Minimum number of outcomes.
const MIN_OUTCOMES: usize = 30;
/// The latest outcomes suffice for two numbers.
const MAX_OUTCOMES: usize = 4_000;
const LEVELS: [f64; 2] = [0.1, 0.9];

/// One out-of-time prediction and the demand that followed.
#[derive(Clone, Debug)]
pub(crate) struct CalibrationSample {
    /// The calibrated logit of reaching the threshold.
    pub(crate) logit: f64,
    pub(crate) demand: CensoredDemand,
    pub(crate) category: Option<String>,
}

/// Slopes below and above the breakpoint.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Slopes {
    breaks_at_threshold: bool,
    below: f64,
    above: f64,
}

/// Slopes of all offers, and of the categories with enough outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DemandDispersion {
    all: Slopes,
    by_category: BTreeMap<String, Slopes>,
}

impl DemandDispersion {
    /// `None` without enough outcomes. The quantiles are calibrated as in conformal prediction: they held for earlier
    /// predictions (V. Vovk et al., Algorithmic Learning in a Random World, 2005; by category as in its Mondrian
    /// predictors). The shape of the curve interpolates between them.
    pub(crate) fn fit(samples: &[CalibrationSample]) -> Option<Self> {
        if samples.len() < MIN_OUTCOMES {
            return None;
        }
        let latest: Vec<&CalibrationSample> =
            samples[samples.len().saturating_sub(MAX_OUTCOMES)..].iter().collect();
        let mut by_category: BTreeMap<&str, Vec<&CalibrationSample>> = BTreeMap::new();
        for sample in &latest {
            if let Some(category) = &sample.category {
                by_category.entry(category).or_default().push(sample);
            }
        }
        by_category.retain(|_, samples| samples.len() >= MIN_CATEGORY_OUTCOMES);
        let by_category = by_category
            .into_iter()
            .map(|(category, samples)| (category.to_owned(), fit_slopes(&samples)))
            .collect();
        Some(Self { all: fit_slopes(&latest), by_category })
    }

    /// The demand curve of an offer with this calibrated logit at its threshold.
    pub(crate) fn curve(&self, threshold: f64, logit: f64, category: Option<&str>) -> Option<DemandCurve> {
        let own = category.and_then(|category| self.by_category.get(category));
        own.unwrap_or(&self.all).curve(threshold, logit)
    }
}

impl Slopes {
    fn curve(&self, threshold: f64, logit: f64) -> Option<DemandCurve> {
        let breakpoint = if self.breaks_at_threshold { Breakpoint::Threshold } else { Breakpoint::Median };
        DemandCurve::with_breakpoint(breakpoint, threshold, logit, self.below, self.above)
    }
}

/// The slopes with the smaller loss of the two breakpoints.
fn fit_slopes(samples: &[&CalibrationSample]) -> Slopes {
    let [median, threshold] =
        [false, true].map(|breaks_at_threshold| search_slopes(samples, breaks_at_threshold));
    if pinball_loss(samples, threshold) < pinball_loss(samples, median) { threshold } else { median }
}

/// The slopes with the smallest pinball loss of the 10 and 90 % quantiles (R. Koenker and G. Bassett, Regression
/// quantiles, Econometrica 46, 1978): a coarse grid, then finer ones around the best.
fn search_slopes(samples: &[&CalibrationSample], breaks_at_threshold: bool) -> Slopes {
    let mut best = Slopes { breaks_at_threshold, below: 1.5, above: 1.5 };
    let mut log_range = 10.0_f64.ln();
    let mut min_loss = f64::INFINITY;
    for _ in 0..4 {
        let center = best;
        for low in -4..=4 {
            for high in -4..=4 {
                let step = |slope: f64, index: i32| slope * (log_range * f64::from(index) / 4.0).exp();
                let (below, above) = (step(center.below, low), step(center.above, high));
                let candidate = Slopes { below, above, ..center };
                let loss = pinball_loss(samples, candidate);
                if loss < min_loss {
                    (min_loss, best) = (loss, candidate);
                }
            }
        }
        log_range /= 4.0;
    }
    best
}

fn pinball_loss(samples: &[&CalibrationSample], slopes: Slopes) -> f64 {
    let mut sum = 0.0;
    for sample in samples {
        // In units of the threshold.
        let Some(curve) = slopes.curve(1.0, sample.logit) else { continue };
        for level in LEVELS {
            let quantile = curve.quantile(level).ln();
            sum += match sample.demand {
                CensoredDemand::Exactly(value) => pinball(value, quantile, level),
                // A bound counts only if the quantile lies beyond it.
                CensoredDemand::AtLeast(bound) if quantile < bound => pinball(bound, quantile, level),
                CensoredDemand::Below(bound) if quantile > bound => pinball(bound, quantile, level),
                CensoredDemand::AtLeast(_) | CensoredDemand::Below(_) => 0.0,
            };
        }
    }
    sum
}

fn pinball(value: f64, quantile: f64, level: f64) -> f64 {
    if value < quantile { (1.0 - level) * (quantile - value) } else { level * (value - quantile) }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Samples from demand curves with these slopes.
    fn samples(
        rng: &mut ChaCha8Rng,
        breakpoint: Breakpoint,
        [below, above]: [f64; 2],
        category: Option<&str>,
    ) -> Vec<CalibrationSample> {
        let mut sample = || {
            let logit = 4.0 * rng.random::<f64>() - 2.0;
            let curve = DemandCurve::with_breakpoint(breakpoint, 1.0, logit, below, above).unwrap();
            let demand = curve.quantile(rng.random::<f64>().clamp(1e-6, 1.0 - 1e-6)).ln();
            CalibrationSample {
                logit,
                demand: CensoredDemand::Exactly(demand),
                category: category.map(str::to_owned),
            }
        };
        (0..3_000).map(|_| sample()).collect()
    }

    #[test]
    fn the_interval_covers_four_in_five_later_outcomes() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut draw = || samples(&mut rng, Breakpoint::Median, [4.0, 2.0], Some("tea"));
        let dispersion = DemandDispersion::fit(&draw()).unwrap();
        let later = draw();
        let is_inside = |sample: &&CalibrationSample| {
            let ends = dispersion.curve(1.0, sample.logit, Some("tea")).unwrap().quantiles();
            let inside = ends.p10.ln()..=ends.p90.ln();
            matches!(sample.demand, CensoredDemand::Exactly(value) if inside.contains(&value))
        };
        let share = later.iter().filter(is_inside).count() as f64 / 3_000.0;
        assert!((share - 0.8).abs() < 0.03, "{share}");
        assert!(!dispersion.all.breaks_at_threshold);
        assert_eq!(DemandDispersion::fit(&later[..29]), None);
    }

    #[test]
    fn an_all_or_nothing_market_breaks_at_the_threshold() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let samples = samples(&mut rng, Breakpoint::Threshold, [0.5, 8.0], None);
        let dispersion = DemandDispersion::fit(&samples).unwrap();
        assert!(dispersion.all.breaks_at_threshold, "{dispersion:?}");
        let likely = dispersion.curve(100.0, 2.0, None).unwrap().quantiles();
        assert!(likely.p50 < 140.0 && likely.p10 < 100.0, "demand ends soon after the threshold: {likely:?}");
    }
}
