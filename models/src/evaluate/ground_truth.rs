//! Scores against a simulator's ground truth: probabilities against the true ones, selections against the best.
//!
//! Outcomes are one draw from the true probabilities. A score against the probabilities themselves is free of sampling
//! noise, so two models differ by their predictions only.

use slotcast_core::NaiveDate;

use crate::{
    error::ModelError,
    evaluate::{
        metrics::{ece, row_log_loss},
        noise_floor::ece_noise_floor,
        seats::share_seats,
    },
    math::functions::{mean, mean_and_se},
};

/// Offers with known probabilities. Every slice has one entry per offer, and the offers of a slot are adjacent.
#[derive(Clone, Copy, Debug)]
pub struct GroundTruth<'rows> {
    /// The slot of each offer.
    pub slots: &'rows [NaiveDate],
    /// Probability of a hit before the slot opens, given everything but the arrivals of its week.
    pub oracle: &'rows [f64],
    /// The oracle with the slot's shock and competition integrated out: the best possible forecast.
    pub knowable: &'rows [f64],
    /// Outcomes of the offers that were selected.
    pub hits: &'rows [Option<bool>],
}

/// A mean over slots or other replications, and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error; `None` for a single value.
    pub se: Option<f64>,
}

impl Estimate {
    /// The mean of `values`; NaN for an empty list.
    pub fn of(values: &[f64]) -> Self {
        let (mean, se) = mean_and_se(values);
        Self { mean, se: (values.len() > 1).then_some(se) }
    }
}

/// Scores of probabilities against the knowable ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbabilityScores {
    /// Expected log loss in nats: the mean of `-(t ln p + (1 - t) ln (1 - p))`, with `t` the knowable probability.
    pub log_loss: f64,
    /// Expected Brier score: the mean of `(p - t)^2 + t (1 - t)`.
    pub brier: f64,
    /// Log loss on a scale from the best constant (0) to the knowable probabilities (1); `None` if they are equal.
    pub log_loss_share: Option<f64>,
    /// Brier score on the same scale.
    pub brier_share: Option<f64>,
    /// Expected calibration error on the outcomes; `None` without outcomes.
    pub ece: Option<f64>,
    /// Its noise floor.
    pub ece_noise_floor: Option<f64>,
}

/// Result of a selection that gives the seats of each slot to the highest scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelectionRegret {
    /// Expected hits per slot.
    pub hits: Estimate,
    /// Expected hits per slot lost against a selection by the oracle.
    pub regret: Estimate,
}

