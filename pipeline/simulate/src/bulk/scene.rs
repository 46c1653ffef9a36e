//! What the facts of a bulk market speak of: slots, makers, products, offers.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, seq::index};
use slotcast_core::{Slot, SlotCalendar, Tz};

use super::BulkMarket;
use crate::error::SimulateError;
use crate::randomness::{Part, chance, stream};
use crate::words::CATEGORIES;

/// Candidates for so many campaigns.
const CANDIDATES: [usize; 2] = [8, 5];
/// Candidates are also made for the slot whose campaigns are announced, and for the one after it.
const SLOTS_AHEAD: usize = 2;
/// At least so many; more where the busiest hour needs more to look at.
const PRODUCTS: u64 = 1_200;
const PRODUCTS_A_MAKER: usize = 8;
/// Channels in which a product is seen.
pub(super) const VIEW_CHANNELS: [&str; 4] = ["app", "web", "search", "ad"];
/// The busiest hour has at most so many times the views of the mean hour.
pub(super) const BUSIEST_HOUR: u64 = 3;
/// Days before its opening at which an offer is proposed, give or take some hours.
const SUBMITTED: u32 = 12;

#[derive(Debug)]
pub(super) struct Good {
    /// In `CATEGORIES`.
    pub(super) category: usize,
    pub(super) maker: usize,
    pub(super) price: u32,
}

/// A candidate.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) slot: usize,
    pub(super) product: usize,
    pub(super) threshold: u32,
    pub(super) unit_cost: Option<u32>,
    /// Never reached: nothing here watches a stock.
    pub(super) capacity: Option<u32>,
    pub(super) submitted_at: DateTime<Utc>,
    /// Share of its slot's orders.
    pub(super) weight: u32,
}

#[derive(Debug)]
pub(super) struct Scene {
    pub(super) seed: u64,
    pub(super) zone: Tz,
    pub(super) calendar: SlotCalendar,
    /// How many of the slots have facts.
    pub(super) weeks: usize,
    pub(super) slots: Vec<Slot>,
    /// Campaigns a slot.
    seats: usize,
    /// Candidates a slot.
    candidates: usize,
    pub(super) makers: usize,
    pub(super) products: Vec<Good>,
    /// By slot.
    pub(super) offers: Vec<Offer>,
    /// The offers that became campaigns, by slot; the last slot has none yet.
    pub(super) campaigns: Vec<usize>,
    pub(super) order_events: u64,
    pub(super) page_views: u64,
    pub(super) social_signals: u64,
}

impl Scene {
    pub(super) fn of(market: &BulkMarket) -> Result<Self, SimulateError> {
        market.check()?;
        let calendar = market.calendar;
        let first = calendar.slot_on(market.first_slot)?;
        let [weeks, seats] = [market.weeks, market.campaigns].map(|count| count as usize);
        let following = |slot: &Slot| Some(calendar.following(slot));
        let slots: Vec<Slot> =
            std::iter::successors(Some(first), following).take(weeks + SLOTS_AHEAD).collect();
        let mut scene = Self {
            seed: market.seed,
            zone: calendar.zone(),
            calendar,
            weeks,
            seats,
            candidates: seats * CANDIDATES[0] / CANDIDATES[1],
            makers: 0,
            products: Vec::new(),
            offers: Vec::new(),
            campaigns: Vec::new(),
            order_events: market.order_events,
            page_views: market.page_views,
            social_signals: market.social_signals,
            slots,
        };
        scene.make_products();
        (0..scene.slots.len()).for_each(|slot| scene.make_offers(slot));
        Ok(scene)
    }

    /// What is proposed for some slots.
    pub(super) fn offers_of(&self, slots: Range<usize>) -> &[Offer] {
        &self.offers[slots.start * self.candidates..slots.end.min(self.slots.len()) * self.candidates]
    }

    /// The campaigns of a slot: number and terms.
    pub(super) fn campaigns_of(&self, slot: usize) -> impl Iterator<Item = (usize, &Offer)> {
        let numbers = slot * self.seats..(slot + 1) * self.seats;
        numbers.map(|number| (number, &self.offers[self.campaigns[number]]))
    }

    fn make_products(&mut self) {
        let mut rng = stream(self.seed, Part::Goods);
        let count = (PRODUCTS.max(self.most_seen()) as usize).max(2 * self.candidates);
        self.makers = count.div_ceil(PRODUCTS_A_MAKER);
        let good = |number: usize| Good {
            category: rng.random_range(0..CATEGORIES.len() as u32) as usize,
            maker: number / PRODUCTS_A_MAKER,
            price: 100 * rng.random_range(80..900),
        };
        self.products = (0..count).map(good).collect();
    }

    /// How many products the busiest hour may speak of, a view a channel.
    fn most_seen(&self) -> u64 {
        let hours = self.slots.iter().map(|slot| (slot.closes_at - slot.opens_at).num_hours().unsigned_abs());
        let hours = hours.min().unwrap_or(1).max(1) * self.weeks as u64;
        let busiest = BUSIEST_HOUR * (self.page_views / hours + 1) + 1;
        busiest / VIEW_CHANNELS.len() as u64 + 1
    }

    /// Products are offered in turn, so none comes twice in a slot.
    fn make_offers(&mut self, slot: usize) {
        let mut rng = stream(self.seed, Part::Offers(slot));
        let first = self.offers.len();
        let units = self.order_events as f64 * 1.4 / (self.weeks * self.seats) as f64;
        for number in first..first + self.candidates {
            let product = number % self.products.len();
            let weight = rng.random_range(20..60);
            let threshold = units * f64::from(weight) / 40.0 * rng.random_range(0.6..1.5);
            let cost = self.products[product].price / 100 * rng.random_range(45..70);
            let jitter = TimeDelta::seconds(rng.random_range(-100_000..100_000));
            self.offers.push(Offer {
                slot,
                product,
                threshold: threshold.round().max(1.0) as u32,
                unit_cost: chance(&mut rng, 0.8).then_some(cost),
                capacity: chance(&mut rng, 0.06).then_some((units * 10.0) as u32 + 1_000),
                submitted_at: self.calendar.days_before(&self.slots[slot], SUBMITTED) + jitter,
                weight,
            });
        }
        if slot <= self.weeks {
            let mut seated = index::sample(&mut rng, self.candidates, self.seats).into_vec();
            seated.sort_unstable();
            self.campaigns.extend(seated.into_iter().map(|number| first + number));
        }
    }
}
