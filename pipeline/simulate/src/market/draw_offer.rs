//! Drawing an offer: its terms, its mean demand and its signals.

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use slotcast_core::Slot;

use super::{
    arrival_curve::ArrivalCurve,
    generator::MarketGenerator,
    plan::{OfferTerms, PlannedOffer},
    population::rounded_price,
    spec::SignalSpec,
};
use crate::rng::{RngStream, bernoulli, standard_normal, uniform};

/// Days before the opening at which a candidate is submitted.
const SUBMISSION_DAYS: u32 = 12;
/// Days before the opening at which terms change.
const CHANGE_DAYS: u32 = 7;

/// A product proposed for a slot, with the campaign that it repeats.
pub(crate) struct Proposal {
    pub(crate) product: usize,
    pub(crate) parent: Option<String>,
}

impl MarketGenerator<'_> {
    /// Draws an offer of a slot. `slot_holidays` is the holiday factor of the slot's own window.
    pub(crate) fn draw_offer(
        &self,
        index: usize,
        number: usize,
        slot: Slot,
        proposal: Proposal,
        slot_holidays: f64,
    ) -> PlannedOffer {
        let Self { spec, population, calendar, .. } = self;
        let rng = &mut RngStream::Offer(index, number).rng(self.seed);
        let product = &population.products[proposal.product];
        let category = &population.categories[product.category];
        let [shortest, longest] = spec.market.window_days;
        let has_own_window = (shortest, longest) != (7, 7);
        let days = rng.random_range(shortest..=longest);
        let closes_at = match has_own_window {
            true => slot.opens_at + TimeDelta::days(i64::from(days)),
            false => slot.closes_at,
        };
        let holidays = match has_own_window {
            true => ArrivalCurve::new(spec, calendar.zone(), slot.opens_at, closes_at).holiday_factor,
            false => slot_holidays,
        };
        let intent = product.effect + spec.demand.offer_sd * standard_normal(rng);
        let price = self.draw_price(product.price, rng);
        let mut terms = OfferTerms { threshold: self.draw_threshold(product.maker, price, rng), price };
        let submitted_at = calendar.days_before(&slot, SUBMISSION_DAYS)
            + TimeDelta::seconds(rng.random_range(-108_000..108_000));
        let mut first_terms: Option<(OfferTerms, DateTime<Utc>)> = None;
        if bernoulli(rng, spec.anomalies.changed_terms) {
            let changed_at =
                calendar.days_before(&slot, CHANGE_DAYS) + TimeDelta::minutes(rng.random_range(0..2_000));
            first_terms = Some((terms, changed_at));
            match bernoulli(rng, 0.5) {
                true => terms.threshold = self.draw_threshold(product.maker, price, rng),
                false => terms.price = self.draw_price(product.price * 9 / 10, rng).max(1),
            }
            first_terms = first_terms.filter(|(first, _)| *first != terms);
        }
        let x = (terms.price as f64 / spec.in_smallest_unit(category.price)).ln();
        let year = f64::from(chrono::Datelike::ordinal(&slot.date)) / 365.25;
        let season = (std::f64::consts::TAU * (year - category.phase)).cos();
        let rerun = if proposal.parent.is_some() { spec.demand.rerun } else { 0.0 };
        let log_mean = spec.demand.median.ln()
            + intent
            + rerun
            + spec.demand.price_linear * x
            + spec.demand.price_square * x * x
            + spec.demand.season * season
            + holidays.ln();
        let kinds = [&spec.signals.alert, &spec.signals.wish, &spec.signals.share, &spec.signals.like];
        let signals = kinds.map(|kind: &SignalSpec| {
            kind.median * (kind.slope * intent + kind.noise * standard_normal(rng)).exp()
        });
        let required_units = self.required_units(terms);
        let observed = ((signals[0] + signals[1] + 1.0) / required_units as f64).ln();
        let private = log_mean - (required_units as f64).ln();
        let capacity = bernoulli(rng, spec.terms.capacity)
            .then(|| (required_units as f64 * uniform(rng, spec.terms.capacity_range)).ceil() as u32);
        let cost = uniform(rng, spec.prices.cost);
        let unit_cost =
            bernoulli(rng, spec.prices.cost_known).then_some((product.price as f64 * cost) as i64);
        let window = (closes_at - slot.opens_at).num_seconds() as f64;
        let withdrawal = uniform(rng, [0.2, 0.9]);
        let withdrawn_at = bernoulli(rng, spec.anomalies.withdrawn)
            .then(|| slot.opens_at + TimeDelta::seconds((window * withdrawal) as i64));
        PlannedOffer {
            name: format!("{}-{:04}", slot.date.format("%Y%m%d"), number + 1),
            product: proposal.product,
            parent: proposal.parent,
            terms,
            first_terms,
            required_units,
            unit_cost,
            capacity,
            submitted_at,
            closes_at,
            log_mean,
            signals,
            selection_score: spec.selection.signals * observed + spec.selection.private * private,
            selected: false,
            competition: 0.0,
            withdrawn_at,
            is_withdrawn_candidate: bernoulli(rng, spec.anomalies.withdrawn_candidates),
            has_declared_outcome: bernoulli(rng, spec.anomalies.declared),
            hit: false,
        }
    }

    /// A price close to another one.
    fn draw_price(&self, price: i64, rng: &mut impl Rng) -> i64 {
        let digits = self.spec.market.currency_digits;
        let drawn = price as f64 * (0.05 * standard_normal(rng)).exp() / self.spec.in_smallest_unit(1.0);
        rounded_price(drawn, digits)
    }

    /// A threshold, which depends on the maker's reach.
    fn draw_threshold(&self, maker: usize, price: i64, rng: &mut impl Rng) -> i64 {
        let Self { spec, population, .. } = self;
        let reach = spec.terms.reach * population.makers[maker].reach;
        let units = (spec.terms.median.ln() + reach + spec.terms.sd * standard_normal(rng)).exp();
        let (threshold, unit) = match spec.is_money() {
            true => {
                let unit = spec.in_smallest_unit(1.0);
                (units * price as f64 / unit, unit as i64)
            }
            false => (units, 1),
        };
        let (step, min) = (i64::from(spec.terms.step), i64::from(spec.terms.min));
        ((threshold / step as f64).round() as i64 * step).max(min) * unit
    }

    /// Units that reach the threshold.
    fn required_units(&self, terms: OfferTerms) -> usize {
        let units = match self.spec.is_money() {
            true => {
                terms.threshold.div_euclid(terms.price)
                    + i64::from(terms.threshold.rem_euclid(terms.price) > 0)
            }
            false => terms.threshold,
        };
        usize::try_from(units.max(1)).unwrap_or(usize::MAX)
    }
}
