//! Intervals of rates, and shrinkage toward a prior.

/// The Wilson score interval of `hits` out of `n` at `z` standard errors (1.96 for 95 %, 1.2816 for 80 %).
///
/// Source: E. B. Wilson, Probable inference, the law of succession, and statistical
/// inference, JASA 22 (1927). `None` if `n` is zero.
pub fn wilson_interval(hits: f64, n: f64, z: f64) -> Option<(f64, f64)> {
    if n <= 0.0 {
        return None;
    }
    let rate = hits / n;
    let z2 = z * z;
    let center = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((center - half).max(0.0), (center + half).min(1.0)))
}

/// A Beta prior for rates, as its mean and its weight in outcomes: Beta(mean * strength, (1 - mean) * strength).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaPrior {
    /// The rate of a group without observations, within (0, 1).
    pub mean: f64,
    /// Weight of the prior, in outcomes.
    pub strength: f64,
}

impl BetaPrior {
    /// The weight that a prior gets if the groups do not identify it.
    pub const DEFAULT_STRENGTH: f64 = 8.0;
    const STRENGTHS: (f64, f64) = (1.0, 1_000.0);

    /// Fits the prior by moments to groups of (hits, n).
    ///
    /// Source: J. C. Kleinman, Proportions with extraneous variance, JASA 68 (1973): the
    /// intraclass correlation rho follows from the weighted variance between
    /// groups, and the strength is (1 - rho) / rho. Without spread between groups
    /// the strength is capped at 1,000; with fewer than two groups it is
    /// [`Self::DEFAULT_STRENGTH`]. Without any outcome the mean is one half.
    pub fn fit(groups: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let groups: Vec<(f64, f64)> = groups.into_iter().filter(|(_, n)| *n > 0.0).collect();
        let total: f64 = groups.iter().map(|(_, n)| n).sum();
        let hits: f64 = groups.iter().map(|(hits, _)| hits).sum();
        // Half an outcome on each side keeps the mean inside (0, 1).
        let mean = (hits + 0.5) / (total + 1.0);
        let count = groups.len() as f64;
        if groups.len() < 2 {
            return Self { mean, strength: Self::DEFAULT_STRENGTH };
        }
        let variance = mean * (1.0 - mean);
        let spread: f64 = groups.iter().map(|(hits, n)| n * (hits / n - mean).powi(2)).sum();
        let squares: f64 = groups.iter().map(|(_, n)| n * n).sum();
        let scale = variance * (total - squares / total - (count - 1.0));
        if scale <= 0.0 {
            return Self { mean, strength: Self::DEFAULT_STRENGTH };
        }
        let rho = (spread - variance * (count - 1.0)) / scale;
        let (weakest, strongest) = Self::STRENGTHS;
        let strength = if rho <= 0.0 { strongest } else { ((1.0 - rho) / rho).clamp(weakest, strongest) };
        Self { mean, strength }
    }

    /// The posterior mean of a group with `hits` out of `n`.
    pub fn shrink(&self, hits: f64, n: f64) -> f64 {
        (hits + self.mean * self.strength) / (n + self.strength)
    }
}

/// A prior for rates per unit of exposure (orders per signal), as its mean and its weight in exposure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatePrior {
    /// The rate of a group without observations.
    pub mean: f64,
    /// Weight of the prior, in exposure.
    pub strength: f64,
}

impl RatePrior {
    /// The weight, in average members, that a prior gets if the groups do not identify it.
    pub const DEFAULT_MEMBERS: f64 = 10.0;
    const MAX_MEMBERS: f64 = 1_000.0;

