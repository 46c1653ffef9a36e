//! What is ordered, and which orders are still to be cancelled or refunded.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::scene::Scene;
use crate::randomness::{Part, chance, pick, stream};

/// Customers, one for so many events; some buy often.
const EVENTS_A_CUSTOMER: u64 = 6;
const FEWEST_CUSTOMERS: u64 = 2_000;
/// Of all events, so many cancel an order of the same slot, so many refund one of the slot before.
const CANCELLED: f64 = 0.03;
const REFUNDED: f64 = 0.02;
/// Somewhat more orders are marked than come up, so that there is one when it is its turn.
const MARKED: f64 = 1.3;

const OPTIONS: [&str; 3] = ["op1", "op2", "op3"];
const UNITS: [u32; 8] = [1, 1, 1, 1, 1, 2, 2, 3];
const CHANNELS: [&str; 4] = ["app", "app", "app", "web"];

#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) number: u64,
    /// Counted from zero.
    pub(super) campaign: u64,
    pub(super) option: &'static str,
    pub(super) customer: u64,
    pub(super) units: u32,
    pub(super) amount: u32,
    pub(super) channel: &'static str,
    pub(super) is_gift: bool,
}

/// A line of an order's life.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) order: Order,
    pub(super) event: &'static str,
}

/// A campaign as often as its share of the orders asks for, and its price.
type Seat = (u64, u32);

#[derive(Debug)]
pub(super) struct OrderBook<'a> {
    scene: &'a Scene,
    pub(super) rng: ChaCha8Rng,
    seats: Vec<Seat>,
    customers: f64,
    /// The number of the last order.
    number: u64,
    to_cancel: Vec<Order>,
    to_refund: Vec<Order>,
    /// Refunded once the slot is closed: until then it would be a cancel.
    to_refund_later: Vec<Order>,
}

impl<'a> OrderBook<'a> {
    /// Orders are numbered from the one after `number`.
    pub(super) fn new(scene: &'a Scene, number: u64) -> Self {
        Self {
            scene,
            rng: stream(scene.seed, Part::Orders(0)),
            seats: Vec::new(),
            customers: (scene.order_events / EVENTS_A_CUSTOMER).max(FEWEST_CUSTOMERS) as f64,
            number,
            to_cancel: Vec::new(),
            to_refund: Vec::new(),
            to_refund_later: Vec::new(),
        }
    }

    /// The slot opens, and the one before it is closed.
    pub(super) fn turn_to(&mut self, slot: usize) {
        self.rng = stream(self.scene.seed, Part::Orders(slot));
        self.to_cancel.clear();
        self.to_refund = std::mem::take(&mut self.to_refund_later);
        self.seats.clear();
        for (number, offer) in self.scene.campaigns_of(slot) {
            let seat = (number as u64, self.scene.products[offer.product].price);
            self.seats.extend(std::iter::repeat_n(seat, offer.weight as usize));
        }
    }

    /// What happens next.
    pub(super) fn next_line(&mut self) -> Line {
        let fate = self.rng.random::<f64>();
        if fate < CANCELLED
            && let Some(order) = take(&mut self.to_cancel, &mut self.rng)
        {
            return Line { order, event: "cancelled" };
        }
        if (CANCELLED..CANCELLED + REFUNDED).contains(&fate)
            && let Some(order) = take(&mut self.to_refund, &mut self.rng)
        {
            return Line { order, event: "refunded" };
        }
        let order = self.draw_order();
        let mark = self.rng.random::<f64>();
        if mark < MARKED * CANCELLED {
            self.to_cancel.push(order);
        } else if mark < MARKED * (CANCELLED + REFUNDED) {
            self.to_refund_later.push(order);
        }
        Line { order, event: "placed" }
    }

    /// An order that nothing will be said of again: no line can be read that places it.
    pub(super) fn lone_line(&mut self) -> Line {
        Line { order: self.draw_order(), event: "placed" }
    }

    fn draw_order(&mut self) -> Order {
        let rng = &mut self.rng;
        self.number += 1;
        let (campaign, price) = pick(rng, &self.seats);
        let units = pick(rng, &UNITS);
        Order {
            number: self.number,
            campaign,
            option: pick(rng, &OPTIONS),
            customer: (rng.random::<f64>() * rng.random::<f64>() * self.customers) as u64 + 1,
            units,
            amount: units * price,
            channel: pick(rng, &CHANNELS),
            is_gift: chance(rng, 0.04),
        }
    }
}

/// One of the orders, taken out.
fn take(orders: &mut Vec<Order>, rng: &mut ChaCha8Rng) -> Option<Order> {
    let count = u32::try_from(orders.len()).ok().filter(|count| *count > 0)?;
    Some(orders.swap_remove(rng.random_range(0..count) as usize))
}
