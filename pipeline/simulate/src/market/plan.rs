//! The plan of a market: the offers of every slot, their terms and their outcomes.

use chrono::{DateTime, Utc};
use slotcast_core::Slot;

/// Slots with candidates after the last slot with campaigns.
pub(crate) const UNDECIDED_SLOTS: usize = 2;
/// Days before the opening at which the line-up is decided. Campaigns are scheduled some hours later.
pub(crate) const CUTOFF_DAYS: u32 = 4;
/// Kinds of social signals, in the order of [`PlannedOffer::signals`].
pub(crate) const SIGNAL_KINDS: [&str; 4] = ["alert", "wish", "share", "like"];

/// Threshold and price of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OfferTerms {
    /// In units, or in the smallest unit of the currency.
    pub(crate) threshold: i64,
    pub(crate) price: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct PlannedOffer {
    /// Slot date and number, such as `20160216-0001`.
    pub(crate) name: String,
    pub(crate) product: usize,
    /// Id of the previous campaign of a rerun.
    pub(crate) parent: Option<String>,
    /// Terms at the opening.
    pub(crate) terms: OfferTerms,
    /// The terms first proposed and the time of their change, if they changed.
    pub(crate) first_terms: Option<(OfferTerms, DateTime<Utc>)>,
    /// Units that reach the threshold.
    pub(crate) required_units: usize,
    pub(crate) unit_cost: Option<i64>,
    pub(crate) capacity: Option<u32>,
    pub(crate) submitted_at: DateTime<Utc>,
    pub(crate) closes_at: DateTime<Utc>,
    /// Logarithm of mean orders, without the slot's shock and without competitors.
    pub(crate) log_mean: f64,
    /// Mean number of signals by kind, noise included.
    pub(crate) signals: [f64; 4],
    /// The merchandiser's score, without noise.
    pub(crate) selection_score: f64,
    pub(crate) selected: bool,
    /// Effect of competitors in the line-up on the logarithm of mean orders.
    pub(crate) competition: f64,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
    /// Whether the candidate is withdrawn if it gets no seat.
    pub(crate) is_withdrawn_candidate: bool,
    /// Whether the source declares the outcome.
    pub(crate) has_declared_outcome: bool,
    /// Whether the units of kept orders reach the threshold, if the campaign runs.
    pub(crate) hit: bool,
}

impl PlannedOffer {
    pub(crate) fn candidate_id(&self) -> String {
        format!("cd-{}", self.name)
    }

    pub(crate) fn campaign_id(&self) -> String {
        format!("cp-{}", self.name)
    }

    /// Mean orders in a slot with this shock.
    pub(crate) fn mean_orders(&self, shock: f64) -> f64 {
        (self.log_mean + shock - self.competition).exp()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct SlotPlan {
    pub(crate) slot: Slot,
    /// Time at which campaigns are scheduled.
    pub(crate) scheduled_at: DateTime<Utc>,
    pub(crate) shock: f64,
    /// Whether the line-up is decided. Slots after the last one that runs have only a hypothetical line-up.
    pub(crate) is_decided: bool,
    pub(crate) offers: Vec<PlannedOffer>,
}

impl SlotPlan {
    /// Whether an offer of this slot becomes a campaign.
    pub(crate) fn runs(&self, offer: &PlannedOffer) -> bool {
        self.is_decided && offer.selected
    }
}
