//! Who offers what in which slot, whom the merchandiser chooses, and how demand falls out.

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, seq::IndexedRandom};
use slotcast_core::{Slot, SlotCalendar};

use super::{
    curve::Curve,
    draws::{Part, between, chance, gamma, normal, poisson, stream},
    law::OrderSizes,
    spec::{MarketSpec, SignalKind},
    world::World,
};
use crate::error::SimulateError;

/// Candidates are also proposed for the slots after the last one that runs.
pub(crate) const UNDECIDED_SLOTS: usize = 2;
/// Days before the opening.
const SUBMITTED: u32 = 12;
const CHANGED: u32 = 7;
/// The line-up is decided at the cutoff; campaigns are scheduled some hours later.
pub(crate) const CUTOFF: u32 = 4;

/// The kinds of signals, in the order in which an offer has their means.
pub(crate) const KINDS: [&str; 4] = ["alert", "wish", "share", "like"];

/// What an offer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// In units, or in the smallest unit of the currency.
    pub(crate) threshold: i64,
    pub(crate) price: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Offer {
    /// `20160216-0001`.
    pub(crate) name: String,
    pub(crate) product: usize,
    /// The campaign whose product is offered again.
    pub(crate) parent: Option<String>,
    pub(crate) terms: Asked,
    /// Terms as first proposed, where they changed at a moment.
    pub(crate) first_terms: Option<(Asked, DateTime<Utc>)>,
    /// Units that reach the threshold.
    pub(crate) need: usize,
    pub(crate) unit_cost: Option<i64>,
    pub(crate) capacity: Option<u32>,
    pub(crate) submitted_at: DateTime<Utc>,
    pub(crate) closes_at: DateTime<Utc>,
    /// Logarithm of mean orders, without the week's shock and without rivals.
    pub(crate) log_mean: f64,
    /// Mean signals by kind, noise included.
    pub(crate) signals: [f64; 4],
    /// What the merchandiser makes of it, but for the mood.
    pub(crate) liking: f64,
    pub(crate) selected: bool,
    /// What rivals in the line-up take away from the logarithm of its mean.
    pub(crate) rivals: f64,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
    pub(crate) taken_back: bool,
    pub(crate) declared: bool,
    /// Whether the units of the kept orders reach the threshold, if it runs.
    pub(crate) hit: bool,
}

impl Offer {
    pub(crate) fn candidate_id(&self) -> String {
        format!("cd-{}", self.name)
    }

    pub(crate) fn campaign_id(&self) -> String {
        format!("cp-{}", self.name)
    }

    /// Mean orders in a week with this shock, everything known but who comes.
    pub(crate) fn mean(&self, shock: f64) -> f64 {
        (self.log_mean + shock - self.rivals).exp()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct SlotPlan {
    pub(crate) slot: Slot,
    /// When campaigns are scheduled.
    pub(crate) scheduled_at: DateTime<Utc>,
    pub(crate) shock: f64,
    /// Of the slots after the last one that runs nobody has decided: their line-up is what it would be.
    pub(crate) is_decided: bool,
    pub(crate) offers: Vec<Offer>,
}

impl SlotPlan {
    /// Whether an offer of this slot becomes a campaign.
    pub(crate) fn runs(&self, offer: &Offer) -> bool {
        self.is_decided && offer.selected
    }
}

/// What the making of every slot shares.
pub(crate) struct Maker<'a> {
    pub(crate) spec: &'a MarketSpec,
    pub(crate) seed: u64,
    pub(crate) calendar: SlotCalendar,
    pub(crate) world: &'a World,
    pub(crate) sizes: OrderSizes,
}

/// A product that will be offered again.
struct Encore {
    slot: usize,
    product: usize,
    parent: String,
}

impl Maker<'_> {
    pub(crate) fn pool(spec: &MarketSpec) -> usize {
        (f64::from(spec.market.seats) * spec.market.pool).ceil() as usize
    }

    /// Every slot, one after another: what is offered again depends on what hit.
    pub(crate) fn plan(&self) -> Result<Vec<SlotPlan>, SimulateError> {
        let first = self.calendar.slot_on(self.spec.market.first_slot)?;
        let after = |slot: &Slot| Some(self.calendar.following(slot));
        let count = self.spec.market.slots as usize + UNDECIDED_SLOTS;
        let mut free_from = vec![0; self.world.products.len()];
        let mut encores: Vec<Encore> = Vec::new();
        let mut plans = Vec::new();
        for (index, slot) in std::iter::successors(Some(first), after).take(count).enumerate() {
            let plan = self.slot(index, slot, &mut free_from, &mut encores);
            plans.push(plan);
        }
        Ok(plans)
    }

