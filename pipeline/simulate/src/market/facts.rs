//! Facts of a slot as tables: order events, page views, signals, with what goes wrong on the way.

use std::{collections::BTreeMap, ops::Range};

use arrow::array::RecordBatch;
use rand::Rng;
use slotcast_core::{NaiveTime, local_to_utc, utc_to_local};

use super::{
    counts::Counts,
    curve::Curve,
    draws::{Part, chance, negative_binomial, poisson, stream},
    orders::{Event, What},
    plan::{KINDS, Maker, Offer, SlotPlan},
    rows::{Orders, Signals, Snapshots, Views},
};
use crate::error::SimulateError;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const CHANNELS: [&str; 3] = ["app", "talk", "web"];
/// Shares of the channels.
const USUAL: [f64; 3] = [0.55, 0.3, 0.15];
/// Dispersion of signal counts around their mean.
const SIGNAL_DISPERSION: f64 = 8.0;

/// The facts of a slot.
pub(crate) struct Facts {
    /// Events, or nothing where snapshots stand for them.
    pub(crate) orders: RecordBatch,
    pub(crate) snapshots: RecordBatch,
    pub(crate) views: RecordBatch,
    pub(crate) signals: RecordBatch,
    pub(crate) counts: Counts,
}

/// Which rows are wanted, by when they are known.
pub(crate) type Known = Range<i64>;

fn channel(rng: &mut impl Rng) -> &'static str {
    let mut point: f64 = rng.random();
    for (name, share) in CHANNELS.into_iter().zip(USUAL) {
        point -= share;
        if point < 0.0 {
            return name;
        }
    }
    CHANNELS[0]
}

