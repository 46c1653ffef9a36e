//! Alerts, wishes, shares and likes on the days before an opening.

use chrono::{DateTime, Days, Utc};
use slotcast_core::{NaiveTime, local_to_utc};

use crate::offers::{Fate, Offer};
use crate::params::DemoMarket;
use crate::randomness::{Part, poisson, stream};

/// How often a kind of signal was given on a day.
#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) at: DateTime<Utc>,
    pub(crate) product: usize,
    pub(crate) kind: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) count: u32,
}

/// Days before the opening on which signals are given.
const DAYS: u64 = 20;
/// Kind, channel, how many the usual offer gets on a usual day.
const KINDS: [(&str, &str, f64); 4] =
    [("alert", "app", 2.2), ("wish", "app", 1.0), ("share", "kakao", 0.25), ("like", "instagram", 0.45)];

/// The signals of every offer known before `as_of`. A day's count is known at its end, 23:00.
pub(crate) fn signals(params: &DemoMarket, offers: &[Offer]) -> Vec<Signal> {
    let mut signals: Vec<Signal> =
        offers.iter().enumerate().flat_map(|(i, offer)| of(params, i, offer)).collect();
    signals.sort_by_key(|signal| (signal.at, signal.product));
    signals
}

fn of(params: &DemoMarket, index: usize, offer: &Offer) -> Vec<Signal> {
    let mut rng = stream(params.seed, Part::Signals(index));
    let evening = NaiveTime::from_hms_opt(23, 0, 0).expect("23:00 is a time of day");
    let mut signals = Vec::new();
    for day in 0..DAYS {
        let date = offer.slot.date - Days::new(DAYS - day);
        let at = local_to_utc(params.calendar.zone(), date.and_time(evening));
        // Talk grows towards the opening.
        let growth = 0.3 + 1.4 * day as f64 / (DAYS - 1) as f64;
        for (kind, channel, usual) in KINDS {
            let count = poisson(&mut rng, usual * growth * offer.buzz.exp());
            if count > 0 && at < params.as_of && !is_over(offer, at) {
                signals.push(Signal { at, product: offer.product, kind, channel, count });
            }
        }
    }
    signals
}

/// Nobody speaks of a candidate that got no seat.
fn is_over(offer: &Offer, at: DateTime<Utc>) -> bool {
    matches!(offer.fate, Fate::Passed { at: passed_at, .. } if at >= passed_at)
}
