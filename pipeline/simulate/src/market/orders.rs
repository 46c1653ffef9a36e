//! Order events of a campaign: arrivals, cancellations, sell-out, bots and refunds.

use std::{cmp::Reverse, collections::BinaryHeap};

use rand::Rng;

use super::{
    arrival_curve::ArrivalCurve,
    generator::MarketGenerator,
    plan::{PlannedOffer, SlotPlan},
};
use crate::rng::{RngStream, bernoulli, exponential};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// Units from which an order counts as a bulk order.
const MIN_BULK_UNITS: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OrderEventKind {
    Placed,
    Cancelled,
    Refunded,
}

impl OrderEventKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }
}

/// An event of an order. Times are in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderEvent {
    pub(crate) at: i64,
    pub(crate) order: u32,
    pub(crate) kind: OrderEventKind,
    pub(crate) units: u32,
    pub(crate) customer: u32,
    pub(crate) is_gift: bool,
}

/// All orders of a campaign.
pub(crate) struct CampaignSales {
    /// Ordered by time.
    pub(crate) events: Vec<OrderEvent>,
    /// Net units at the close.
    pub(crate) units: u64,
    pub(crate) is_sold_out: bool,
    pub(crate) bulk_orders: u32,
    pub(crate) has_bots: bool,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    at: i64,
    units: u32,
    /// Time of its cancellation before the close.
    cancelled_at: Option<i64>,
}

impl MarketGenerator<'_> {
    /// Simulates the orders of an offer until its close or withdrawal.
    pub(crate) fn sell(
        &self,
        index: usize,
        number: usize,
        plan: &SlotPlan,
        curve: &ArrivalCurve,
    ) -> CampaignSales {
        let offer = &plan.offers[number];
        let rng = &mut RngStream::Arrivals(index, number).rng(self.seed);
        let closes = offer.closes_at.timestamp_micros();
        let mut arrivals = self.arrivals(index, number, offer, plan.shock, curve, rng);
        let ends = offer.withdrawn_at.map_or(closes, |at| at.timestamp_micros());
        arrivals.retain(|arrival| arrival.at < ends);
        let (accepted, is_sold_out) = accept(&arrivals, offer);
        let mut events = Vec::with_capacity(accepted.len() * 2);
        let mut units = 0_u64;
        let mut bulk_orders = 0;
        for (order, arrival) in accepted.iter().enumerate() {
            let order = order as u32;
            let customer = self.draw_customer(rng);
            let is_gift = bernoulli(rng, self.spec.anomalies.gifts);
            let event = |at: i64, kind: OrderEventKind| OrderEvent {
                at,
                order,
                kind,
                units: arrival.units,
                customer,
                is_gift,
            };
            events.push(event(arrival.at, OrderEventKind::Placed));
            bulk_orders += u32::from(arrival.units >= MIN_BULK_UNITS);
            match arrival.cancelled_at.filter(|at| *at < ends) {
                Some(at) => events.push(event(at, OrderEventKind::Cancelled)),
                None => {
                    units += u64::from(arrival.units);
                    // All orders of a miss are refunded; of a hit, a share.
                    let is_produced = offer.hit && offer.withdrawn_at.is_none();
                    let lag = match is_produced {
                        true => bernoulli(rng, self.spec.anomalies.refunded)
                            .then(|| exponential(rng, 6.0 * DAY as f64)),
                        false => Some(exponential(rng, DAY as f64 / 4.0)),
                    };
                    let lag = lag.map(|lag| lag.min(60.0 * DAY as f64) as i64 / 1000 * 1000);
                    events.extend(lag.map(|lag| event(ends + SECOND + lag, OrderEventKind::Refunded)));
                }
            }
        }
        let has_bots = self.add_bots(offer, curve, ends, accepted.len() as u32, &mut events, rng);
        events.sort_by_key(|event| (event.at, event.order, event.kind));
        CampaignSales { events, units, is_sold_out, bulk_orders, has_bots }
    }

    /// Arrivals in order of time, without a limit of capacity.
    fn arrivals(
        &self,
        index: usize,
        number: usize,
        offer: &PlannedOffer,
        shock: f64,
        curve: &ArrivalCurve,
        rng: &mut impl Rng,
    ) -> Vec<Arrival> {
        let closes = offer.closes_at.timestamp_micros();
        let mut arrivals: Vec<Arrival> = Vec::new();
        let cancelled = self.draw_orders(index, number, offer.mean_orders(shock), |units| {
            arrivals.push(Arrival { at: 0, units, cancelled_at: None });
        });
        for arrival in &mut arrivals {
            arrival.at = curve.draw(rng);
        }
        for _ in 0..cancelled {
            arrivals.push(self.cancelled_arrival(curve.draw(rng), closes, rng));
        }
        arrivals.sort_by_key(|arrival| arrival.at);

        // After the kept units have reached the threshold, orders arrive at another rate.
        let mut kept = 0_usize;
        let tipping = arrivals.iter().position(|arrival| {
            kept += if arrival.cancelled_at.is_none() { arrival.units as usize } else { 0 };
            kept >= offer.required_units
        });
        let Some(tipping) = tipping else { return arrivals };
        let ratio = self.spec.arrivals.tipping_ratio;
        let tipped_at = arrivals[tipping].at;
        let later = arrivals.split_off(tipping + 1);
        for arrival in later {
            if bernoulli(rng, ratio.min(1.0)) {
                arrivals.push(arrival);
            }
            let mut additional = ratio - 1.0;
            while additional > 0.0 {
                if bernoulli(rng, additional.min(1.0)) {
                    let at = curve.draw_after(tipped_at, rng);
                    let is_kept = !bernoulli(rng, self.spec.anomalies.cancelled);
                    let units = self.sizes.quantile(rng.random());
                    arrivals.push(match is_kept {
                        true => Arrival { at, units, cancelled_at: None },
                        false => self.cancelled_arrival(at, closes, rng),
                    });
                }
                additional -= 1.0;
            }
        }
        arrivals.sort_by_key(|arrival| arrival.at);
        arrivals
    }

    /// An order that is cancelled before the close, in most cases soon.
    fn cancelled_arrival(&self, at: i64, closes: i64, rng: &mut impl Rng) -> Arrival {
        let left = (closes - 1000 - at).max(0) as f64;
        let after = left * rng.random::<f64>().powi(2);
        let cancelled_at = (at + (after as i64) / 1000 * 1000).clamp(at, closes - 1000);
        Arrival { at, units: self.sizes.quantile(rng.random()), cancelled_at: Some(cancelled_at) }
    }

    /// A random customer. Some customers order far more often than others.
    fn draw_customer(&self, rng: &mut impl Rng) -> u32 {
        let rank = rng.random::<f64>().powi(2);
        (rank * f64::from(self.spec.market.customers)) as u32
    }

    /// Adds a burst of orders of one customer, all cancelled within the hour. Campaigns with a capacity have no
    /// bots, because the burst would sell them out.
    fn add_bots(
        &self,
        offer: &PlannedOffer,
        curve: &ArrivalCurve,
        ends: i64,
        first: u32,
        events: &mut Vec<OrderEvent>,
        rng: &mut impl Rng,
    ) -> bool {
        if !bernoulli(rng, self.spec.anomalies.bots) || offer.capacity.is_some() {
            return false;
        }
        let begins = curve.draw(rng).min(ends - 2 * HOUR);
        let customer = self.spec.market.customers + rng.random_range(0..1_000);
        let count = rng.random_range(10..40);
        for order in first..first + count {
            let at = begins + rng.random_range(0..600) * SECOND;
            let units = rng.random_range(1..4);
            let event = |at, kind| OrderEvent { at, order, kind, units, customer, is_gift: false };
            events.push(event(at, OrderEventKind::Placed));
            events.push(event(at + rng.random_range(60..3_600) * SECOND, OrderEventKind::Cancelled));
        }
        true
    }
}

