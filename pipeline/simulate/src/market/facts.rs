//! Fact tables of a slot: order events or snapshots, page views and social signals.

use arrow::array::RecordBatch;
use rand::Rng;
use slotcast_core::{NaiveTime, local_to_utc, utc_to_local};

use super::{
    arrival_curve::ArrivalCurve,
    counts::MarketCounts,
    generator::MarketGenerator,
    order_columns::{OrderEventColumns, OrderTotals, SnapshotColumns},
    orders::{OrderEvent, OrderEventKind},
    plan::{PlannedOffer, SIGNAL_KINDS, SlotPlan},
    row_noise::RowNoise,
    traffic_columns::{PageViewColumns, SignalColumns, SignalRow},
    visible_range::VisibleRange,
};
use crate::error::SimulateError;
use crate::rng::{RngStream, bernoulli, negative_binomial, poisson};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const CHANNELS: [&str; 3] = ["app", "talk", "web"];
/// Shares of the channels.
const CHANNEL_SHARES: [f64; 3] = [0.55, 0.3, 0.15];
/// Dispersion `k` of signal counts.
const SIGNAL_DISPERSION: f64 = 8.0;

pub(crate) struct SlotFacts {
    /// Empty if orders are written as snapshots.
    pub(crate) orders: RecordBatch,
    /// Empty if orders are written as events.
    pub(crate) snapshots: RecordBatch,
    pub(crate) views: RecordBatch,
    pub(crate) signals: RecordBatch,
    pub(crate) counts: MarketCounts,
}

fn draw_channel(rng: &mut impl Rng) -> &'static str {
    let mut point: f64 = rng.random();
    for (name, share) in CHANNELS.into_iter().zip(CHANNEL_SHARES) {
        point -= share;
        if point < 0.0 {
            return name;
        }
    }
    CHANNELS[0]
}

