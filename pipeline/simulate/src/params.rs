//! What kind of market is wanted.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use slotcast_core::SlotCalendar;

use crate::error::SimulateError;

const MOST_SLOTS: u32 = 1_000;
const MOST_SEATS: u32 = 200;
const MOST_MAKERS: u32 = 2_000;

/// A small market: `slots` slots with `seats` campaigns each, and candidates for the two slots after them.
///
/// Facts that lie after `as_of` are not made, so the same market at a later
/// `as_of` begins with the same campaigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoMarket {
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// The local date on which the first slot opens.
    pub first_slot: NaiveDate,
    /// How many slots have campaigns.
    pub slots: u32,
    /// How many campaigns a slot has.
    pub seats: u32,
    /// How many makers there are.
    pub makers: u32,
    /// When slots open.
    pub calendar: SlotCalendar,
    /// The moment up to which anything is known.
    pub as_of: DateTime<Utc>,
}

impl DemoMarket {
    /// Sixty slots of ten seats, the last of which is live at `as_of`.
    pub fn until(calendar: SlotCalendar, as_of: DateTime<Utc>) -> Self {
        let slots = 60;
        let live = calendar.slot_of(as_of);
        let first = (1..slots).fold(live, |slot, _| calendar.slot_of(slot.opens_at - TimeDelta::seconds(1)));
        Self { seed: 7, first_slot: first.date, slots, seats: 10, makers: 48, calendar, as_of }
    }

    /// Candidates a slot: there are more of them than seats, or there would be nothing to rank.
    pub(crate) fn pool(&self) -> usize {
        (self.seats as usize * 8).div_ceil(5)
    }

    pub(crate) fn check(&self) -> Result<(), SimulateError> {
        let counts = [
            ("slots", MOST_SLOTS, self.slots),
            ("seats", MOST_SEATS, self.seats),
            ("makers", MOST_MAKERS, self.makers),
        ];
        match counts.into_iter().find(|(_, most, value)| !(1..=*most).contains(value)) {
            Some((name, most, value)) => {
                Err(SimulateError::Count { name, most: most.into(), value: value.into() })
            }
            None => Ok(()),
        }
    }
}