impl Maker<'_> {
    /// Everything that is told of a slot and known within a stretch of time.
    pub(crate) fn facts(&self, index: usize, plan: &SlotPlan, known: &Known) -> Result<Facts, SimulateError> {
        let mut counts = Counts::default();
        let (mut orders, mut snapshots) = (Orders::new(self), Snapshots::new(self));
        let (mut views, mut signals) = (Views::default(), Signals::default());
        for (number, offer) in plan.offers.iter().enumerate() {
            let mut faults = Faults {
                rng: stream(self.seed, Part::Faults, index, number),
                late: self.spec.traps.late_rows,
                repeated: self.spec.traps.repeated_rows,
                known,
            };
            self.signals_of(index, number, plan, &mut signals, &mut faults, &mut counts);
            if !plan.runs(offer) {
                continue;
            }
            let curve = self.curve(plan, offer);
            let sales = self.sell(index, number, plan, &curve);
            if known.contains(&offer.closes_at.timestamp_micros()) {
                counts.sold_out += u64::from(sales.sold_out);
                counts.bots += u64::from(sales.has_bots);
                counts.closed += 1;
                counts.bulk_orders += u64::from(sales.bulk);
            }
            match self.spec.has_snapshots() {
                true => {
                    self.snapshots_of(plan, offer, &sales.events, &mut snapshots, &mut faults, &mut counts)
                }
                false => self.orders_of(offer, &sales.events, &mut orders, &mut faults, &mut counts),
            }
            self.views_of((index, number), plan, &curve, &mut views, &mut faults, &mut counts);
        }
        let (orders, snapshots) = (orders.finish()?, snapshots.finish()?);
        let (views, signals) = (views.finish()?, signals.finish()?);
        Ok(Facts { orders, snapshots, views, signals, counts })
    }

    fn orders_of(
        &self,
        offer: &Offer,
        events: &[Event],
        rows: &mut Orders,
        faults: &mut Faults<'_>,
        counts: &mut Counts,
    ) {
        for event in events {
            let extra = (channel(&mut faults.rng), faults.rng.random_range(1..=3_u32));
            let is_corrected =
                event.what == What::Placed && chance(&mut faults.rng, self.spec.traps.corrections);
            counts.corrections += u64::from(is_corrected && faults.known.contains(&event.at));
            let lag = is_corrected.then(|| faults.rng.random_range(HOUR..3 * DAY));
            if is_corrected && faults.known.contains(&event.at) {
                rows.push(offer, &Event { units: event.units * 10, ..*event }, extra, None);
            }
            let times = match lag {
                // The right version, when somebody has seen to it.
                Some(lag) => faults.when_recorded(event.at, Some(event.at + lag), counts),
                None => faults.when(event.at, counts),
            };
            for recorded_at in times.into_iter().flatten() {
                rows.push(offer, event, extra, recorded_at);
                counts.gifts += u64::from(event.gift && event.what == What::Placed);
            }
        }
    }

    /// What a campaign had sold by the end of each local day, and at its close.
    fn snapshots_of(
        &self,
        plan: &SlotPlan,
        offer: &Offer,
        events: &[Event],
        rows: &mut Snapshots,
        faults: &mut Faults<'_>,
        counts: &mut Counts,
    ) {
        let zone = self.calendar.zone();
        let ends = offer.withdrawn_at.unwrap_or(offer.closes_at);
        let mut day = utc_to_local(zone, plan.slot.opens_at).date();
        let (mut place, mut held) = (0, BTreeMap::new());
        let mut observed_at = plan.slot.opens_at;
        while observed_at < ends {
            day = day.succ_opt().unwrap_or(day);
            observed_at = local_to_utc(zone, day.and_time(NaiveTime::MIN)).min(ends);
            let until = observed_at.timestamp_micros();
            while let Some(event) = events.get(place).filter(|event| event.at < until) {
                match event.what {
                    What::Placed => drop(held.insert(event.order, (event.units, event.customer))),
                    What::Cancelled | What::Refunded => drop(held.remove(&event.order)),
                }
                place += 1;
            }
            for recorded_at in faults.when(until, counts).into_iter().flatten() {
                rows.push(offer, until, &held, recorded_at);
            }
        }
    }

    fn signals_of(
        &self,
        index: usize,
        number: usize,
        plan: &SlotPlan,
        rows: &mut Signals,
        faults: &mut Faults<'_>,
        counts: &mut Counts,
    ) {
        let offer = &plan.offers[number];
        let rng = &mut stream(self.seed, Part::Signals, index, number);
        let opens = plan.slot.opens_at.timestamp_micros();
        let lead = i64::from(self.spec.signals.lead_days) * DAY;
        let sells = offer.closes_at.timestamp_micros() - opens;
        let product = &self.world.products[offer.product].id;
        let mut place = 0_u32;
        for (kind, mean) in KINDS.into_iter().zip(offer.signals) {
            for _ in 0..negative_binomial(rng, mean, SIGNAL_DISPERSION) {
                // The nearer the opening, the more; those who did not get a seat go quiet.
                let is_after = chance(rng, self.spec.signals.after_opening);
                let at = match is_after {
                    true => opens + (rng.random::<f64>() * sells as f64) as i64,
                    false => opens - (lead as f64 * (1.0 - rng.random::<f64>().sqrt())) as i64 - 1_000,
                };
                let at = at / 1_000_000 * 1_000_000;
                let through = channel(rng);
                place += 1;
                if is_after && !plan.runs(offer) {
                    continue;
                }
                for recorded_at in faults.when(at, counts).into_iter().flatten() {
                    rows.push(&offer.name, place, product, at, kind, through, recorded_at);
                }
            }
        }
    }

    fn views_of(
        &self,
        (index, number): (usize, usize),
        plan: &SlotPlan,
        curve: &Curve,
        rows: &mut Views,
        faults: &mut Faults<'_>,
        counts: &mut Counts,
    ) {
        let offer = &plan.offers[number];
        let rng = &mut stream(self.seed, Part::Views, index, number);
        let made = &self.world.products[offer.product];
        let visitors = offer.mean(plan.shock) / self.world.categories[made.category].conversion;
        let lead = i64::from(self.spec.views.lead_days) * 24;
        let opens = plan.slot.opens_at.timestamp_micros().div_euclid(HOUR) * HOUR;
        let ends = offer.withdrawn_at.map_or(i64::MAX, |at| at.timestamp_micros());
        let before = self.spec.views.before_opening / curve.hours() as f64;
        for hour in -lead..curve.hours() as i64 {
            let at = opens + hour * HOUR;
            if at >= ends {
                break;
            }
            let share = usize::try_from(hour).map_or(before, |hour| curve.share_of_hour(hour));
            for (through, usual) in CHANNELS.into_iter().zip(USUAL) {
                let came = poisson(rng, visitors * share * usual);
                if came == 0 {
                    continue;
                }
                let views = came + poisson(rng, f64::from(came) * (self.spec.views.per_visitor - 1.0));
                for recorded_at in faults.when(at, counts).into_iter().flatten() {
                    rows.push(&made.id, at, through, views, came, recorded_at);
                }
            }
        }
    }
}

/// What goes wrong with rows on their way.
struct Faults<'a> {
    rng: rand_chacha::ChaCha8Rng,
    late: f64,
    repeated: f64,
    known: &'a Known,
}

impl Faults<'_> {
    /// How often a row of a moment comes, and when it is recorded where that is not at once.
    fn when(&mut self, at: i64, counts: &mut Counts) -> [Option<Option<i64>>; 2] {
        let is_late = chance(&mut self.rng, self.late);
        let recorded_at = is_late.then(|| at + self.rng.random_range(HOUR..14 * DAY) / 1_000 * 1_000);
        let times = self.when_recorded(at, recorded_at, counts);
        counts.late_rows += u64::from(is_late && times[0].is_some());
        times
    }

    fn when_recorded(
        &mut self,
        at: i64,
        recorded_at: Option<i64>,
        counts: &mut Counts,
    ) -> [Option<Option<i64>>; 2] {
        let is_twice = chance(&mut self.rng, self.repeated);
        if !self.known.contains(&recorded_at.unwrap_or(at)) {
            return [None, None];
        }
        counts.fact_rows += 1;
        counts.repeated_rows += u64::from(is_twice);
        [Some(recorded_at), is_twice.then_some(recorded_at)]
    }
}