impl MarketGenerator<'_> {
    /// Facts of a slot that become known within a range of time.
    pub(crate) fn facts(
        &self,
        index: usize,
        plan: &SlotPlan,
        visible: &VisibleRange,
    ) -> Result<SlotFacts, SimulateError> {
        let mut counts = MarketCounts::default();
        let (mut orders, mut snapshots) =
            (OrderEventColumns::new(self.spec), SnapshotColumns::new(self.spec));
        let (mut views, mut signals) = (PageViewColumns::default(), SignalColumns::default());
        for (number, offer) in plan.offers.iter().enumerate() {
            let mut noise = RowNoise {
                rng: RngStream::RowNoise(index, number).rng(self.seed),
                late: self.spec.anomalies.late_rows,
                repeated: self.spec.anomalies.repeated_rows,
                visible,
            };
            self.add_signals(index, number, plan, &mut signals, &mut noise, &mut counts);
            if !plan.runs(offer) {
                continue;
            }
            let curve = self.arrival_curve(plan, offer);
            let sales = self.sell(index, number, plan, &curve);
            if visible.contains_instant(offer.closes_at) {
                counts.sold_out += u64::from(sales.is_sold_out);
                counts.bots += u64::from(sales.has_bots);
                counts.closed += 1;
                counts.bulk_orders += u64::from(sales.bulk_orders);
            }
            match self.spec.has_snapshots() {
                true => {
                    self.add_snapshots(plan, offer, &sales.events, &mut snapshots, &mut noise, &mut counts)
                }
                false => self.add_orders(offer, &sales.events, &mut orders, &mut noise, &mut counts),
            }
            self.add_views((index, number), plan, &curve, &mut views, &mut noise, &mut counts);
        }
        let (orders, snapshots) = (orders.finish()?, snapshots.finish()?);
        let (views, signals) = (views.finish()?, signals.finish()?);
        Ok(SlotFacts { orders, snapshots, views, signals, counts })
    }

    fn add_orders(
        &self,
        offer: &PlannedOffer,
        events: &[OrderEvent],
        columns: &mut OrderEventColumns,
        noise: &mut RowNoise<'_>,
        counts: &mut MarketCounts,
    ) {
        for event in events {
            let channel_and_option = (draw_channel(&mut noise.rng), noise.rng.random_range(1..=3_u32));
            let is_corrected = event.kind == OrderEventKind::Placed
                && bernoulli(&mut noise.rng, self.spec.anomalies.corrections);
            counts.corrections += u64::from(is_corrected && noise.visible.contains(event.at));
            let lag = is_corrected.then(|| noise.rng.random_range(HOUR..3 * DAY));
            if is_corrected && noise.visible.contains(event.at) {
                let wrong = OrderEvent { units: event.units * 10, ..*event };
                columns.push(offer, &wrong, channel_and_option, None);
            }
            let copies = match lag {
                // The correction is recorded some time after the wrong row.
                Some(lag) => noise.copies_recorded_at(event.at, Some(event.at + lag), counts),
                None => noise.copies(event.at, counts),
            };
            for recorded_at in copies.into_iter().flatten() {
                columns.push(offer, event, channel_and_option, recorded_at);
                counts.gifts += u64::from(event.is_gift && event.kind == OrderEventKind::Placed);
            }
        }
    }

    /// Adds cumulative totals of a campaign at the end of each local day and at its close.
    fn add_snapshots(
        &self,
        plan: &SlotPlan,
        offer: &PlannedOffer,
        events: &[OrderEvent],
        columns: &mut SnapshotColumns,
        noise: &mut RowNoise<'_>,
        counts: &mut MarketCounts,
    ) {
        let zone = self.calendar.zone();
        let ends = offer.withdrawn_at.unwrap_or(offer.closes_at);
        let mut day = utc_to_local(zone, plan.slot.opens_at).date();
        let mut events = events.iter().peekable();
        let mut totals = OrderTotals::new();
        let mut observed_at = plan.slot.opens_at;
        while observed_at < ends {
            day = day.succ_opt().unwrap_or(day);
            observed_at = local_to_utc(zone, day.and_time(NaiveTime::MIN)).min(ends);
            let until = observed_at.timestamp_micros();
            while let Some(event) = events.next_if(|event| event.at < until) {
                match event.kind {
                    OrderEventKind::Placed => drop(totals.insert(event.order, (event.units, event.customer))),
                    OrderEventKind::Cancelled | OrderEventKind::Refunded => drop(totals.remove(&event.order)),
                }
            }
            for recorded_at in noise.copies(until, counts).into_iter().flatten() {
                columns.push(offer, until, &totals, recorded_at);
            }
        }
    }

    fn add_signals(
        &self,
        index: usize,
        number: usize,
        plan: &SlotPlan,
        columns: &mut SignalColumns,
        noise: &mut RowNoise<'_>,
        counts: &mut MarketCounts,
    ) {
        let offer = &plan.offers[number];
        let rng = &mut RngStream::Signals(index, number).rng(self.seed);
        let opens = plan.slot.opens_at.timestamp_micros();
        let lead = i64::from(self.spec.signals.lead_days) * DAY;
        let window = offer.closes_at.timestamp_micros() - opens;
        let product = &self.population.products[offer.product].id;
        let mut signal_number = 0_u32;
        for (kind, mean) in SIGNAL_KINDS.into_iter().zip(offer.signals) {
            for _ in 0..negative_binomial(rng, mean, SIGNAL_DISPERSION) {
                // Before the opening, the density rises linearly. Offers without a seat have no later signals.
                let is_after_opening = bernoulli(rng, self.spec.signals.after_opening);
                let at = match is_after_opening {
                    true => opens + (rng.random::<f64>() * window as f64) as i64,
                    false => opens - (lead as f64 * (1.0 - rng.random::<f64>().sqrt())) as i64 - 1_000,
                };
                let at = at / 1_000_000 * 1_000_000;
                let channel = draw_channel(rng);
                signal_number += 1;
                if is_after_opening && !plan.runs(offer) {
                    continue;
                }
                let row = SignalRow { offer: &offer.name, number: signal_number, product, at, kind, channel };
                for recorded_at in noise.copies(at, counts).into_iter().flatten() {
                    columns.push(&row, recorded_at);
                }
            }
        }
    }

    fn add_views(
        &self,
        (index, number): (usize, usize),
        plan: &SlotPlan,
        curve: &ArrivalCurve,
        columns: &mut PageViewColumns,
        noise: &mut RowNoise<'_>,
        counts: &mut MarketCounts,
    ) {
        let offer = &plan.offers[number];
        let rng = &mut RngStream::Views(index, number).rng(self.seed);
        let product = &self.population.products[offer.product];
        let conversion = self.population.categories[product.category].conversion;
        let expected_visitors = offer.mean_orders(plan.shock) / conversion;
        let lead = i64::from(self.spec.views.lead_days) * 24;
        let opens = plan.slot.opens_at.timestamp_micros().div_euclid(HOUR) * HOUR;
        let ends = offer.withdrawn_at.map_or(i64::MAX, |at| at.timestamp_micros());
        let share_before = self.spec.views.before_opening / curve.hours() as f64;
        for hour in -lead..curve.hours() as i64 {
            let at = opens + hour * HOUR;
            if at >= ends {
                break;
            }
            let share = usize::try_from(hour).map_or(share_before, |hour| curve.hour_share(hour));
            for (channel, channel_share) in CHANNELS.into_iter().zip(CHANNEL_SHARES) {
                let visitors = poisson(rng, expected_visitors * share * channel_share);
                if visitors == 0 {
                    continue;
                }
                let repeat_views = f64::from(visitors) * (self.spec.views.per_visitor - 1.0);
                let views = visitors + poisson(rng, repeat_views);
                for recorded_at in noise.copies(at, counts).into_iter().flatten() {
                    columns.push(&product.id, at, channel, (views, visitors), recorded_at);
                }
            }
        }
    }
}
