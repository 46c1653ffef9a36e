//! Evaluation of predictions on rows that the model was not fitted to, against the base rate.

use std::fmt;

use serde::{Deserialize, Serialize};
use slotcast_core::NaiveDate;

use crate::{
    error::ModelError,
    evaluate::{
        clustered::ClusteredMean,
        metrics::{auc, brier, ece, log_loss, precision_at_seats, row_log_loss},
        noise_floor::ece_noise_floor,
    },
};

/// Seats per slot if none are given.
pub const DEFAULT_SEATS: usize = 10;
/// Minimum number of rows for a verdict.
pub const MIN_ROWS_FOR_VERDICT: usize = 60;

/// Predictions and outcomes; every slice has one entry per row.
#[derive(Clone, Copy, Debug)]
pub struct Predictions<'rows> {
    /// The model's probabilities of a hit.
    pub p: &'rows [f64],
    /// The outcomes.
    pub hits: &'rows [bool],
    /// The slot of each row.
    pub slots: &'rows [NaiveDate],
    /// Probabilities of the base rate, fitted to the same training rows.
    pub base_rate_p: &'rows [f64],
    /// Values that order the offers of a slot, largest first, if `p` does not.
    pub order: Option<&'rows [f64]>,
}

/// Result of the comparison with the base rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The log loss is lower by more than 1.96 standard errors of the paired differences, clustered by slot.
    BetterThanBaseRate,
    /// The log loss is not lower by as much.
    NoBetterThanBaseRate,
    /// Fewer than 60 rows, a single outcome or a single slot.
    NotEnoughData,
}

impl Verdict {
    /// The name in relations, such as `better_than_base_rate`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BetterThanBaseRate => "better_than_base_rate",
            Self::NoBetterThanBaseRate => "no_better_than_base_rate",
            Self::NotEnoughData => "not_enough_data",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Metrics of predictions; `None` if the rows do not define one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Number of rows.
    pub n: usize,
    /// Hit rate of the rows.
    pub base_rate: Option<f64>,
    /// Probability that a hit scores above a miss.
    pub auc: Option<f64>,
    /// Mean squared error of the probabilities.
    pub brier: Option<f64>,
    /// Mean log loss in nats.
    pub log_loss: Option<f64>,
    /// Its standard error, clustered by slot; `None` for a single slot.
    pub log_loss_se: Option<f64>,
    /// Decrease of the mean log loss in nats against the base rate.
    pub gain: Option<f64>,
    /// Its standard error, clustered by slot. The differences are paired, so shocks of slots cancel.
    pub gain_se: Option<f64>,
    /// Mean log loss of the base rate in nats.
    pub base_rate_log_loss: Option<f64>,
    /// Expected calibration error, ten bins of equal mass.
    pub ece: Option<f64>,
    /// Calibration error that a calibrated model exceeds by chance in one of twenty samples; see [`ece_noise_floor`].
    pub ece_noise_floor: Option<f64>,
    /// Hit rate of the best offers of each slot, as many as it has seats.
    pub precision_at_seats: Option<f64>,
    /// Result of the comparison with the base rate.
    pub verdict: Verdict,
}

/// Evaluates predictions; `seats` defaults to [`DEFAULT_SEATS`].
///
/// # Errors
/// [`ModelError::LengthMismatch`] for slices of different lengths, [`ModelError::NotAProbability`] for a number outside
/// [0, 1].
pub fn evaluate(predictions: Predictions<'_>, seats: Option<usize>) -> Result<Metrics, ModelError> {
    let Predictions { p, hits, slots, base_rate_p, order } = predictions;
    let order = order.unwrap_or(p);
    let rows = p.len();
    let lengths = [
        ("outcomes", hits.len()),
        ("slots", slots.len()),
        ("base rates", base_rate_p.len()),
        ("order values", order.len()),
    ];
    for (list, found) in lengths {
        if found != rows {
            return Err(ModelError::LengthMismatch { rows, list, found });
        }
    }
    for (row, value) in p.iter().chain(base_rate_p).enumerate() {
        if !(0.0..=1.0).contains(value) {
            return Err(ModelError::NotAProbability { value: *value, row: row % rows });
        }
    }
    let (mut losses, mut gains) = (ClusteredMean::default(), ClusteredMean::default());
    for (row, (hit, slot)) in hits.iter().zip(slots).enumerate() {
        let loss = row_log_loss(p[row], *hit);
        losses.add(*slot, loss);
        gains.add(*slot, row_log_loss(base_rate_p[row], *hit) - loss);
    }
    let gains = gains.mean_and_clustered_se();
    let hit_count = hits.iter().filter(|hit| **hit).count();
    Ok(Metrics {
        n: rows,
        base_rate: (rows > 0).then(|| hit_count as f64 / rows as f64),
        auc: auc(p, hits),
        brier: brier(p, hits),
        log_loss: log_loss(p, hits).map(|(mean, _)| mean),
        log_loss_se: losses.mean_and_clustered_se().map(|(_, se)| se),
        gain: gains.map(|(mean, _)| mean),
        gain_se: gains.map(|(_, se)| se),
        base_rate_log_loss: log_loss(base_rate_p, hits).map(|(mean, _)| mean),
        ece: ece(p, hits),
        ece_noise_floor: ece_noise_floor(p, hits, slots),
        precision_at_seats: precision_at_seats(order, hits, slots, seats.unwrap_or(DEFAULT_SEATS)),
        verdict: verdict(hits, gains),
    })
}