/// Accepts arrivals up to the capacity. Returns the accepted arrivals and whether the campaign sold out.
///
/// Pending units are those that will be cancelled. They never exceed the units between threshold and capacity, so
/// a campaign that sells out ends above its threshold. The capacity therefore changes no hit.
fn accept(arrivals: &[Arrival], offer: &PlannedOffer) -> (Vec<Arrival>, bool) {
    let Some(capacity) = offer.capacity else { return (arrivals.to_vec(), false) };
    let max_pending = capacity.saturating_sub(u32::try_from(offer.required_units).unwrap_or(u32::MAX));
    let (mut sold, mut pending) = (0_u32, 0_u32);
    let mut cancellations: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
    let mut accepted = Vec::with_capacity(arrivals.len());
    let mut is_sold_out = false;
    for arrival in arrivals {
        while let Some(Reverse((at, units))) = cancellations.peek().copied()
            && at <= arrival.at
        {
            cancellations.pop();
            sold -= units;
            pending -= units;
        }
        let mut own = *arrival;
        own.units = own.units.min(capacity - sold);
        if own.units == 0 || (own.cancelled_at.is_some() && pending + own.units > max_pending) {
            continue;
        }
        sold += own.units;
        if let Some(at) = own.cancelled_at {
            pending += own.units;
            cancellations.push(Reverse((at, own.units)));
        }
        is_sold_out |= sold == capacity;
        accepted.push(own);
    }
    (accepted, is_sold_out)
}
