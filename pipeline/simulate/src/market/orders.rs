//! The order events of a campaign: arrivals, cancels, sell-out, bots, refunds.

use std::{cmp::Reverse, collections::BinaryHeap};

use rand::Rng;

use super::{
    curve::Curve,
    draws::{Part, chance, stream, waiting},
    plan::{Maker, Offer, SlotPlan},
};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Placed,
    Cancelled,
    Refunded,
}

impl What {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }
}

/// One event of an order; moments are microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) at: i64,
    pub(crate) order: u32,
    pub(crate) what: What,
    pub(crate) units: u32,
    pub(crate) customer: u32,
    pub(crate) gift: bool,
}

/// Everything that happened to a campaign's orders.
pub(crate) struct Sales {
    /// In the order of time.
    pub(crate) events: Vec<Event>,
    /// Net units at the close.
    pub(crate) units: u64,
    pub(crate) sold_out: bool,
    /// Orders of many units.
    pub(crate) bulk: u32,
    pub(crate) has_bots: bool,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    at: i64,
    units: u32,
    /// When it is cancelled before the close.
    cancelled_at: Option<i64>,
}

impl Maker<'_> {
    /// When orders of an offer of a slot come.
    pub(crate) fn curve(&self, plan: &SlotPlan, offer: &Offer) -> Curve {
        Curve::of(self.spec, self.calendar.zone(), plan.slot.opens_at, offer.closes_at)
    }

    /// Sells an offer of a slot; one that was withdrawn sells until then.
    pub(crate) fn sell(&self, index: usize, number: usize, plan: &SlotPlan, curve: &Curve) -> Sales {
        let offer = &plan.offers[number];
        let rng = &mut stream(self.seed, Part::Arrivals, index, number);
        let closes = offer.closes_at.timestamp_micros();
        let mut arrivals = self.arrivals(index, number, offer, plan.shock, curve, rng);
        let ends = offer.withdrawn_at.map_or(closes, |at| at.timestamp_micros());
        arrivals.retain(|arrival| arrival.at < ends);
        let (accepted, sold_out) = admit(&arrivals, offer);
        let mut events = Vec::with_capacity(accepted.len() * 2);
        let mut units = 0_u64;
        let mut bulk = 0;
        for (order, arrival) in accepted.iter().enumerate() {
            let order = order as u32;
            let customer = self.customer(rng);
            let gift = chance(rng, self.spec.traps.gifts);
            let event = |at: i64, what: What| Event { at, order, what, units: arrival.units, customer, gift };
            events.push(event(arrival.at, What::Placed));
            bulk += u32::from(arrival.units >= 20);
            match arrival.cancelled_at.filter(|at| *at < ends) {
                Some(at) => events.push(event(at, What::Cancelled)),
                None => {
                    units += u64::from(arrival.units);
                    // Nobody pays for what is not made; of what is made, some goes back.
                    let is_made = offer.hit && offer.withdrawn_at.is_none();
                    let lag = match is_made {
                        true => chance(rng, self.spec.traps.refunded).then(|| waiting(rng, 6.0 * DAY as f64)),
                        false => Some(waiting(rng, DAY as f64 / 4.0)),
                    };
                    let lag = lag.map(|lag| lag.min(60.0 * DAY as f64) as i64 / 1000 * 1000);
                    events.extend(lag.map(|lag| event(ends + SECOND + lag, What::Refunded)));
                }
            }
        }
        let has_bots = self.bots(offer, curve, ends, accepted.len() as u32, &mut events, rng);
        events.sort_by_key(|event| (event.at, event.order, event.what));
        Sales { events, units, sold_out, bulk, has_bots }
    }

    /// Who comes, in the order of time, as if there were room for all.
    fn arrivals(
        &self,
        index: usize,
        number: usize,
        offer: &Offer,
        shock: f64,
        curve: &Curve,
        rng: &mut impl Rng,
    ) -> Vec<Arrival> {
        let closes = offer.closes_at.timestamp_micros();
        let mut arrivals: Vec<Arrival> = Vec::new();
        let cancelled = self.orders(index, number, offer.mean(shock), |units| {
            arrivals.push(Arrival { at: 0, units, cancelled_at: None });
        });
        for arrival in &mut arrivals {
            arrival.at = curve.draw(rng);
        }
        for _ in 0..cancelled {
            arrivals.push(self.regretted(curve.draw(rng), closes, rng));
        }
        arrivals.sort_by_key(|arrival| arrival.at);

        // Once the kept units have reached the threshold, others come at another rate.
        let mut kept = 0_usize;
        let tip = arrivals.iter().position(|arrival| {
            kept += if arrival.cancelled_at.is_none() { arrival.units as usize } else { 0 };
            kept >= offer.need
        });
        let Some(tip) = tip else { return arrivals };
        let hazard = self.spec.arrivals.tip_hazard;
        let tip_at = arrivals[tip].at;
        let later = arrivals.split_off(tip + 1);
        for arrival in later {
            if chance(rng, hazard.min(1.0)) {
                arrivals.push(arrival);
            }
            let mut more = hazard - 1.0;
            while more > 0.0 {
                if chance(rng, more.min(1.0)) {
                    let at = curve.draw_after(tip_at, rng);
                    let is_kept = !chance(rng, self.spec.traps.cancelled);
                    let units = self.sizes.at(rng.random());
                    arrivals.push(match is_kept {
                        true => Arrival { at, units, cancelled_at: None },
                        false => self.regretted(at, closes, rng),
                    });
                }
                more -= 1.0;
            }
        }
        arrivals.sort_by_key(|arrival| arrival.at);
        arrivals
    }

    /// An order that is cancelled before the close, mostly soon.
    fn regretted(&self, at: i64, closes: i64, rng: &mut impl Rng) -> Arrival {
        let left = (closes - 1000 - at).max(0) as f64;
        let after = left * rng.random::<f64>().powi(2);
        let cancelled_at = (at + (after as i64) / 1000 * 1000).clamp(at, closes - 1000);
        Arrival { at, units: self.sizes.at(rng.random()), cancelled_at: Some(cancelled_at) }
    }

    /// Some customers order far more often than others.
    fn customer(&self, rng: &mut impl Rng) -> u32 {
        let rank = rng.random::<f64>().powi(2);
        (rank * f64::from(self.spec.market.customers)) as u32
    }

    /// A burst of orders of one customer, all cancelled within the hour. A capacity keeps bots away, or
    /// they would sell the campaign out.
    fn bots(
        &self,
        offer: &Offer,
        curve: &Curve,
        ends: i64,
        first: u32,
        events: &mut Vec<Event>,
        rng: &mut impl Rng,
    ) -> bool {
        if !chance(rng, self.spec.traps.bots) || offer.capacity.is_some() {
            return false;
        }
        let begins = curve.draw(rng).min(ends - 2 * HOUR);
        let customer = self.spec.market.customers + rng.random_range(0..1_000);
        let count = rng.random_range(10..40);
        for order in first..first + count {
            let at = begins + rng.random_range(0..600) * SECOND;
            let units = rng.random_range(1..4);
            let event = |at, what| Event { at, order, what, units, customer, gift: false };
            events.push(event(at, What::Placed));
            events.push(event(at + rng.random_range(60..3_600) * SECOND, What::Cancelled));
        }
        true
    }
}

