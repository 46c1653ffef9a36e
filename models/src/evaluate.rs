//! The scores of a model on rows that it has not seen, and whether it beats the base rate.

use std::fmt;

use serde::{Deserialize, Serialize};
use slotcast_core::NaiveDate;

use crate::{
    error::ModelError,
    metrics::{auc, brier, ece, ece_noise_floor, log_loss, precision_at_seats, row_log_loss},
    paired::Paired,
};

/// Seats of a slot when nobody says how many there are.
pub const DEFAULT_SEATS: usize = 10;
/// Below this number of rows no verdict is given.
pub const MIN_ROWS_TO_JUDGE: usize = 60;

/// Predictions to be judged; every slice has one entry a row.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'rows> {
    /// The model's probabilities of a hit.
    pub p: &'rows [f64],
    /// The outcomes.
    pub hits: &'rows [bool],
    /// The slot of each row.
    pub slots: &'rows [NaiveDate],
    /// Probabilities of the base rate, fitted to the same training rows.
    pub base_rate_p: &'rows [f64],
    /// Values that order the offers of a slot, the largest first, if `p` does not.
    pub order: Option<&'rows [f64]>,
}

/// Whether a model is worth its trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its log loss is lower by more than 1.96 standard errors of the paired differences, slots as clusters.
    BetterThanBaseRate,
    /// It is not.
    NoBetterThanBaseRate,
    /// Fewer than 60 rows, a single outcome or a single slot.
    NotEnoughData,
}

impl Verdict {
    /// The word for tables and pages, such as `better_than_base_rate`.
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

/// How good some predictions were. A measure is `None` where the rows do not define it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// How many rows were judged.
    pub n: usize,
    /// Their share of hits.
    pub base_rate: Option<f64>,
    /// The chance that a hit scores above a miss.
    pub auc: Option<f64>,
    /// Mean squared error of the probabilities.
    pub brier: Option<f64>,
    /// Mean log loss in nats.
    pub log_loss: Option<f64>,
    /// Its standard error, with slots as clusters; `None` with a single slot.
    pub log_loss_se: Option<f64>,
    /// Mean log loss in nats by which the predictions are better than the base rate's.
    pub gain: Option<f64>,
    /// Its standard error over slots: both meet the same luck, which cancels.
    pub gain_se: Option<f64>,
    /// Mean log loss in nats of the base rate's predictions.
    pub base_rate_log_loss: Option<f64>,
    /// Expected calibration error, ten bins of equal mass.
    pub ece: Option<f64>,
    /// The ECE that a calibrated model exceeds by chance in one sample of twenty; see [`ece_noise_floor`].
    pub ece_noise_floor: Option<f64>,
    /// Share of hits among the best of each slot, as many as it has seats.
    pub precision_at_seats: Option<f64>,
    /// Whether the predictions beat the base rate.
    pub verdict: Verdict,
}

/// Judges predictions; `seats` is [`DEFAULT_SEATS`] unless given.
///
/// # Errors
/// [`ModelError::Lengths`] when the slices differ in length, [`ModelError::NotAProbability`] for a
/// number outside [0, 1].
pub fn evaluate(judged: Judged<'_>, seats: Option<usize>) -> Result<Scores, ModelError> {
    let Judged { p, hits, slots, base_rate_p, order } = judged;
    let order = order.unwrap_or(p);
    let rows = p.len();
    let lengths = [
        ("outcomes", hits.len()),
        ("slots", slots.len()),
        ("base rates", base_rate_p.len()),
        ("order values", order.len()),
    ];
    for (what, found) in lengths {
        if found != rows {
            return Err(ModelError::Lengths { rows, what, found });
        }
    }
    for (row, value) in p.iter().chain(base_rate_p).enumerate() {
        if !(0.0..=1.0).contains(value) {
            return Err(ModelError::NotAProbability { value: *value, row: row % rows });
        }
    }
    let (mut losses, mut gains) = (Paired::default(), Paired::default());
    for (row, (hit, slot)) in hits.iter().zip(slots).enumerate() {
        let loss = row_log_loss(p[row], *hit);
        losses.add(*slot, loss);
        gains.add(*slot, row_log_loss(base_rate_p[row], *hit) - loss);
    }
    let gains = gains.mean_and_error();
    let hit_count = hits.iter().filter(|hit| **hit).count();
    Ok(Scores {
        n: rows,
        base_rate: (rows > 0).then(|| hit_count as f64 / rows as f64),
        auc: auc(p, hits),
        brier: brier(p, hits),
        log_loss: log_loss(p, hits).map(|(mean, _)| mean),
        log_loss_se: losses.mean_and_error().map(|(_, error)| error),
        gain: gains.map(|(mean, _)| mean),
        gain_se: gains.map(|(_, error)| error),
        base_rate_log_loss: log_loss(base_rate_p, hits).map(|(mean, _)| mean),
        ece: ece(p, hits),
        ece_noise_floor: ece_noise_floor(p, hits, slots),
        precision_at_seats: precision_at_seats(order, hits, slots, seats.unwrap_or(DEFAULT_SEATS)),
        verdict: verdict(hits, gains),
    })
}

