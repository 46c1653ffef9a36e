//! Slots, makers, products and offers of a load-test market.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, seq::index};
use slotcast_core::{Slot, SlotCalendar, Tz};

use super::load_market::LoadMarket;
use crate::error::SimulateError;
use crate::names::CATEGORIES;
use crate::rng::{RngStream, bernoulli};

/// Candidates per campaign, as a fraction.
const CANDIDATES_PER_CAMPAIGN: [usize; 2] = [8, 5];
/// Slots after the last one with facts. Both have candidates, and the first has scheduled campaigns.
const SLOTS_AHEAD: usize = 2;
/// Minimum number of products. The busiest hour may need more.
const MIN_PRODUCTS: u64 = 1_200;
const PRODUCTS_PER_MAKER: usize = 8;
/// Channels of page views.
pub(super) const VIEW_CHANNELS: [&str; 4] = ["app", "web", "search", "ad"];
/// Maximum ratio of an hour's page views to the mean hour's.
pub(super) const PEAK_RATIO: u64 = 3;
/// Approximate number of days from the proposal of an offer to its opening.
const SUBMISSION_DAYS: u32 = 12;

#[derive(Debug)]
pub(super) struct LoadProduct {
    /// Index into `CATEGORIES`.
    pub(super) category: usize,
    pub(super) maker: usize,
    pub(super) price: u32,
}

/// Terms of a candidate and, if it is chosen, of its campaign.
#[derive(Debug)]
pub(super) struct LoadOffer {
    pub(super) slot: usize,
    pub(super) product: usize,
    pub(super) threshold: u32,
    pub(super) unit_cost: Option<u32>,
    /// Far above demand, because orders here are not limited by stock.
    pub(super) capacity: Option<u32>,
    pub(super) submitted_at: DateTime<Utc>,
    /// Relative share of the slot's orders.
    pub(super) weight: u32,
}

/// Everything that facts refer to.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) seed: u64,
    pub(super) zone: Tz,
    pub(super) calendar: SlotCalendar,
    /// Number of slots with facts.
    pub(super) weeks: usize,
    pub(super) slots: Vec<Slot>,
    /// Campaigns per slot.
    seats: usize,
    /// Candidates per slot.
    candidates: usize,
    pub(super) makers: usize,
    pub(super) products: Vec<LoadProduct>,
    /// Ordered by slot.
    pub(super) offers: Vec<LoadOffer>,
    /// Indices of the offers that became campaigns, ordered by slot. The last slot has none.
    pub(super) campaigns: Vec<usize>,
    pub(super) order_events: u64,
    pub(super) page_views: u64,
    pub(super) social_signals: u64,
}

impl Catalog {
    pub(super) fn new(market: &LoadMarket) -> Result<Self, SimulateError> {
        market.check()?;
        let calendar = market.calendar;
        let first = calendar.slot_on(market.first_slot)?;
        let [weeks, seats] = [market.weeks, market.campaigns].map(|count| count as usize);
        let following = |slot: &Slot| Some(calendar.following(slot));
        let slots: Vec<Slot> =
            std::iter::successors(Some(first), following).take(weeks + SLOTS_AHEAD).collect();
        let mut catalog = Self {
            seed: market.seed,
            zone: calendar.zone(),
            calendar,
            weeks,
            seats,
            candidates: seats * CANDIDATES_PER_CAMPAIGN[0] / CANDIDATES_PER_CAMPAIGN[1],
            makers: 0,
            products: Vec::new(),
            offers: Vec::new(),
            campaigns: Vec::new(),
            order_events: market.order_events,
            page_views: market.page_views,
            social_signals: market.social_signals,
            slots,
        };
        catalog.add_products();
        (0..catalog.slots.len()).for_each(|slot| catalog.add_offers(slot));
        Ok(catalog)
    }

    /// Offers of some slots.
    pub(super) fn offers_in(&self, slots: Range<usize>) -> &[LoadOffer] {
        &self.offers[slots.start * self.candidates..slots.end.min(self.slots.len()) * self.candidates]
    }

    /// Number and offer of each campaign of a slot.
    pub(super) fn campaigns_in(&self, slot: usize) -> impl Iterator<Item = (usize, &LoadOffer)> {
        let numbers = slot * self.seats..(slot + 1) * self.seats;
        numbers.map(|number| (number, &self.offers[self.campaigns[number]]))
    }

    fn add_products(&mut self) {
        let mut rng = RngStream::LoadProducts.rng(self.seed);
        let count = (MIN_PRODUCTS.max(self.max_products_per_hour()) as usize).max(2 * self.candidates);
        self.makers = count.div_ceil(PRODUCTS_PER_MAKER);
        let product = |number: usize| LoadProduct {
            category: rng.random_range(0..CATEGORIES.len() as u32) as usize,
            maker: number / PRODUCTS_PER_MAKER,
            price: 100 * rng.random_range(80..900),
        };
        self.products = (0..count).map(product).collect();
    }

    /// Products with page views in the busiest hour, if each is viewed once per channel.
    fn max_products_per_hour(&self) -> u64 {
        let hours = self.slots.iter().map(|slot| (slot.closes_at - slot.opens_at).num_hours().unsigned_abs());
        let hours = hours.min().unwrap_or(1).max(1) * self.weeks as u64;
        let peak = PEAK_RATIO * (self.page_views / hours + 1) + 1;
        peak / VIEW_CHANNELS.len() as u64 + 1
    }

    /// Products are offered in rotation, so no product is offered twice in a slot.
    fn add_offers(&mut self, slot: usize) {
        let mut rng = RngStream::LoadOffers(slot).rng(self.seed);
        let first = self.offers.len();
        let units = self.order_events as f64 * 1.4 / (self.weeks * self.seats) as f64;
        for number in first..first + self.candidates {
            let product = number % self.products.len();
            let weight = rng.random_range(20..60);
            let threshold = units * f64::from(weight) / 40.0 * rng.random_range(0.6..1.5);
            let cost = self.products[product].price / 100 * rng.random_range(45..70);
            let jitter = TimeDelta::seconds(rng.random_range(-100_000..100_000));
            self.offers.push(LoadOffer {
                slot,
                product,
                threshold: threshold.round().max(1.0) as u32,
                unit_cost: bernoulli(&mut rng, 0.8).then_some(cost),
                capacity: bernoulli(&mut rng, 0.06).then_some((units * 10.0) as u32 + 1_000),
                submitted_at: self.calendar.days_before(&self.slots[slot], SUBMISSION_DAYS) + jitter,
                weight,
            });
        }
        if slot <= self.weeks {
            let mut chosen = index::sample(&mut rng, self.candidates, self.seats).into_vec();
            chosen.sort_unstable();
            self.campaigns.extend(chosen.into_iter().map(|number| first + number));
        }
    }
}