/// Lets arrivals in while there is room; gives those that were let in, and whether the campaign sold out.
///
/// An order that will be cancelled is let in only while units that will be are no more than lie between
/// threshold and capacity: so whoever sells out ends above the threshold, and a hit does not depend on room.
fn admit(arrivals: &[Arrival], offer: &Offer) -> (Vec<Arrival>, bool) {
    let Some(capacity) = offer.capacity else { return (arrivals.to_vec(), false) };
    let spare = capacity.saturating_sub(u32::try_from(offer.need).unwrap_or(u32::MAX));
    let (mut held, mut pending) = (0_u32, 0_u32);
    let mut leaving: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
    let mut accepted = Vec::with_capacity(arrivals.len());
    let mut sold_out = false;
    for arrival in arrivals {
        while let Some(Reverse((at, units))) =
            leaving.peek().copied().filter(|Reverse((at, _))| *at <= arrival.at)
        {
            let _ = (at, leaving.pop());
            held -= units;
            pending -= units;
        }
        let mut own = *arrival;
        own.units = own.units.min(capacity - held);
        if own.units == 0 || (own.cancelled_at.is_some() && pending + own.units > spare) {
            continue;
        }
        held += own.units;
        if let Some(at) = own.cancelled_at {
            pending += own.units;
            leaving.push(Reverse((at, own.units)));
        }
        sold_out |= held == capacity;
        accepted.push(own);
    }
    (accepted, sold_out)
}
