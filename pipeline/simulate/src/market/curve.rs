//! When orders come within a window: weights by the hour, and the moments drawn from them.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use rand::Rng;
use slotcast_core::{Tz, korean_holiday, utc_to_local};

use super::spec::MarketSpec;

const HOUR: i64 = 3_600_000_000;

/// Shares of the hours of a window, summed up.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    opens: i64,
    closes: i64,
    /// Share of orders up to the end of each hour; the last is 1.
    so_far: Vec<f64>,
    /// What holidays in the window make of the mean of demand.
    pub(crate) holiday_factor: f64,
}

impl Curve {
    /// `w(h) = (1 + rush e^(-h / 24 / rush_days) + deadline [last day]) * rhythm(local hour) * holiday(local day)`.
    pub(crate) fn of(spec: &MarketSpec, zone: Tz, opens_at: DateTime<Utc>, closes_at: DateTime<Utc>) -> Self {
        let (opens, closes) = (opens_at.timestamp_micros(), closes_at.timestamp_micros());
        let hours = usize::try_from((closes - opens).div_euclid(HOUR)).unwrap_or(0).max(1);
        let arrivals = &spec.arrivals;
        let mut so_far = Vec::with_capacity(hours);
        let (mut sum, mut plain) = (0.0, 0.0);
        let mut last_day: Option<(NaiveDate, f64)> = None;
        for hour in 0..hours {
            let local = utc_to_local(zone, opens_at + TimeDelta::hours(hour as i64));
            let rush = arrivals.rush * (-(hour as f64) / 24.0 / arrivals.rush_days).exp();
            let deadline = if hour + 24 >= hours { arrivals.deadline } else { 0.0 };
            let weight = (1.0 + rush + deadline) * rhythm(arrivals.rhythm, local.hour());
            let factor = match last_day {
                Some((day, factor)) if day == local.date() => factor,
                _ => day_factor(spec, zone, local.date()),
            };
            last_day = Some((local.date(), factor));
            plain += weight;
            sum += weight * factor;
            so_far.push(sum);
        }
        so_far.iter_mut().for_each(|share| *share /= sum);
        Self { opens, closes, so_far, holiday_factor: sum / plain }
    }

    /// A moment of the window, in microseconds on a whole millisecond.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> i64 {
        self.at(rng.random())
    }

    /// A moment of the window after this one.
    pub(crate) fn draw_after(&self, moment: i64, rng: &mut impl Rng) -> i64 {
        let past = self.share(moment);
        self.at(past + (1.0 - past) * rng.random::<f64>()).max(moment)
    }

    fn at(&self, share: f64) -> i64 {
        let hour = self.so_far.partition_point(|so_far| *so_far < share).min(self.so_far.len() - 1);
        let before = if hour == 0 { 0.0 } else { self.so_far[hour - 1] };
        let within = ((share - before) / (self.so_far[hour] - before).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let moment = self.opens + hour as i64 * HOUR + (within * HOUR as f64) as i64;
        (moment / 1000 * 1000).clamp(self.opens, self.closes - 1000)
    }

    /// The share of orders that has come by a moment.
    fn share(&self, moment: i64) -> f64 {
        let passed = (moment - self.opens) as f64 / HOUR as f64;
        let hour = (passed as usize).min(self.so_far.len() - 1);
        let before = if hour == 0 { 0.0 } else { self.so_far[hour - 1] };
        before + (self.so_far[hour] - before) * (passed - hour as f64).clamp(0.0, 1.0)
    }

    /// The share of orders that comes in an hour of the window.
    pub(crate) fn share_of_hour(&self, hour: usize) -> f64 {
        let before = if hour == 0 { 0.0 } else { self.so_far[hour - 1] };
        self.so_far.get(hour).map_or(0.0, |so_far| so_far - before)
    }

    pub(crate) fn hours(&self) -> usize {
        self.so_far.len()
    }
}

/// Strong at nine in the evening, weak before dawn; one on average.
fn rhythm(height: f64, hour: u32) -> f64 {
    let turn = std::f64::consts::TAU * (f64::from(hour) - 20.0) / 24.0;
    1.0 + height * turn.cos()
}

/// Public holidays are those of South Korea, and only in Seoul.
fn day_factor(spec: &MarketSpec, zone: Tz, day: NaiveDate) -> f64 {
    if zone != Tz::Asia__Seoul {
        return 1.0;
    }
    let is_off = |day: NaiveDate| korean_holiday(day).is_some();
    let before = day.pred_opt().is_some_and(is_off);
    match (is_off(day), before && day.weekday().number_from_monday() <= 5) {
        (true, _) => spec.demand.holiday,
        (false, true) => spec.demand.after_holiday,
        (false, false) => 1.0,
    }
}
