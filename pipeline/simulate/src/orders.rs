//! Orders: a rush on the first day, a lift before the deadline, some cancelled, some refunded.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use rand::Rng;
use slotcast_core::{Tz, utc_to_local};

use crate::offers::Offer;
use crate::params::DemoMarket;
use crate::randomness::{Part, chance, negative_binomial, stream, waiting};
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Placed,
    Cancelled,
    Refunded,
}

/// A line of an order's life.
#[derive(Debug)]
pub(crate) struct OrderEvent {
    pub(crate) at: DateTime<Utc>,
    pub(crate) offer: usize,
    /// The order's number within its campaign.
    pub(crate) order: u32,
    pub(crate) event: Event,
    pub(crate) units: u32,
    pub(crate) customer: u32,
    pub(crate) option: u32,
    pub(crate) channel: &'static str,
    pub(crate) gift: bool,
}

/// Shape of the gamma law: the smaller, the wilder demand is.
const SHAPE: f64 = 6.0;
/// How often an order is for 1, 2, ... units; the last is what remains.
const UNITS: [f64; 5] = [0.48, 0.28, 0.12, 0.07, 0.05];
const CANCELLED: f64 = 0.05;
const REFUNDED: f64 = 0.03;
const REFUND_WINDOW_DAYS: f64 = 14.0;
const CUSTOMERS: f64 = 9_000.0;

/// Every order event of the market up to `as_of`, by time.
pub(crate) fn order_events(params: &DemoMarket, world: &World, offers: &[Offer]) -> Vec<OrderEvent> {
    let campaigns = offers.iter().enumerate().filter(|(_, offer)| offer.slot.opens_at < params.as_of);
    let mut events: Vec<OrderEvent> =
        campaigns.flat_map(|(index, offer)| campaign_events(params, world, index, offer)).collect();
    events.retain(|event| event.at < params.as_of);
    events.sort_by_key(|event| (event.at, event.offer, event.order));
    events
}

fn campaign_events(params: &DemoMarket, world: &World, index: usize, offer: &Offer) -> Vec<OrderEvent> {
    let Some((_, ends_at)) = offer.campaign() else { return Vec::new() };
    let mut rng = stream(params.seed, Part::Orders(index));
    let mut wanted = negative_binomial(&mut rng, offer.pull.exp(), SHAPE);
    let mut placed = Vec::new();
    while wanted > 0 {
        let units = units(&mut rng).min(wanted);
        wanted -= units;
        let at = order_time(params.calendar.zone(), offer, &mut rng);
        placed.push((at, units));
    }
    placed.retain(|(at, _)| *at < ends_at);
    placed.sort_unstable();

    let gifts = if world.products[offer.product].category.name == "주방" { 0.08 } else { 0.03 };
    let mut events = Vec::new();
    let mut stock = Stock::of(offer);
    for (order, (at, units)) in (1..).zip(placed) {
        let Some(units) = stock.take(at, units) else { break };
        let first = OrderEvent {
            at,
            offer: index,
            order,
            event: Event::Placed,
            units,
            // Some buy often: low numbers come up more.
            customer: (rng.random::<f64>().powi(2) * CUSTOMERS) as u32 + 1,
            option: rng.random_range(1..4),
            channel: if chance(&mut rng, 0.7) { "app" } else { "web" },
            gift: chance(&mut rng, gifts),
        };
        let end = end_of(at, ends_at, &mut rng);
        if let Some((event, at)) = end {
            if event == Event::Cancelled {
                stock.give_back(at, units);
            }
            events.push(OrderEvent { event, at, ..first });
        }
        events.push(first);
    }
    events
}

/// How an order ends, if not as everybody hopes: cancelled before the close or refunded after it.
fn end_of(at: DateTime<Utc>, ends_at: DateTime<Utc>, rng: &mut impl Rng) -> Option<(Event, DateTime<Utc>)> {
    let left = (ends_at - at).num_seconds();
    let (fate, share) = (rng.random::<f64>(), rng.random::<f64>());
    let lag = 1.0 + waiting(rng, 4.0 * 86_400.0).min(REFUND_WINDOW_DAYS * 86_400.0 - 2.0);
    if fate < CANCELLED && left > 1 {
        let wait = 1 + (share * (left - 1) as f64) as i64;
        Some((Event::Cancelled, at + TimeDelta::seconds(wait)))
    } else if (CANCELLED..CANCELLED + REFUNDED).contains(&fate) {
        Some((Event::Refunded, ends_at + TimeDelta::seconds(lag as i64)))
    } else {
        None
    }
}

fn units(rng: &mut impl Rng) -> u32 {
    let mut left = rng.random::<f64>();
    (1..)
        .zip(UNITS)
        .find(|(_, share)| {
            left -= share;
            left < 0.0
        })
        .map_or(UNITS.len() as u32, |(units, _)| units)
}

/// A moment in `[opens_at, closes_at)`; few order at night.
fn order_time(zone: Tz, offer: &Offer, rng: &mut impl Rng) -> DateTime<Utc> {
    let window = (offer.slot.closes_at - offer.slot.opens_at).num_seconds() as f64;
    loop {
        let kind = rng.random::<f64>();
        let after = if kind < 0.35 {
            waiting(rng, 8.0 * 3_600.0)
        } else if kind < 0.55 {
            window - 1.0 - waiting(rng, 10.0 * 3_600.0)
        } else {
            rng.random::<f64>() * window
        };
        if !(0.0..window).contains(&after) {
            continue;
        }
        let at = offer.slot.opens_at + TimeDelta::seconds(after as i64);
        if !(1..7).contains(&utc_to_local(zone, at).hour()) || chance(rng, 0.15) {
            return at;
        }
    }
}

/// What can still be sold of an offer with a capacity.
struct Stock {
    left: Option<u32>,
    /// Units that come back later.
    returns: BinaryHeap<Reverse<(DateTime<Utc>, u32)>>,
}

impl Stock {
    fn of(offer: &Offer) -> Self {
        Self { left: offer.capacity, returns: BinaryHeap::new() }
    }

    /// As many of the units as there are; `None` once it is sold out, which is for good.
    fn take(&mut self, at: DateTime<Utc>, units: u32) -> Option<u32> {
        let Some(left) = &mut self.left else { return Some(units) };
        if *left == 0 {
            return None;
        }
        while let Some(Reverse((back_at, back))) = self.returns.peek().copied() {
            if back_at > at {
                break;
            }
            *left += back;
            self.returns.pop();
        }
        let taken = units.min(*left);
        *left -= taken;
        Some(taken)
    }

    fn give_back(&mut self, at: DateTime<Utc>, units: u32) {
        self.returns.push(Reverse((at, units)));
    }
}
