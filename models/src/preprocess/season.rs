//! Columns of the season: the opening month as a smooth wave and as a category.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};
use slotcast_core::NaiveDate;

use crate::{params::ModelParams, preprocess::category::CategoryEncoder};

/// Name of the feature: the local month of the opening, `1` to `12`.
pub(crate) const MONTH: &str = "opens_month";

/// Shortest history that shows a season, in days: two years less the label lag. In a shorter history a month occurs
/// once, and its effect cannot be separated from the shocks of four slots.
const MIN_HISTORY_DAYS: i64 = 657;
/// Waves per year: one for the season, one for its shape.
const HARMONICS: usize = 2;
/// Penalty factors, as multiples of the ridge per slot.
const HARMONIC_PENALTY_FACTOR: f64 = 0.1;
const MONTH_PENALTY_FACTOR: f64 = 0.5;

/// Harmonics and one-hot columns of the month; no column if the history is too short.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SeasonEncoder {
    months: Option<CategoryEncoder>,
}

impl SeasonEncoder {
    /// `slots` are the slot dates of the training rows, one per value.
    pub(crate) fn fit(
        values: &[Option<String>],
        slots: impl Iterator<Item = NaiveDate> + Clone,
        params: &ModelParams,
    ) -> Self {
        let span = slots.clone().max().zip(slots.min()).map(|(last, first)| (last - first).num_days());
        let is_long = span.is_some_and(|days| days >= MIN_HISTORY_DAYS);
        Self { months: is_long.then(|| CategoryEncoder::fit(values, params)) }
    }

    pub(crate) fn width(&self) -> usize {
        self.months.as_ref().map_or(0, |months| 2 * HARMONICS + months.width())
    }

    pub(crate) fn penalty_factors(&self, out: &mut Vec<f64>) {
        if let Some(months) = &self.months {
            out.extend([HARMONIC_PENALTY_FACTOR; 2 * HARMONICS]);
            out.extend(std::iter::repeat_n(MONTH_PENALTY_FACTOR, months.width()));
        }
    }

    pub(crate) fn encode(&self, value: Option<&str>, out: &mut Vec<f64>) {
        let Some(months) = &self.months else { return };
        let month = value.and_then(|text| text.parse::<u32>().ok()).filter(|month| (1..=12).contains(month));
        for harmonic in 1..=HARMONICS {
            let angle = month.map(|month| TAU * harmonic as f64 * (f64::from(month) - 0.5) / 12.0);
            out.extend(angle.map_or([0.0, 0.0], |angle| [angle.cos(), angle.sin()]));
        }
        months.encode(value, out);
    }

    pub(crate) fn is_consistent(&self) -> bool {
        self.months.as_ref().is_none_or(CategoryEncoder::is_consistent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(slots: usize) -> SeasonEncoder {
        let date = |slot: usize| NaiveDate::from_num_days_from_ce_opt(735_968 + 7 * slot as i32).unwrap();
        let months: Vec<Option<String>> = (0..slots).map(|slot| Some(month_of(date(slot)))).collect();
        SeasonEncoder::fit(
            &months,
            (0..slots).map(date),
            &ModelParams { min_category_rows: 1, ..ModelParams::default() },
        )
    }

    fn month_of(date: NaiveDate) -> String {
        date.to_string()[5..7].trim_start_matches('0').to_owned()
    }

    #[test]
    fn a_season_needs_two_years() {
        assert_eq!(fitted(60).width(), 0);
        let season = fitted(104);
        assert_eq!(season.width(), 4 + 12);
        let cells = |month: Option<&str>| {
            let mut out = Vec::new();
            season.encode(month, &mut out);
            assert_eq!(out.len(), season.width());
            out
        };
        let (january, july) = (cells(Some("1")), cells(Some("7")));
        assert!((january[0] + july[0]).abs() < 1e-12 && (january[2] - july[2]).abs() < 1e-12);
        assert_eq!(cells(None)[..4], [0.0; 4]);
        assert_eq!(cells(Some("13"))[..4], [0.0; 4]);
        let mut factors = Vec::new();
        season.penalty_factors(&mut factors);
        assert_eq!(factors.len(), season.width());
    }
}
