//! How much demand an offer may meet: one curve that answers for every threshold.

/// Where the spread of demand changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bend {
    /// At the median: demand is skewed, and knows nothing of the threshold.
    Median,
    /// At the threshold: where a goal must be reached or nothing is paid, what reaches it ends soon after, and what
    /// does not may end anywhere before.
    Threshold,
}

/// A log-logistic distribution of demand whose spread differs below and above a point.
///
/// P(D >= m) = 1 / (1 + exp(s (ln m - ln b) - l)), with l the logit at the bend b, and one slope s below it and
/// another above it (P. Fisk, The graduation of income distributions, Econometrica 29, 1961, cut in two). It
/// never rises in m, because both slopes are positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DemandCurve {
    bend: Bend,
    log_bend: f64,
    logit_at_bend: f64,
    below: f64,
    above: f64,
}

/// Steps of the sum that takes the place of an integral over the distribution.
const STEPS: usize = 400;

impl DemandCurve {
    /// The curve that reaches `threshold` with a chance whose logit is `logit`, bent at its median. `None` unless the
    /// threshold and both slopes are positive and everything is finite.
    pub fn through(threshold: f64, logit: f64, below: f64, above: f64) -> Option<Self> {
        Self::bent(Bend::Median, threshold, logit, below, above)
    }

    /// The same, bent where it is asked for.
    pub fn bent(bend: Bend, threshold: f64, logit: f64, below: f64, above: f64) -> Option<Self> {
        let is_sound = threshold > 0.0 && below > 0.0 && above > 0.0;
        let (log_bend, logit_at_bend) = match bend {
            Bend::Threshold => (threshold.ln(), logit),
            // A threshold likely reached lies below the median, so its distance is measured by that slope.
            Bend::Median => (threshold.ln() + logit / if logit > 0.0 { below } else { above }, 0.0),
        };
        let is_finite = [log_bend, logit_at_bend, below, above].iter().all(|number| number.is_finite());
        (is_sound && is_finite).then_some(Self { bend, log_bend, logit_at_bend, below, above })
    }

    /// The same spread through another chance at `threshold`; `None` where [`Self::through`] gives none.
    pub fn with_chance(&self, threshold: f64, logit: f64) -> Option<Self> {
        Self::bent(self.bend, threshold, logit, self.below, self.above)
    }

    /// The chance that demand is at least `m`, in the curve's unit; never rising in `m`.
    pub fn p_at_least(&self, m: f64) -> f64 {
        if m <= 0.0 {
            return 1.0;
        }
        let distance = m.ln() - self.log_bend;
        let slope = if distance < 0.0 { self.below } else { self.above };
        1.0 / (1.0 + (slope * distance - self.logit_at_bend).exp())
    }

    /// The demand below which a part `level` of such offers stays, for a level within (0, 1).
    pub fn quantile(&self, level: f64) -> f64 {
        // From the logit at the bend to that of the part that goes beyond.
        let fall = self.logit_at_bend + (level / (1.0 - level)).ln();
        let slope = if fall < 0.0 { self.below } else { self.above };
        (self.log_bend + fall / slope).exp()
    }

    /// The highest threshold that is reached with the chance `p`, within (0, 1).
    pub fn threshold_at(&self, p: f64) -> f64 {
        self.quantile(1.0 - p)
    }

    /// Expected demand that is sold: D where it reaches `threshold`, else nothing; never more than `most`.
    /// A sum over the middles of 400 equal parts of the distribution, so that a heavy tail stays finite.
    pub fn expected_sold(&self, threshold: f64, most: f64) -> f64 {
        let middles = (0..STEPS).map(|step| (step as f64 + 0.5) / STEPS as f64);
        let sold = middles.map(|level| self.quantile(level)).filter(|demand| *demand >= threshold);
        sold.map(|demand| demand.min(most)).sum::<f64>() / STEPS as f64
    }

    /// The 10, 50 and 90 % points.
    pub fn quantiles(&self) -> DemandQuantiles {
        DemandQuantiles { p10: self.quantile(0.1), p50: self.quantile(0.5), p90: self.quantile(0.9) }
    }
}

/// Quantiles of the demand that an offer will meet, in its threshold's basis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DemandQuantiles {
    /// One in ten offers like this one stays below.
    pub p10: f64,
    /// The median.
    pub p50: f64,
    /// One in ten offers like this one goes beyond.
    pub p90: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_curve_goes_through_the_threshold() {
        for logit in [-2.0, 0.0, 1.5_f64] {
            let curve = DemandCurve::through(120.0, logit, 2.0, 3.0).unwrap();
            assert!((curve.p_at_least(120.0) - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-12);
        }
        for (threshold, logit, slope) in [(0.0, 0.0, 1.0), (1.0, f64::NAN, 1.0), (1.0, 0.0, 0.0)] {
            assert_eq!(DemandCurve::through(threshold, logit, slope, 1.0), None);
        }
    }

    #[test]
    fn what_is_sold_is_what_reaches_the_threshold() {
        let narrow = DemandCurve::through(100.0, 0.0, 200.0, 200.0).unwrap();
        assert!((narrow.expected_sold(50.0, f64::INFINITY) - 100.0).abs() < 1.0);
        assert!((narrow.expected_sold(100.0, f64::INFINITY) - 50.0).abs() < 1.0);
        assert!((narrow.expected_sold(50.0, 80.0) - 80.0).abs() < 1e-9, "no more than the capacity");
        assert_eq!(narrow.expected_sold(1e6, f64::INFINITY), 0.0);
    }

    proptest! {
        #[test]
        fn chances_never_rise_and_quantiles_never_fall(
            threshold in 1.0..1e9_f64, logit in -20.0..20.0_f64, below in 0.05..20.0_f64, above in 0.05..20.0_f64,
            m in 0.0..1e10_f64, more in 0.0..1e10_f64, level in 0.01..0.98_f64, at_threshold: bool,
        ) {
            let bend = if at_threshold { Bend::Threshold } else { Bend::Median };
            let curve = DemandCurve::bent(bend, threshold, logit, below, above).unwrap();
            let there = curve.p_at_least(threshold);
            prop_assert!((there - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-9, "{there}");
            let (p, q) = (curve.p_at_least(m), curve.p_at_least(m + more));
            prop_assert!((0.0..=1.0).contains(&p) && q <= p, "{p} {q}");
            prop_assert!(curve.quantile(level) <= curve.quantile(level + 0.01));
            let back = curve.p_at_least(curve.threshold_at(level));
            prop_assert!((back - level).abs() < 1e-6, "{back} {level}");
        }
    }
}
