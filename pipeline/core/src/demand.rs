//! Distribution of an offer's demand: one curve for every threshold.

/// The point at which the slope of the demand curve changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakpoint {
    /// The median: demand is skewed, independently of the threshold.
    Median,
    /// The threshold: in an all-or-nothing market, a campaign that reaches its goal ends soon after it, and a
    /// campaign that misses may end anywhere below it.
    Threshold,
}

/// A log-logistic distribution of demand with different slopes below and above a breakpoint.
///
/// P(D >= m) = 1 / (1 + exp(s (ln m - ln b) - l)). Here l is the logit at the breakpoint b. The slope s has one
/// value below b and another above it. P never rises in m, because both slopes are positive.
///
/// Source: P. Fisk, The graduation of income distributions, Econometrica 29 (1961), here in two pieces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DemandCurve {
    breakpoint: Breakpoint,
    log_breakpoint: f64,
    logit_at_breakpoint: f64,
    below: f64,
    above: f64,
}

/// Steps of the sum that approximates the integral over the distribution.
const STEPS: usize = 400;

impl DemandCurve {
    /// The curve with P(D >= `threshold`) = sigmoid(`logit`), slopes `below` and `above`, and its breakpoint at the
    /// median. `None` unless the threshold and both slopes are positive and all arguments are finite.
    pub fn new(threshold: f64, logit: f64, below: f64, above: f64) -> Option<Self> {
        Self::with_breakpoint(Breakpoint::Median, threshold, logit, below, above)
    }

    /// [`Self::new`] with a breakpoint of choice.
    pub fn with_breakpoint(
        breakpoint: Breakpoint,
        threshold: f64,
        logit: f64,
        below: f64,
        above: f64,
    ) -> Option<Self> {
        let is_positive = threshold > 0.0 && below > 0.0 && above > 0.0;
        let (log_breakpoint, logit_at_breakpoint) = match breakpoint {
            Breakpoint::Threshold => (threshold.ln(), logit),
            // A threshold with a probability above 1/2 lies below the median, so the lower slope applies.
            Breakpoint::Median => (threshold.ln() + logit / if logit > 0.0 { below } else { above }, 0.0),
        };
        let is_finite =
            [log_breakpoint, logit_at_breakpoint, below, above].iter().all(|number| number.is_finite());
        (is_positive && is_finite).then_some(Self {
            breakpoint,
            log_breakpoint,
            logit_at_breakpoint,
            below,
            above,
        })
    }

    /// The same slopes with another logit at `threshold`; `None` if [`Self::new`] returns none.
    pub fn with_logit(&self, threshold: f64, logit: f64) -> Option<Self> {
        Self::with_breakpoint(self.breakpoint, threshold, logit, self.below, self.above)
    }

    /// P(D >= `m`), with `m` in the unit of the threshold. Never rises in `m`.
    pub fn p_at_least(&self, m: f64) -> f64 {
        if m <= 0.0 {
            return 1.0;
        }
        let distance = m.ln() - self.log_breakpoint;
        let slope = if distance < 0.0 { self.below } else { self.above };
        1.0 / (1.0 + (slope * distance - self.logit_at_breakpoint).exp())
    }

    /// The quantile of demand for a `level` within (0, 1).
    pub fn quantile(&self, level: f64) -> f64 {
        // From the logit at the breakpoint to that of the quantile.
        let fall = self.logit_at_breakpoint + (level / (1.0 - level)).ln();
        let slope = if fall < 0.0 { self.below } else { self.above };
        (self.log_breakpoint + fall / slope).exp()
    }

    /// The highest threshold with a probability of at least `p`, within (0, 1).
    pub fn threshold_at(&self, p: f64) -> f64 {
        self.quantile(1.0 - p)
    }

    /// Expected sales: `E[min(D, capacity) 1(D >= threshold)]`.
    /// Midpoint sum over 400 equal parts of the distribution, so that a heavy tail stays finite.
    pub fn expected_sold(&self, threshold: f64, capacity: f64) -> f64 {
        let midpoints = (0..STEPS).map(|step| (step as f64 + 0.5) / STEPS as f64);
        let sold = midpoints.map(|level| self.quantile(level)).filter(|demand| *demand >= threshold);
        sold.map(|demand| demand.min(capacity)).sum::<f64>() / STEPS as f64
    }

    /// The 10, 50 and 90 % quantiles.
    pub fn quantiles(&self) -> DemandQuantiles {
        DemandQuantiles { p10: self.quantile(0.1), p50: self.quantile(0.5), p90: self.quantile(0.9) }
    }
}

/// Quantiles of an offer's demand, in its threshold's basis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DemandQuantiles {
    /// The 10 % quantile.
    pub p10: f64,
    /// The median.
    pub p50: f64,
    /// The 90 % quantile.
    pub p90: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_curve_goes_through_the_threshold() {
        for logit in [-2.0, 0.0, 1.5_f64] {
            let curve = DemandCurve::new(120.0, logit, 2.0, 3.0).unwrap();
            assert!((curve.p_at_least(120.0) - 1.0 / (1.0 + (-logit).exp())).abs() < 1e-12);
        }
        for (threshold, logit, slope) in [(0.0, 0.0, 1.0), (1.0, f64::NAN, 1.0), (1.0, 0.0, 0.0)] {
            assert_eq!(DemandCurve::new(threshold, logit, slope, 1.0), None);
        }
    }

    #[test]
    fn expected_sales_need_the_threshold() {
        let narrow = DemandCurve::new(100.0, 0.0, 200.0, 200.0).unwrap();
        assert!((narrow.expected_sold(50.0, f64::INFINITY) - 100.0).abs() < 1.0);
        assert!((narrow.expected_sold(100.0, f64::INFINITY) - 50.0).abs() < 1.0);
        assert!((narrow.expected_sold(50.0, 80.0) - 80.0).abs() < 1e-9, "no more than the capacity");
        assert_eq!(narrow.expected_sold(1e6, f64::INFINITY), 0.0);
    }

    proptest! {
        #[test]
        fn probabilities_never_rise_and_quantiles_never_fall(
            threshold in 1.0..1e9_f64, logit in -20.0..20.0_f64, below in 0.05..20.0_f64, above in 0.05..20.0_f64,
            m in 0.0..1e10_f64, more in 0.0..1e10_f64, level in 0.01..0.98_f64, at_threshold: bool,
        ) {
            let breakpoint = if at_threshold { Breakpoint::Threshold } else { Breakpoint::Median };
            let curve = DemandCurve::with_breakpoint(breakpoint, threshold, logit, below, above).unwrap();
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