    fn slot(&self, index: usize, slot: Slot, free_from: &mut [usize], encores: &mut Vec<Encore>) -> SlotPlan {
        let mut rng = stream(self.seed, Part::Slot, index, 0);
        let rest = self.spec.market.rest_slots as usize + 1;
        let mut chosen: Vec<(usize, Option<String>)> = Vec::new();
        for encore in encores.extract_if(.., |encore| encore.slot <= index) {
            if free_from[encore.product] <= index
                && !chosen.iter().any(|(product, _)| *product == encore.product)
            {
                chosen.push((encore.product, Some(encore.parent)));
            }
        }
        let pool = Self::pool(self.spec);
        chosen.truncate(pool);
        let is_free =
            |product: &usize| free_from[*product] <= index && !chosen.iter().any(|own| own.0 == *product);
        let free: Vec<usize> = (0..free_from.len()).filter(is_free).collect();
        let fresh = pool.saturating_sub(chosen.len());
        chosen.extend(free.choose_multiple(&mut rng, fresh).map(|product| (*product, None)));

        let shock = self.spec.demand.shock_sd * normal(&mut rng);
        let scheduled_at =
            self.calendar.days_before(&slot, CUTOFF) + TimeDelta::minutes(rng.random_range(60..480));
        let same = Curve::of(self.spec, self.calendar.zone(), slot.opens_at, slot.closes_at);
        let mut offers: Vec<Offer> = Vec::new();
        for (number, (product, parent)) in chosen.into_iter().enumerate() {
            free_from[product] = index + rest;
            offers.push(self.offer(index, number, slot, product, parent, &same));
        }
        let moods: Vec<f64> = offers.iter().map(|_| self.spec.selection.noise * normal(&mut rng)).collect();
        let line_up = self.line_up(&offers, &moods);
        for offer in &line_up {
            offers[*offer].selected = true;
        }
        let own_rivals: Vec<f64> =
            (0..offers.len()).map(|own| self.rivalry(&offers, own, &line_up)).collect();
        for (number, rivals) in own_rivals.into_iter().enumerate() {
            let offer = &mut offers[number];
            offer.rivals = rivals;
            offer.hit = self.draw(index, number, offer, shock);
            let is_hit = offer.selected && offer.withdrawn_at.is_none() && offer.hit;
            if is_hit && chance(&mut rng, self.spec.traps.encores) {
                let windows = (offer.closes_at - slot.opens_at).num_days() as usize / 7;
                let due = index + windows + rest + rng.random_range(0..6);
                encores.push(Encore { slot: due, product: offer.product, parent: offer.campaign_id() });
            }
        }
        let is_decided = index < self.spec.market.slots as usize;
        SlotPlan { slot, scheduled_at, shock, is_decided, offers }
    }

    fn offer(
        &self,
        index: usize,
        number: usize,
        slot: Slot,
        product: usize,
        parent: Option<String>,
        same: &Curve,
    ) -> Offer {
        let Self { spec, world, calendar, .. } = self;
        let rng = &mut stream(self.seed, Part::Offer, index, number);
        let made = &world.products[product];
        let category = &world.categories[made.category];
        let [short, long] = spec.market.window_days;
        let is_own_window = (short, long) != (7, 7);
        let days = rng.random_range(short..=long);
        let closes_at = match is_own_window {
            true => slot.opens_at + TimeDelta::days(i64::from(days)),
            false => slot.closes_at,
        };
        let holiday = match is_own_window {
            true => Curve::of(spec, calendar.zone(), slot.opens_at, closes_at).holiday_factor,
            false => same.holiday_factor,
        };
        let intent = made.effect + spec.demand.occasion_sd * normal(rng);
        let price = self.near(made.price, rng);
        let mut terms = Asked { threshold: self.threshold(made.maker, price, rng), price };
        let submitted_at =
            calendar.days_before(&slot, SUBMITTED) + TimeDelta::seconds(rng.random_range(-108_000..108_000));
        let mut first_terms = None;
        if chance(rng, spec.traps.changed_terms) {
            let at = calendar.days_before(&slot, CHANGED) + TimeDelta::minutes(rng.random_range(0..2_000));
            first_terms = Some((terms, at));
            match chance(rng, 0.5) {
                true => terms.threshold = self.threshold(made.maker, price, rng),
                false => terms.price = self.near(made.price * 9 / 10, rng).max(1),
            }
            first_terms = first_terms.filter(|(first, _)| *first != terms);
        }
        let x = (terms.price as f64 / self.smallest(category.price)).ln();
        let year = f64::from(chrono::Datelike::ordinal(&slot.date)) / 365.25;
        let season = (std::f64::consts::TAU * (year - category.phase)).cos();
        let again = if parent.is_some() { spec.demand.encore } else { 0.0 };
        let log_mean = spec.demand.median.ln()
            + intent
            + again
            + spec.demand.price_linear * x
            + spec.demand.price_square * x * x
            + spec.demand.season * season
            + holiday.ln();
        let kinds = [&spec.signals.alert, &spec.signals.wish, &spec.signals.share, &spec.signals.like];
        let signals = kinds
            .map(|kind: &SignalKind| kind.median * (kind.slope * intent + kind.noise * normal(rng)).exp());
        let need = match spec.is_money() {
            true => {
                terms.threshold.div_euclid(terms.price)
                    + i64::from(terms.threshold.rem_euclid(terms.price) > 0)
            }
            false => terms.threshold,
        };
        let need = usize::try_from(need.max(1)).unwrap_or(usize::MAX);
        let visible = ((signals[0] + signals[1] + 1.0) / need as f64).ln();
        let private = log_mean - (need as f64).ln();
        let capacity = chance(rng, spec.terms.capacity)
            .then(|| (need as f64 * between(rng, spec.terms.capacity_range)).ceil() as u32);
        let cost = between(rng, spec.prices.cost);
        let unit_cost = chance(rng, spec.prices.cost_told).then_some((made.price as f64 * cost) as i64);
        let window = (closes_at - slot.opens_at).num_seconds() as f64;
        let share = between(rng, [0.2, 0.9]);
        let withdrawn_at = chance(rng, spec.traps.withdrawn)
            .then(|| slot.opens_at + TimeDelta::seconds((window * share) as i64));
        Offer {
            name: format!("{}-{:04}", slot.date.format("%Y%m%d"), number + 1),
            product,
            parent,
            terms,
            first_terms,
            need,
            unit_cost,
            capacity,
            submitted_at,
            closes_at,
            log_mean,
            signals,
            liking: spec.selection.signals * visible + spec.selection.private * private,
            selected: false,
            rivals: 0.0,
            withdrawn_at,
            taken_back: chance(rng, spec.traps.taken_back),
            declared: chance(rng, spec.traps.declared),
            hit: false,
        }
    }

