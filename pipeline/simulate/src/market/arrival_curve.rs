//! Distribution of order times within a window, by hourly weights.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use rand::Rng;
use slotcast_core::{Tz, korean_holiday, utc_to_local};

use super::spec::MarketSpec;

const HOUR: i64 = 3_600_000_000;

/// Cumulative distribution of order times over the hours of a window.
#[derive(Clone, Debug)]
pub(crate) struct ArrivalCurve {
    opens: i64,
    closes: i64,
    /// Share of orders up to the end of each hour. The last is 1.
    cumulative: Vec<f64>,
    /// Effect of holidays in the window on mean demand, as a factor.
    pub(crate) holiday_factor: f64,
}

impl ArrivalCurve {
    /// `w(h) = (1 + rush e^(-h / 24 / rush_days) + deadline [last day]) * rhythm(local hour) * holiday(local day)`.
    pub(crate) fn new(
        spec: &MarketSpec,
        zone: Tz,
        opens_at: DateTime<Utc>,
        closes_at: DateTime<Utc>,
    ) -> Self {
        let (opens, closes) = (opens_at.timestamp_micros(), closes_at.timestamp_micros());
        let hours = usize::try_from((closes - opens).div_euclid(HOUR)).unwrap_or(0).max(1);
        let arrivals = &spec.arrivals;
        let mut cumulative = Vec::with_capacity(hours);
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
            cumulative.push(sum);
        }
        cumulative.iter_mut().for_each(|share| *share /= sum);
        Self { opens, closes, cumulative, holiday_factor: sum / plain }
    }

    /// A random time of the window, in microseconds, rounded to milliseconds.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> i64 {
        self.quantile(rng.random())
    }

    /// A random time of the window after this one.
    pub(crate) fn draw_after(&self, time: i64, rng: &mut impl Rng) -> i64 {
        let past = self.share_before(time);
        self.quantile(past + (1.0 - past) * rng.random::<f64>()).max(time)
    }

    fn quantile(&self, share: f64) -> i64 {
        let hour =
            self.cumulative.partition_point(|cumulative| *cumulative < share).min(self.cumulative.len() - 1);
        let before = if hour == 0 { 0.0 } else { self.cumulative[hour - 1] };
        let within =
            ((share - before) / (self.cumulative[hour] - before).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let time = self.opens + hour as i64 * HOUR + (within * HOUR as f64) as i64;
        (time / 1000 * 1000).clamp(self.opens, self.closes - 1000)
    }

    /// Share of orders before a time.
    fn share_before(&self, time: i64) -> f64 {
        let passed = (time - self.opens) as f64 / HOUR as f64;
        let hour = (passed as usize).min(self.cumulative.len() - 1);
        let before = if hour == 0 { 0.0 } else { self.cumulative[hour - 1] };
        before + (self.cumulative[hour] - before) * (passed - hour as f64).clamp(0.0, 1.0)
    }

    /// Share of orders in an hour of the window.
    pub(crate) fn hour_share(&self, hour: usize) -> f64 {
        let before = if hour == 0 { 0.0 } else { self.cumulative[hour - 1] };
        self.cumulative.get(hour).map_or(0.0, |cumulative| cumulative - before)
    }

    pub(crate) fn hours(&self) -> usize {
        self.cumulative.len()
    }
}

/// Factor of the local hour: highest at 20:00, lowest at 8:00, 1 on average.
fn rhythm(height: f64, hour: u32) -> f64 {
    let angle = std::f64::consts::TAU * (f64::from(hour) - 20.0) / 24.0;
    1.0 + height * angle.cos()
}

/// Factor of public holidays. Only Seoul has any: those of South Korea.
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
