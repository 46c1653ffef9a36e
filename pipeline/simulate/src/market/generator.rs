//! The generator: everything that the simulation of every slot shares.

use rand::Rng;
use slotcast_core::SlotCalendar;

use super::{
    arrival_curve::ArrivalCurve,
    compound_demand::OrderSizes,
    plan::{PlannedOffer, SlotPlan},
    population::Population,
    spec::MarketSpec,
};
use crate::rng::{RngStream, gamma, poisson};

/// Settings, seed and population of a market.
pub(crate) struct MarketGenerator<'a> {
    pub(crate) spec: &'a MarketSpec,
    pub(crate) seed: u64,
    pub(crate) calendar: SlotCalendar,
    pub(crate) population: &'a Population,
    pub(crate) sizes: OrderSizes,
}

impl MarketGenerator<'_> {
    /// Candidates per slot.
    pub(crate) fn pool(spec: &MarketSpec) -> usize {
        (f64::from(spec.market.seats) * spec.market.pool).ceil() as usize
    }

    /// Distribution of an offer's order times.
    pub(crate) fn arrival_curve(&self, plan: &SlotPlan, offer: &PlannedOffer) -> ArrivalCurve {
        ArrivalCurve::new(self.spec, self.calendar.zone(), plan.slot.opens_at, offer.closes_at)
    }

    /// Draws the orders of an offer, the same in every call. Calls `each` with the units of every kept order and
    /// returns the number of orders that will be cancelled before the close.
    pub(crate) fn draw_orders(
        &self,
        slot: usize,
        number: usize,
        mean: f64,
        mut each: impl FnMut(u32),
    ) -> u32 {
        let rng = &mut RngStream::Demand(slot, number).rng(self.seed);
        let rate = gamma(rng, mean, self.spec.demand.dispersion);
        let cancelled = self.spec.anomalies.cancelled;
        let (kept, cancelled) = (poisson(rng, rate * (1.0 - cancelled)), poisson(rng, rate * cancelled));
        for _ in 0..kept {
            each(self.sizes.quantile(rng.random()));
        }
        cancelled
    }
}
