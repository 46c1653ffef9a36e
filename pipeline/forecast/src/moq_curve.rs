//! Probability of reaching a threshold, over a grid around the proposed one.

use slotcast_core::{ScoredOffer, ThresholdBasis};

/// Multiples of the proposed threshold.
const MULTIPLES: [f64; 17] =
    [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0];

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MoqPoint {
    /// The threshold.
    pub threshold: f64,
    /// Probability that demand reaches it.
    pub p_reach: f64,
}

/// The curve of an offer; empty without a demand distribution. Units are rounded to whole ones and amounts to cents,
/// and each threshold occurs once.
pub fn moq_curve(scored: &ScoredOffer) -> Vec<MoqPoint> {
    let (offer, Some(curve)) = (&scored.offer, scored.curve) else { return Vec::new() };
    let mut points: Vec<MoqPoint> = Vec::new();
    for multiple in MULTIPLES {
        let threshold = match offer.threshold_basis {
            ThresholdBasis::Units => (multiple * offer.threshold).round(),
            ThresholdBasis::Amount => (multiple * offer.threshold * 100.0).round() / 100.0,
        };
        if threshold > points.last().map_or(0.0, |last| last.threshold) {
            points.push(MoqPoint { threshold, p_reach: curve.p_at_least(threshold) });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use slotcast_core::DemandCurve;

    use super::*;
    use crate::testing::list;

    #[test]
    fn whole_units_occur_once() {
        let mut scored = list("2016-03-01", &[("a", vec![])]).offers.remove(0).scored;
        assert_eq!(moq_curve(&scored), []);
        scored.curve = Some(DemandCurve::new(4.0, 0.0, 1.0, 1.0).unwrap());
        scored.offer.threshold = 4.0;
        let thresholds =
            |scored: &ScoredOffer| moq_curve(scored).iter().map(|point| point.threshold).collect::<Vec<_>>();
        assert_eq!(thresholds(&scored), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 16.0]);
        scored.offer.threshold_basis = ThresholdBasis::Amount;
        assert_eq!(thresholds(&scored)[..3], [0.8, 1.2, 1.6]);
        let points = moq_curve(&scored);
        assert!(points.windows(2).all(|pair| pair[0].p_reach > pair[1].p_reach));
    }
}