    /// Fits the prior by moments to groups of members, each a (count, exposure).
    ///
    /// Source: H. Bühlmann and E. Straub, Glaubwürdigkeit für Schadensätze, Bulletin of the Swiss
    /// Association of Actuaries 70 (1970): with variance `s2 / exposure` within a group and
    /// `t2` between groups, the credibility of a group is `exposure / (exposure + s2 / t2)`.
    /// Without spread between groups the weight is capped at 1,000 average members; with
    /// fewer than two groups, or one member per group, it is [`Self::DEFAULT_MEMBERS`].
    pub fn fit(groups: &[Vec<(f64, f64)>]) -> Self {
        let groups: Vec<Vec<(f64, f64)>> = groups
            .iter()
            .map(|group| group.iter().copied().filter(|(_, exposure)| *exposure > 0.0).collect::<Vec<_>>())
            .filter(|group| !group.is_empty())
            .collect();
        let sums = |group: &[(f64, f64)]| {
            group.iter().fold((0.0, 0.0), |sum, member| (sum.0 + member.0, sum.1 + member.1))
        };
        let members: usize = groups.iter().map(Vec::len).sum();
        let totals: Vec<(f64, f64)> = groups.iter().map(|group| sums(group)).collect();
        let (count, exposure) = sums(&totals);
        if exposure <= 0.0 {
            return Self { mean: 0.0, strength: Self::DEFAULT_MEMBERS };
        }
        let mean = count / exposure;
        let average = exposure / members as f64;
        let fallback = Self { mean, strength: Self::DEFAULT_MEMBERS * average };
        if groups.len() < 2 || members == groups.len() {
            return fallback;
        }
        let within: f64 = groups
            .iter()
            .zip(&totals)
            .flat_map(|(group, total)| group.iter().map(move |member| (member, total.0 / total.1)))
            .map(|((count, exposure), rate)| exposure * (count / exposure - rate).powi(2))
            .sum::<f64>()
            / (members - groups.len()) as f64;
        let spread: f64 = totals.iter().map(|(count, own)| own * (count / own - mean).powi(2)).sum();
        let scale = exposure - totals.iter().map(|(_, own)| own * own).sum::<f64>() / exposure;
        let between = (spread - within * (groups.len() - 1) as f64) / scale;
        let max = Self::MAX_MEMBERS * average;
        let strength = if between > 0.0 { (within / between).clamp(average * 0.1, max) } else { max };
        if scale > 0.0 && strength.is_finite() { Self { mean, strength } } else { fallback }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_agrees_with_a_published_value() {
        // Newcombe (1998), table I: 81 of 263 at 95 % gives 0.2553 to 0.3662.
        let (low, high) = wilson_interval(81.0, 263.0, 1.959_964).unwrap();
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson_interval(0.0, 0.0, 1.96), None);
    }

    #[test]
    fn shrinkage_prefers_long_records() {
        let prior = BetaPrior { mean: 0.7, strength: 8.0 };
        assert!((prior.shrink(1.0, 1.0) - 0.7333).abs() < 1e-4);
        assert!(prior.shrink(18.0, 20.0) > prior.shrink(1.0, 1.0));
    }

    #[test]
    fn strength_falls_with_variance_between_groups() {
        let pooled = BetaPrior::fit((0..20).map(|_| (50.0, 100.0)));
        assert_eq!(pooled.strength, 1_000.0);
        let apart = BetaPrior::fit((0..20).map(|i| (if i % 2 == 0 { 5.0 } else { 95.0 }, 100.0)));
        assert!(apart.strength < 2.0, "{}", apart.strength);
        assert!((apart.mean - 0.5).abs() < 1e-9);
    }

    #[test]
    fn credibility_rises_with_variance_between_groups() {
        let alike: Vec<_> = (0..6).map(|_| vec![(8.0, 100.0), (12.0, 100.0)]).collect();
        let apart: Vec<_> =
            (1..7).map(|rate| vec![(f64::from(rate), 10.0), (f64::from(rate), 10.0)]).collect();
        let (alike, apart) = (RatePrior::fit(&alike), RatePrior::fit(&apart));
        assert!((alike.mean - 0.1).abs() < 1e-12 && alike.strength == 100_000.0, "{alike:?}");
        assert!((apart.mean - 0.35).abs() < 1e-12 && apart.strength < 10.0, "{apart:?}");
        assert_eq!(RatePrior::fit(&[vec![(2.0, 10.0)]]).strength, 100.0);
        assert_eq!(RatePrior::fit(&[]).mean, 0.0);
    }

    #[test]
    fn no_outcomes_give_the_default_prior() {
        let prior = BetaPrior::fit([]);
        assert_eq!(prior, BetaPrior { mean: 0.5, strength: BetaPrior::DEFAULT_STRENGTH });
    }
}