    fn smallest(&self, money: f64) -> f64 {
        money * 10_f64.powi(i32::from(self.spec.market.currency_digits))
    }

    /// A price around that of the product, rounded as it is.
    fn near(&self, price: i64, rng: &mut impl Rng) -> i64 {
        let digits = self.spec.market.currency_digits;
        super::world::rounded(price as f64 * (0.05 * normal(rng)).exp() / self.smallest(1.0), digits)
    }

    /// Makers know a little of their own reach.
    fn threshold(&self, maker: usize, price: i64, rng: &mut impl Rng) -> i64 {
        let Self { spec, world, .. } = self;
        let reach = spec.terms.reach * world.makers[maker].reach;
        let units = (spec.terms.median.ln() + reach + spec.terms.sd * normal(rng)).exp();
        let (wanted, unit) = match spec.is_money() {
            true => (units * price as f64 / self.smallest(1.0), self.smallest(1.0) as i64),
            false => (units, 1),
        };
        let (step, least) = (i64::from(spec.terms.step), i64::from(spec.terms.least));
        ((wanted / step as f64).round() as i64 * step).max(least) * unit
    }

    /// The offers that get a seat: those liked best, in the order of the pool.
    pub(crate) fn line_up(&self, offers: &[Offer], moods: &[f64]) -> Vec<usize> {
        let score = |offer: &usize| offers[*offer].liking + moods[*offer];
        let mut order: Vec<usize> = (0..offers.len()).collect();
        order.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
        order.truncate(self.spec.market.seats as usize);
        order.sort_unstable();
        order
    }

    /// What the others of a line-up take away from the logarithm of an offer's mean.
    pub(crate) fn rivalry(&self, offers: &[Offer], own: usize, line_up: &[usize]) -> f64 {
        let category = |offer: usize| self.world.products[offers[offer].product].category;
        let price = offers[own].terms.price as f64;
        let likeness = |other: &usize| match category(*other) == category(own) && *other != own {
            true => {
                let apart = (offers[*other].terms.price as f64 / price).ln().abs();
                if apart < 0.3 { 1.5 } else { 1.0 }
            }
            false => 0.0,
        };
        self.spec.demand.cannibalisation * line_up.iter().map(likeness).sum::<f64>()
    }

    /// Whether the orders of an offer reach the threshold in a week with this shock.
    fn draw(&self, index: usize, number: usize, offer: &Offer, shock: f64) -> bool {
        let mut units = 0_u64;
        self.orders(index, number, offer.mean(shock), |size| units += u64::from(size));
        units >= offer.need as u64
    }

    /// Draws the orders of an offer, the same each time: calls with the units of every kept one, gives how many
    /// will be cancelled before the close.
    pub(crate) fn orders(&self, index: usize, number: usize, mean: f64, mut each: impl FnMut(u32)) -> u32 {
        let rng = &mut stream(self.seed, Part::Demand, index, number);
        let rate = gamma(rng, mean, self.spec.demand.dispersion);
        let cancelled = self.spec.traps.cancelled;
        let (kept, cancelled) = (poisson(rng, rate * (1.0 - cancelled)), poisson(rng, rate * cancelled));
        for _ in 0..kept {
            each(self.sizes.at(rng.random()));
        }
        cancelled
    }
}
