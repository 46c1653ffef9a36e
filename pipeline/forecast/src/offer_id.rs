//! Identity of an offer across runs.

use slotcast_core::NaiveDate;

/// Slot date and id of an offer: a candidate may be offered in several slots.
pub type OfferId = (NaiveDate, String);
