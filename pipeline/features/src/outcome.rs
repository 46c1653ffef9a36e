//! Outcome of a campaign: hit or miss, and its demand as far as it was observed.

use chrono::{DateTime, Utc};

/// Outcome of a campaign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Whether demand reached the threshold, or the source declares so.
    pub hit: bool,
    /// Demand in the threshold's basis.
    pub demand: ObservedDemand,
    /// Earliest time at which a model may train on it: known, and closed for the label lag.
    pub trainable_at: DateTime<Utc>,
}

/// Demand of a campaign, as far as it was observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ObservedDemand {
    /// A complete count.
    Exactly(f64),
    /// A lower bound: the campaign sold out, or the source declares the threshold reached against the count.
    AtLeast(f64),
    /// An upper bound: the source declares the threshold missed against the count, or without a count.
    Below(f64),
}

impl ObservedDemand {
    /// The count, or its lower bound; `None` if only a miss is known.
    pub fn counted(self) -> Option<f64> {
        match self {
            Self::Exactly(demand) | Self::AtLeast(demand) => Some(demand),
            Self::Below(_) => None,
        }
    }

    /// The count, or its bound.
    pub fn value_or_bound(self) -> f64 {
        let (Self::Exactly(demand) | Self::AtLeast(demand) | Self::Below(demand)) = self;
        demand
    }
}

impl Outcome {
    /// The outcome of a count. A declared outcome that contradicts the count gives a bound, as does a sold-out capacity.
    pub fn new(
        hit: bool,
        demand: Option<f64>,
        threshold: f64,
        is_sold_out: bool,
        trainable_at: DateTime<Utc>,
    ) -> Self {
        let counted = demand.filter(|demand| demand.is_finite() && *demand >= 0.0);
        let demand = match (hit, counted) {
            (true, Some(demand)) if is_sold_out => ObservedDemand::AtLeast(demand.max(threshold)),
            (true, Some(demand)) if demand >= threshold => ObservedDemand::Exactly(demand),
            (true, _) => ObservedDemand::AtLeast(threshold),
            (false, Some(demand)) if demand < threshold => ObservedDemand::Exactly(demand),
            (false, _) => ObservedDemand::Below(threshold),
        };
        Self { hit, demand, trainable_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_count_is_a_bound() {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let demand = |hit, demand, is_sold_out| Outcome::new(hit, demand, 100.0, is_sold_out, at).demand;
        assert_eq!(demand(true, Some(120.0), false), ObservedDemand::Exactly(120.0));
        assert_eq!(demand(false, Some(0.0), false), ObservedDemand::Exactly(0.0));
        assert_eq!(demand(true, Some(150.0), true), ObservedDemand::AtLeast(150.0));
        assert_eq!(
            demand(true, Some(95.0), true),
            ObservedDemand::AtLeast(100.0),
            "sold out, then cancelled below"
        );
        assert_eq!(demand(true, Some(60.0), false), ObservedDemand::AtLeast(100.0), "declared reached");
        assert_eq!(demand(false, Some(130.0), false), ObservedDemand::Below(100.0), "declared missed");
        assert_eq!(demand(true, None, false), ObservedDemand::AtLeast(100.0));
        assert_eq!(demand(false, Some(f64::NAN), false), ObservedDemand::Below(100.0));
    }
}
