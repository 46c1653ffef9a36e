//! Ranked list of a slot.

use slotcast_core::{DateTime, Slot, Utc};

use super::{offer::OfferView, relation_row::row_view};

/// Ranked list of one slot.
#[derive(Clone, Debug, PartialEq)]
pub struct ListView {
    /// The slot.
    pub slot: Slot,
    /// Whether the slot follows the next one: its list will still change.
    pub is_preliminary: bool,
    /// Whether the cutoff has passed: the list is final.
    pub is_frozen: bool,
    /// Decision time of the line-up.
    pub cutoff: DateTime<Utc>,
    /// Latest time of data that the scores use: T.
    pub knowledge_at: DateTime<Utc>,
    /// Model of this list. Lists of one page may have different models, because each slot is scored
    /// by a model trained at the same distance from the opening.
    pub model: ModelSummary,
    /// Offers in ranking order.
    pub offers: Vec<OfferView>,
}

impl ListView {
    /// Whether its offers have more than one currency. Their money is not added then.
    pub(crate) fn has_several_currencies(&self) -> bool {
        let mut currencies = self.offers.iter().filter_map(OfferView::currency);
        let first = currencies.next();
        currencies.any(|currency| Some(currency) != first)
    }
}

/// Training data of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSummary {
    /// Name of the model.
    pub name: String,
    /// Training campaigns.
    pub n_training: u64,
    /// Share of them that reached their threshold.
    pub base_rate: f64,
}

row_view! {
    /// Row of `order_curve`, in hours since the opening.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct OrderCurvePoint {
        /// Hours since the opening.
        pub hour: u32,
        /// Mean cumulative share of demand.
        pub share_mean: f64,
        /// 10th percentile of the share.
        pub share_p10: f64,
        /// 90th percentile of the share.
        pub share_p90: f64,
    }
}