fn verdict(hits: &[bool], gain: Option<(f64, f64)>) -> Verdict {
    let has_single_outcome = hits.iter().all(|hit| *hit == hits[0]);
    match gain {
        Some((gain, se)) if hits.len() >= MIN_ROWS_FOR_VERDICT && !has_single_outcome => {
            if gain > 1.96 * se {
                Verdict::BetterThanBaseRate
            } else {
                Verdict::NoBetterThanBaseRate
            }
        }
        _ => Verdict::NotEnoughData,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(p: &[f64], hits: &[bool]) -> Metrics {
        let slot = |row: usize| NaiveDate::from_yo_opt(2016, 1 + 7 * (row as u32 / 20)).unwrap();
        let (slots, base) = ((0..p.len()).map(slot).collect::<Vec<_>>(), vec![0.5; p.len()]);
        evaluate(Predictions { p, hits, slots: &slots, base_rate_p: &base, order: None }, None).unwrap()
    }

    #[test]
    fn a_better_model_beats_the_base_rate_significantly() {
        let hits: Vec<bool> = (0..200).map(|row| row % 2 == 0).collect();
        let good: Vec<f64> = hits.iter().map(|hit| if *hit { 0.7 } else { 0.3 }).collect();
        let found = metrics(&good, &hits);
        assert_eq!((found.verdict, found.auc), (Verdict::BetterThanBaseRate, Some(1.0)));
        assert_eq!(found.precision_at_seats, Some(1.0));
        assert!((found.base_rate_log_loss.unwrap() - 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(metrics(&[0.5; 200], &hits).verdict, Verdict::NoBetterThanBaseRate);
        let bad: Vec<f64> = good.iter().map(|p| 1.0 - p).collect();
        assert_eq!(metrics(&bad, &hits).verdict, Verdict::NoBetterThanBaseRate);
    }

    #[test]
    fn few_rows_or_a_single_outcome_give_no_verdict() {
        assert_eq!(metrics(&[], &[]).verdict, Verdict::NotEnoughData);
        assert_eq!(metrics(&[], &[]).log_loss, None);
        let hits: Vec<bool> = (0..59).map(|row| row % 2 == 0).collect();
        assert_eq!(metrics(&[0.5; 59], &hits).verdict, Verdict::NotEnoughData);
        let single = metrics(&[0.9; 100], &[true; 100]);
        assert_eq!((single.verdict, single.auc), (Verdict::NotEnoughData, None));
        assert_eq!(serde_json::to_value(&single).unwrap()["verdict"], Verdict::NotEnoughData.as_str());
    }

    #[test]
    fn invalid_predictions_are_refused() {
        let slots = ["2016-02-16".parse().unwrap()];
        let short = Predictions { p: &[0.5], hits: &[], slots: &slots, base_rate_p: &[0.5], order: None };
        assert_eq!(evaluate(short, None).unwrap_err().to_string(), "`1` rows need as many outcomes, not `0`");
        let nan = Predictions { p: &[f64::NAN], hits: &[true], ..short };
        assert!(matches!(evaluate(nan, None), Err(ModelError::NotAProbability { row: 0, .. })));
    }
}
