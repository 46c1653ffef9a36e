//! From what is wanted to an inbox.

use slotcast_core::Slot;

use crate::csv_table::MarketFile;
use crate::error::SimulateError;
use crate::inbox::Inbox;
use crate::offers::{UNDECIDED_SLOTS, offers};
use crate::orders::order_events;
use crate::params::DemoMarket;
use crate::signals::signals;
use crate::views::page_views;
use crate::world::World;

/// Makes the market: seven tables, each as `<table>/<table>.csv`; there are no order snapshots.
///
/// No row speaks of a time after `as_of`. Two lines of the orders are out of
/// order on purpose: one cannot be read, one comes twice.
///
/// # Errors
/// When a count is out of range, when no slot opens on `first_slot`, or when the market does not reach
/// the slot after `as_of`.
pub fn demo_market(params: &DemoMarket) -> Result<Vec<MarketFile>, SimulateError> {
    params.check()?;
    let slots = slots(params)?;
    let world = World::make(params);
    let offers = offers(params, &world, &slots);
    let events = order_events(params, &world, &offers);
    let views = page_views(params, &offers, &events);
    let signals = signals(params, &offers);
    let inbox = Inbox { as_of: params.as_of, calendar: params.calendar, world: &world, offers: &offers };
    Ok(vec![
        inbox.makers()?,
        inbox.products()?,
        inbox.candidates()?,
        inbox.campaigns()?,
        inbox.order_events(&events)?,
        inbox.page_views(&views)?,
        inbox.social_signals(&signals)?,
    ])
}

fn slots(params: &DemoMarket) -> Result<Vec<Slot>, SimulateError> {
    let first = params.calendar.slot_on(params.first_slot)?;
    let after = |slot: &Slot| Some(params.calendar.following(slot));
    let slots: Vec<Slot> =
        std::iter::successors(Some(first), after).take(params.slots as usize + UNDECIDED_SLOTS).collect();
    let next = params.calendar.next_after(params.as_of);
    if slots.contains(&next) {
        Ok(slots)
    } else {
        let last = slots.last().map_or(first.date, |slot| slot.date);
        Err(SimulateError::OtherTime { next: next.date, first: first.date, last })
    }
}