fn verdict(hits: &[bool], gain: Option<(f64, f64)>) -> Verdict {
    let has_one_outcome = hits.iter().all(|hit| *hit == hits[0]);
    match gain {
        Some((gain, error)) if hits.len() >= MIN_ROWS_TO_JUDGE && !has_one_outcome => {
            if gain > 1.96 * error {
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

    fn judge(p: &[f64], hits: &[bool]) -> Scores {
        let slot =
            |row: usize| slotcast_core::NaiveDate::from_yo_opt(2016, 1 + 7 * (row as u32 / 20)).unwrap();
        let (slots, base) = ((0..p.len()).map(slot).collect::<Vec<_>>(), vec![0.5; p.len()]);
        evaluate(Judged { p, hits, slots: &slots, base_rate_p: &base, order: None }, None).unwrap()
    }

    #[test]
    fn a_model_must_beat_the_base_rate_by_more_than_luck() {
        let hits: Vec<bool> = (0..200).map(|row| row % 2 == 0).collect();
        let good: Vec<f64> = hits.iter().map(|hit| if *hit { 0.7 } else { 0.3 }).collect();
        let scores = judge(&good, &hits);
        assert_eq!((scores.verdict, scores.auc), (Verdict::BetterThanBaseRate, Some(1.0)));
        assert_eq!(scores.precision_at_seats, Some(1.0));
        assert!((scores.base_rate_log_loss.unwrap() - 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(judge(&[0.5; 200], &hits).verdict, Verdict::NoBetterThanBaseRate);
        let bad: Vec<f64> = good.iter().map(|p| 1.0 - p).collect();
        assert_eq!(judge(&bad, &hits).verdict, Verdict::NoBetterThanBaseRate);
    }

    #[test]
    fn few_rows_or_one_outcome_give_no_verdict() {
        assert_eq!(judge(&[], &[]).verdict, Verdict::NotEnoughData);
        assert_eq!(judge(&[], &[]).log_loss, None);
        let hits: Vec<bool> = (0..59).map(|row| row % 2 == 0).collect();
        assert_eq!(judge(&[0.5; 59], &hits).verdict, Verdict::NotEnoughData);
        let single = judge(&[0.9; 100], &[true; 100]);
        assert_eq!((single.verdict, single.auc), (Verdict::NotEnoughData, None));
        assert_eq!(serde_json::to_value(&single).unwrap()["verdict"], Verdict::NotEnoughData.as_str());
    }

    #[test]
    fn wrong_input_is_refused() {
        let slots = ["2016-02-16".parse().unwrap()];
        let short = Judged { p: &[0.5], hits: &[], slots: &slots, base_rate_p: &[0.5], order: None };
        assert_eq!(evaluate(short, None).unwrap_err().to_string(), "`1` rows need as many outcomes, not `0`");
        let wild = Judged { p: &[f64::NAN], hits: &[true], slots: &slots, base_rate_p: &[0.5], order: None };
        assert!(matches!(evaluate(wild, None), Err(ModelError::NotAProbability { row: 0, .. })));
    }
}
