//! Page views: a few before the opening, many while a campaign sells.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, DurationRound, NaiveDate, TimeDelta, Utc};
use slotcast_core::{NaiveTime, local_to_utc, utc_to_local};

use crate::offers::{Fate, Offer};
use crate::orders::{Event, OrderEvent};
use crate::params::DemoMarket;
use crate::randomness::{Part, poisson, stream};

/// The visits of a product's page on a day, put down to one hour of it.
#[derive(Debug)]
pub(crate) struct PageView {
    pub(crate) hour: DateTime<Utc>,
    pub(crate) product: usize,
    pub(crate) channel: &'static str,
    pub(crate) views: u32,
    pub(crate) visitors: u32,
}

/// Days before the opening on which the page is visited.
const DAYS_BEFORE: u64 = 7;
/// Visitors of the usual page on a day before the opening.
const USUAL_VISITORS: f64 = 14.0;
/// Visitors that do not order, for each that does.
const LOOKERS_A_BUYER: f64 = 17.0;
const CHANNELS: [&str; 2] = ["app", "web"];

/// The views of every offer known before `as_of`.
pub(crate) fn page_views(params: &DemoMarket, offers: &[Offer], events: &[OrderEvent]) -> Vec<PageView> {
    let orders = orders_by_day(params, events);
    let mut views: Vec<PageView> = offers
        .iter()
        .enumerate()
        .flat_map(|(index, offer)| of(params, index, offer, &orders))
        .filter(|view| view.views > 0 && view.hour < params.as_of)
        .collect();
    views.sort_by_key(|view| (view.hour, view.product, view.channel));
    views
}

type OrdersByDay = BTreeMap<(usize, NaiveDate, &'static str), u32>;

fn orders_by_day(params: &DemoMarket, events: &[OrderEvent]) -> OrdersByDay {
    let mut orders = OrdersByDay::new();
    for event in events.iter().filter(|event| event.event == Event::Placed) {
        let day = utc_to_local(params.calendar.zone(), event.at).date();
        *orders.entry((event.offer, day, event.channel)).or_default() += 1;
    }
    orders
}

fn of(params: &DemoMarket, index: usize, offer: &Offer, orders: &OrdersByDay) -> Vec<PageView> {
    let mut rng = stream(params.seed, Part::Views(index));
    let mut views = Vec::new();
    let mut visit = |hour, channel, mean: f64, buyers: u32| {
        let visitors = buyers + poisson(&mut rng, mean);
        let again = poisson(&mut rng, 0.6 * f64::from(visitors));
        views.push(PageView { hour, product: offer.product, channel, views: visitors + again, visitors });
    };
    for day in 1..=DAYS_BEFORE {
        let hour = hour_of(params, offer.slot.date - Days::new(day));
        // The page before the opening is shown in the app only.
        if !matches!(offer.fate, Fate::Passed { at, .. } if hour >= at) {
            visit(hour, CHANNELS[0], USUAL_VISITORS * offer.buzz.exp(), 0);
        }
    }
    let Some((_, ends_at)) = offer.campaign() else { return views };
    let last = utc_to_local(params.calendar.zone(), ends_at - TimeDelta::seconds(1)).date();
    for day in offer.slot.date.iter_days().take_while(|day| *day <= last) {
        let hour = within(hour_of(params, day), offer.slot.opens_at, ends_at);
        for channel in CHANNELS {
            let buyers = orders.get(&(index, day, channel)).copied().unwrap_or(0);
            visit(hour, channel, LOOKERS_A_BUYER * f64::from(buyers) + 3.0, buyers);
        }
    }
    views
}

fn hour_of(params: &DemoMarket, day: NaiveDate) -> DateTime<Utc> {
    let morning = NaiveTime::from_hms_opt(10, 0, 0).expect("10:00 is a time of day");
    local_to_utc(params.calendar.zone(), day.and_time(morning))
}

/// The hour nearest to this one that touches the campaign: its last day ends where others have their hour.
fn within(hour: DateTime<Utc>, opens_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> DateTime<Utc> {
    let inside = hour.max(opens_at).min(ends_at - TimeDelta::seconds(1));
    inside.duration_trunc(TimeDelta::hours(1)).unwrap_or(inside)
}
