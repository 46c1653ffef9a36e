//! The cutoff of a slot, and T.

use chrono::{DateTime, Utc};

use crate::calendar::{Slot, SlotCalendar};

/// T of the offers of one slot, and its distance to the opening, at which training rows are cut too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// The slot whose offers are scored.
    pub slot: Slot,
    /// Time at which the slot's line-up is decided.
    pub cutoff: DateTime<Utc>,
    /// T: `min(as_of, cutoff)`.
    pub knowledge_at: DateTime<Utc>,
    /// Whole local days from T to the opening, rounded up. Training rows of earlier slots are cut at the same
    /// distance: signals accumulate daily, so weights fitted on fuller counts would be biased.
    pub days_before_open: u32,
}

impl Knowledge {
    /// T of `slot` for a run at `as_of`, if line-ups are decided `lead_days` before the opening.
    pub fn new(calendar: &SlotCalendar, slot: Slot, as_of: DateTime<Utc>, lead_days: u32) -> Self {
        let cutoff = calendar.days_before(&slot, lead_days);
        let knowledge_at = as_of.min(cutoff);
        let days_before_open = calendar.whole_days_before(&slot, knowledge_at);
        Self { slot, cutoff, knowledge_at, days_before_open }
    }

    /// Whether `as_of` is past the cutoff, so that the list no longer changes.
    pub fn is_frozen(&self, as_of: DateTime<Utc>) -> bool {
        as_of > self.cutoff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_is_as_of_until_the_cutoff() {
        let calendar = SlotCalendar::default();
        let slot = calendar.slot_on("2016-03-01".parse().unwrap()).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();

        let wednesday = Knowledge::new(&calendar, slot, at("2016-02-24T18:00:00Z"), 4);
        assert_eq!(wednesday.knowledge_at, at("2016-02-24T18:00:00Z"));
        assert_eq!(wednesday.days_before_open, 6);

        let monday = Knowledge::new(&calendar, slot, at("2016-02-29T00:00:00Z"), 4);
        assert_eq!(monday.knowledge_at, at("2016-02-26T01:00:00Z"));
        assert!(monday.is_frozen(at("2016-02-29T00:00:00Z")));
        assert!(!monday.is_frozen(monday.cutoff));
    }
}
