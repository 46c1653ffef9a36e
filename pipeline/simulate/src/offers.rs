//! Candidates for every slot, and which of them become campaigns under which terms.

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, seq::IndexedRandom};
use slotcast_core::{Slot, SlotCalendar};

use crate::params::DemoMarket;
use crate::randomness::{Part, chance, normal, stream};
use crate::world::{Product, World};

/// A product proposed for a slot.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) candidate_id: String,
    pub(crate) product: usize,
    pub(crate) slot: Slot,
    pub(crate) threshold: u32,
    pub(crate) unit_cost: Option<u32>,
    pub(crate) capacity: Option<u32>,
    pub(crate) submitted_at: DateTime<Utc>,
    pub(crate) fate: Fate,
    /// Logarithm of the expected demand.
    pub(crate) pull: f64,
    /// Logarithm of how much more it is talked of than the usual offer.
    pub(crate) buzz: f64,
}

/// What became of a candidate.
#[derive(Debug)]
pub(crate) enum Fate {
    /// Its slot is not decided yet.
    Open,
    /// It got no seat at this moment; some take it back then.
    Passed { at: DateTime<Utc>, taken_back: bool },
    /// It became a campaign.
    Campaign { campaign_id: String, scheduled_at: DateTime<Utc>, withdrawn_at: Option<DateTime<Utc>> },
}

/// Units that the usual offer sells.
const USUAL_DEMAND: f64 = 83.0;
const USUAL_THRESHOLD: f64 = 80.0;
const THRESHOLDS: (f64, f64) = (50.0, 300.0);
const PRICE_ELASTICITY: f64 = 0.3;
/// Slots that a product rests after one: its signals must not run into the next offer's.
const REST: usize = 6;
/// Days before the opening.
const SUBMITTED: u32 = 12;
const SCHEDULED: u32 = 5;
/// Candidates are also made for the slots after the last one with campaigns.
pub(crate) const UNDECIDED_SLOTS: usize = 2;

/// Every offer of the market, slot by slot, whether known by `as_of` or not.
pub(crate) fn offers(params: &DemoMarket, world: &World, slots: &[Slot]) -> Vec<Offer> {
    let mut rng = stream(params.seed, Part::Offers);
    let mut free_from = vec![0; world.products.len()];
    let mut offers = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let free: Vec<usize> = (0..free_from.len()).filter(|product| free_from[*product] <= index).collect();
        let chosen: Vec<usize> = free.choose_multiple(&mut rng, params.pool()).copied().collect();
        let mut pool = Vec::new();
        for (number, product) in chosen.into_iter().enumerate() {
            free_from[product] = index + REST;
            let id = format!("{}-{:02}", slot.date.format("%Y%m%d"), number + 1);
            pool.push(propose(&params.calendar, *slot, id, world, product, &mut rng));
        }
        if index < params.slots as usize {
            decide(&params.calendar, *slot, params.seats as usize, &mut pool, &mut rng);
        }
        offers.append(&mut pool);
    }
    offers
}

fn propose(
    calendar: &SlotCalendar,
    slot: Slot,
    id: String,
    world: &World,
    product: usize,
    rng: &mut impl Rng,
) -> Offer {
    let made = &world.products[product];
    let maker = world.makers[made.maker].effect;
    // What is special about this time: the season, the page, the news.
    let appeal = made.appeal + 0.4 * normal(rng);
    let price = f64::from(made.price) / made.category.price;
    let pull = USUAL_DEMAND.ln() + 0.25 * maker + made.category.effect + 0.4 * appeal
        - PRICE_ELASTICITY * price.ln();
    let buzz = 0.55 * appeal + 0.2 * maker + 0.5 * made.category.effect + 0.3 * normal(rng);
    let threshold = threshold(maker, rng);
    let jitter = TimeDelta::seconds(rng.random_range(-108_000..108_000));
    Offer {
        candidate_id: format!("cd-{id}"),
        product,
        slot,
        threshold,
        unit_cost: unit_cost(made, rng),
        capacity: chance(rng, 0.06).then(|| threshold * 13 / 10),
        submitted_at: calendar.days_before(&slot, SUBMITTED) + jitter,
        fate: Fate::Open,
        pull,
        buzz,
    }
}

/// Makers know a little of their own reach, and choose tens.
fn threshold(maker: f64, rng: &mut impl Rng) -> u32 {
    let wanted = (USUAL_THRESHOLD.ln() + 0.1 * maker + 0.4 * normal(rng)).exp();
    (wanted.clamp(THRESHOLDS.0, THRESHOLDS.1) / 10.0).round() as u32 * 10
}

/// Most makers say what a unit costs them.
fn unit_cost(product: &Product, rng: &mut impl Rng) -> Option<u32> {
    let share = rng.random_range(0.45..0.7);
    chance(rng, 0.8).then(|| (f64::from(product.price) * share / 100.0).round() as u32 * 100)
}

/// Seats go to those whom an editor likes, who sees some of the appeal.
fn decide(calendar: &SlotCalendar, slot: Slot, seats: usize, pool: &mut [Offer], rng: &mut impl Rng) {
    let liking: Vec<f64> = pool.iter().map(|offer| 0.4 * offer.buzz + normal(rng)).collect();
    let mut order: Vec<usize> = (0..pool.len()).collect();
    order.sort_by(|a, b| liking[*b].total_cmp(&liking[*a]));
    let at = calendar.days_before(&slot, SCHEDULED) + TimeDelta::minutes(rng.random_range(0..480));
    let window = (slot.closes_at - slot.opens_at).num_seconds() as f64;
    for (place, index) in order.into_iter().enumerate() {
        let offer = &mut pool[index];
        let (rare, share) = (chance(rng, 0.015), rng.random_range(0.3..0.8));
        let taken_back = chance(rng, 0.1);
        offer.fate = if place < seats {
            let withdrawn_at = rare.then(|| slot.opens_at + TimeDelta::seconds((window * share) as i64));
            let campaign_id = offer.candidate_id.replacen("cd-", "cp-", 1);
            Fate::Campaign { campaign_id, scheduled_at: at, withdrawn_at }
        } else {
            Fate::Passed { at, taken_back }
        };
    }
}

impl Offer {
    /// The campaign's id and the end of its selling, if it became one.
    pub(crate) fn campaign(&self) -> Option<(&str, DateTime<Utc>)> {
        match &self.fate {
            Fate::Campaign { campaign_id, withdrawn_at, .. } => {
                Some((campaign_id, withdrawn_at.unwrap_or(self.slot.closes_at)))
            }
            Fate::Open | Fate::Passed { .. } => None,
        }
    }
}