impl GroundTruth<'_> {
    fn check_lengths(&self, scores: &[f64]) -> Result<(), ModelError> {
        let rows = self.slots.len();
        let lengths = [
            ("oracle", self.oracle.len()),
            ("knowable", self.knowable.len()),
            ("outcomes", self.hits.len()),
            ("scores", scores.len()),
        ];
        match lengths.into_iter().find(|(_, found)| *found != rows) {
            Some((list, found)) => Err(ModelError::LengthMismatch { rows, list, found }),
            None => Ok(()),
        }
    }

    /// Scores probabilities; `None` without offers.
    ///
    /// # Errors
    /// [`ModelError::LengthMismatch`] for slices of different lengths, [`ModelError::NotAProbability`] for a number
    /// outside [0, 1].
    pub fn score_probabilities(&self, p: &[f64]) -> Result<Option<ProbabilityScores>, ModelError> {
        self.check_lengths(p)?;
        if p.is_empty() {
            return Ok(None);
        }
        for (row, value) in p.iter().chain(self.knowable).enumerate() {
            if !(0.0..=1.0).contains(value) {
                return Err(ModelError::NotAProbability { value: *value, row: row % p.len() });
            }
        }
        let constant = vec![mean(self.knowable); p.len()];
        let [own, worst, best] = [p, &constant, self.knowable].map(|p| self.expected_losses(p));
        let share = |own: f64, worst: f64, best: f64| (worst > best).then(|| (worst - own) / (worst - best));
        let selected: Vec<usize> = (0..p.len()).filter(|row| self.hits[*row].is_some()).collect();
        let selected_p: Vec<f64> = selected.iter().map(|row| p[*row]).collect();
        let selected_hits: Vec<bool> = selected.iter().filter_map(|row| self.hits[*row]).collect();
        let selected_slots: Vec<NaiveDate> = selected.iter().map(|row| self.slots[*row]).collect();
        Ok(Some(ProbabilityScores {
            log_loss: own.0,
            brier: own.1,
            log_loss_share: share(own.0, worst.0, best.0),
            brier_share: share(own.1, worst.1, best.1),
            ece: ece(&selected_p, &selected_hits),
            ece_noise_floor: ece_noise_floor(&selected_p, &selected_hits, &selected_slots),
        }))
    }

    /// Expected log loss and Brier score.
    fn expected_losses(&self, p: &[f64]) -> (f64, f64) {
        let pairs = || p.iter().zip(self.knowable);
        let log_losses: Vec<f64> =
            pairs().map(|(p, t)| t * row_log_loss(*p, true) + (1.0 - t) * row_log_loss(*p, false)).collect();
        let briers: Vec<f64> = pairs().map(|(p, t)| (p - t).powi(2) + t * (1.0 - t)).collect();
        (mean(&log_losses), mean(&briers))
    }

    /// Regret of a selection by `scores` with `seats` per slot. Offers that tie for the last seats share them. `None`
    /// without offers or seats.
    ///
    /// # Errors
    /// [`ModelError::LengthMismatch`] for slices of different lengths.
    pub fn selection_regret(
        &self,
        scores: &[f64],
        seats: usize,
    ) -> Result<Option<SelectionRegret>, ModelError> {
        self.check_lengths(scores)?;
        if scores.is_empty() || seats == 0 {
            return Ok(None);
        }
        let own = self.hits_by_slot(scores, seats);
        let best = self.hits_by_slot(self.oracle, seats);
        let lost: Vec<f64> = best.iter().zip(&own).map(|(best, own)| best - own).collect();
        Ok(Some(SelectionRegret { hits: Estimate::of(&own), regret: Estimate::of(&lost) }))
    }

    /// Expected hits of each slot, in the order of the offers.
    fn hits_by_slot(&self, scores: &[f64], seats: usize) -> Vec<f64> {
        let mut by_slot = Vec::new();
        let mut start = 0;
        for slot in self.slots.chunk_by(|a, b| a == b) {
            let mut hits = 0.0;
            share_seats(scores, start..start + slot.len(), seats, |tied, taken| {
                let sum: f64 = tied.iter().map(|row| self.oracle[*row]).sum();
                hits += sum * taken / tied.len() as f64;
            });
            by_slot.push(hits);
            start += slot.len();
        }
        by_slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn is_close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn knowable_probabilities_have_the_best_scores() {
        let slots = [slot("2016-02-16"); 4];
        let knowable = [0.2, 0.4, 0.6, 0.9];
        let truth = GroundTruth { slots: &slots, oracle: &knowable, knowable: &knowable, hits: &[None; 4] };
        let scores = |p: &[f64]| truth.score_probabilities(p).unwrap().unwrap();
        let best = scores(&knowable);
        assert!(is_close(best.log_loss_share.unwrap(), 1.0) && is_close(best.brier_share.unwrap(), 1.0));
        // Brier score of the knowable probabilities: the mean of t (1 - t).
        assert!(is_close(best.brier, (0.16 + 0.24 + 0.24 + 0.09) / 4.0));
        assert!(is_close(scores(&[0.525; 4]).log_loss_share.unwrap(), 0.0));
        let near = scores(&[0.25, 0.4, 0.6, 0.9]);
        assert!(near.log_loss > best.log_loss && near.log_loss_share.unwrap() < 1.0);
        assert_eq!(best.ece, None);
        assert!(truth.score_probabilities(&[1.5, 0.0, 0.0, 0.0]).is_err());
        assert!(truth.score_probabilities(&[0.5]).is_err());
    }

    #[test]
    fn regret_is_the_difference_from_the_oracle() {
        let (a, b) = (slot("2016-02-16"), slot("2016-02-23"));
        let slots = [a, a, a, b, b, b];
        let oracle = [0.9, 0.5, 0.1, 0.3, 0.8, 0.2];
        let truth = GroundTruth { slots: &slots, oracle: &oracle, knowable: &oracle, hits: &[None; 6] };
        // First slot: the best two. Second: all tie, so two thirds of 1.3.
        let found = truth.selection_regret(&[3.0, 2.0, 1.0, 0.0, 0.0, 0.0], 2).unwrap().unwrap();
        let second = 1.3 * 2.0 / 3.0;
        assert!(is_close(found.hits.mean, (1.4 + second) / 2.0));
        assert!(is_close(found.regret.mean, (1.1 - second) / 2.0));
        assert!(is_close(found.regret.se.unwrap(), (1.1 - second) / 2.0));
        assert!(is_close(truth.selection_regret(&oracle, 2).unwrap().unwrap().regret.mean, 0.0));
        assert_eq!(truth.selection_regret(&[], 2).map_err(|_| ()), Err(()));
        assert_eq!(truth.selection_regret(&oracle, 0).unwrap(), None);
    }
}
