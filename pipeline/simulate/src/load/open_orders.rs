//! Order events of load-test data: new orders, and the open orders that are still to be cancelled or refunded.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::catalog::Catalog;
use crate::rng::{RngStream, bernoulli, choose};

/// Some customers order far more often than others.
const EVENTS_PER_CUSTOMER: u64 = 6;
const MIN_CUSTOMERS: u64 = 2_000;
/// Share of events that cancel an order of the same slot.
const CANCELLED: f64 = 0.03;
/// Share of events that refund an order of the previous slot.
const REFUNDED: f64 = 0.02;
/// Ratio of orders marked for cancellation or refund to those needed, so that the lists seldom run empty.
const MARKED: f64 = 1.3;

const OPTIONS: [&str; 3] = ["op1", "op2", "op3"];
const UNITS: [u32; 8] = [1, 1, 1, 1, 1, 2, 2, 3];
const CHANNELS: [&str; 4] = ["app", "app", "app", "web"];

#[derive(Clone, Copy, Debug)]
pub(super) struct LoadOrder {
    pub(super) number: u64,
    /// Counted from 0.
    pub(super) campaign: u64,
    pub(super) option: &'static str,
    pub(super) customer: u64,
    pub(super) units: u32,
    pub(super) amount: u32,
    pub(super) channel: &'static str,
    pub(super) is_gift: bool,
}

/// An event of an order.
#[derive(Debug)]
pub(super) struct LoadOrderEvent {
    pub(super) order: LoadOrder,
    pub(super) event: &'static str,
}

/// Number and price of a campaign.
type CampaignPrice = (u64, u32);

#[derive(Debug)]
pub(super) struct OpenOrders<'a> {
    catalog: &'a Catalog,
    pub(super) rng: ChaCha8Rng,
    /// Campaigns of the slot, each repeated in proportion to its share of the orders.
    campaigns: Vec<CampaignPrice>,
    customers: f64,
    /// Number of the last order.
    number: u64,
    to_cancel: Vec<LoadOrder>,
    to_refund: Vec<LoadOrder>,
    /// Orders to refund after the slot has closed. An earlier refund would be a cancellation.
    to_refund_later: Vec<LoadOrder>,
}

impl<'a> OpenOrders<'a> {
    /// The first order gets the number after `number`.
    pub(super) fn new(catalog: &'a Catalog, number: u64) -> Self {
        Self {
            catalog,
            rng: RngStream::LoadOrders(0).rng(catalog.seed),
            campaigns: Vec::new(),
            customers: (catalog.order_events / EVENTS_PER_CUSTOMER).max(MIN_CUSTOMERS) as f64,
            number,
            to_cancel: Vec::new(),
            to_refund: Vec::new(),
            to_refund_later: Vec::new(),
        }
    }

    /// Closes the previous slot and opens this one.
    pub(super) fn open_slot(&mut self, slot: usize) {
        self.rng = RngStream::LoadOrders(slot).rng(self.catalog.seed);
        self.to_cancel.clear();
        self.to_refund = std::mem::take(&mut self.to_refund_later);
        self.campaigns.clear();
        for (number, offer) in self.catalog.campaigns_in(slot) {
            let campaign = (number as u64, self.catalog.products[offer.product].price);
            self.campaigns.extend(std::iter::repeat_n(campaign, offer.weight as usize));
        }
    }

    /// The next event.
    pub(super) fn next_event(&mut self) -> LoadOrderEvent {
        let point = self.rng.random::<f64>();
        if point < CANCELLED
            && let Some(order) = take_random(&mut self.to_cancel, &mut self.rng)
        {
            return LoadOrderEvent { order, event: "cancelled" };
        }
        if (CANCELLED..CANCELLED + REFUNDED).contains(&point)
            && let Some(order) = take_random(&mut self.to_refund, &mut self.rng)
        {
            return LoadOrderEvent { order, event: "refunded" };
        }
        let order = self.draw_order();
        let mark = self.rng.random::<f64>();
        if mark < MARKED * CANCELLED {
            self.to_cancel.push(order);
        } else if mark < MARKED * (CANCELLED + REFUNDED) {
            self.to_refund_later.push(order);
        }
        LoadOrderEvent { order, event: "placed" }
    }

    /// An order without later events, for a row that cannot be parsed.
    pub(super) fn single_event(&mut self) -> LoadOrderEvent {
        LoadOrderEvent { order: self.draw_order(), event: "placed" }
    }

    fn draw_order(&mut self) -> LoadOrder {
        let rng = &mut self.rng;
        self.number += 1;
        let (campaign, price) = choose(rng, &self.campaigns);
        let units = choose(rng, &UNITS);
        LoadOrder {
            number: self.number,
            campaign,
            option: choose(rng, &OPTIONS),
            customer: (rng.random::<f64>() * rng.random::<f64>() * self.customers) as u64 + 1,
            units,
            amount: units * price,
            channel: choose(rng, &CHANNELS),
            is_gift: bernoulli(rng, 0.04),
        }
    }
}

/// Removes a random order.
fn take_random(orders: &mut Vec<LoadOrder>, rng: &mut ChaCha8Rng) -> Option<LoadOrder> {
    let count = u32::try_from(orders.len()).ok().filter(|count| *count > 0)?;
    Some(orders.swap_remove(rng.random_range(0..count) as usize))
}
