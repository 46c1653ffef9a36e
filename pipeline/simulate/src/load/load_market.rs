//! Size and calendar of a load-test market.

use chrono::{DateTime, NaiveDate, Utc};
use slotcast_core::SlotCalendar;

use crate::error::SimulateError;

const MAX_WEEKS: u64 = 2_000;
/// Per slot. No product is offered twice in a slot.
const MAX_CAMPAIGNS: u64 = 2_000;
const MAX_ROWS: u64 = 10_000_000_000;
/// Percentages of all rows. The rest are social signals.
const ORDER_EVENT_PERCENT: u64 = 20;
const PAGE_VIEW_PERCENT: u64 = 42;

/// A load-test market with a given number of fact rows.
///
/// Makers, products, campaigns and candidates have one file per table, facts one file per local month. Facts of a
/// file are in order of time, as in exports, except for deliberate repeats. No fact is later than the close of the
/// last slot.
///
/// Slots must open at a full hour, because page views are counted by the hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadMarket {
    /// Random seed. The same seed gives the same bytes.
    pub seed: u64,
    /// Local date on which the first slot opens.
    pub first_slot: NaiveDate,
    /// Number of slots with facts. With a one-week calendar these are weeks.
    pub weeks: u32,
    /// Campaigns per slot. Eight candidates are proposed for every five campaigns.
    pub campaigns: u32,
    /// Rows of order events, including deliberately invalid rows and repeats.
    pub order_events: u64,
    /// Rows of social signals.
    pub social_signals: u64,
    /// Rows of page views.
    pub page_views: u64,
    /// Opening times of slots.
    pub calendar: SlotCalendar,
}

impl LoadMarket {
    /// Two years in Seoul from 2022-01-04, a Tuesday: 20 % order events, 42 % page views, 38 % social signals.
    pub fn with_rows(rows: u64) -> Self {
        let [order_events, page_views] = [rows * ORDER_EVENT_PERCENT / 100, rows * PAGE_VIEW_PERCENT / 100];
        Self::with_counts(order_events, rows - order_events - page_views, page_views)
    }

    /// The same two years with the given number of rows per table.
    pub fn with_counts(order_events: u64, social_signals: u64, page_views: u64) -> Self {
        Self {
            seed: 7,
            first_slot: NaiveDate::from_ymd_opt(2022, 1, 4).expect("2022-01-04 is a date"),
            weeks: 104,
            campaigns: 30,
            order_events,
            social_signals,
            page_views,
            calendar: SlotCalendar::default(),
        }
    }

    /// Rows of all fact tables.
    pub fn rows(&self) -> u64 {
        self.order_events + self.social_signals + self.page_views
    }

    /// Close of the last slot.
    ///
    /// # Errors
    /// If no slot opens on `first_slot`.
    pub fn ends_at(&self) -> Result<DateTime<Utc>, SimulateError> {
        let first = self.calendar.slot_on(self.first_slot)?;
        Ok((1..self.weeks).fold(first, |slot, _| self.calendar.following(&slot)).closes_at)
    }

    pub(super) fn check(&self) -> Result<(), SimulateError> {
        let counts = [
            ("weeks", MAX_WEEKS, u64::from(self.weeks)),
            ("campaigns", MAX_CAMPAIGNS, u64::from(self.campaigns)),
            ("rows", MAX_ROWS, self.rows()),
        ];
        match counts.into_iter().find(|(_, max, value)| !(1..=*max).contains(value)) {
            Some((name, max, value)) => Err(SimulateError::Count { name, max, value }),
            None => Ok(()),
        }
    }
}
