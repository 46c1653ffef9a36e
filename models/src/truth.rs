//! Scores against a simulator's truth: probabilities against the true ones, choices against the best.
//!
//! Outcomes are one draw of luck; the true probability is what luck is drawn from. Scored against it,
//! two models differ by what they know and not by who had luck.

use slotcast_core::NaiveDate;

use crate::{
    error::ModelError,
    metrics::{ece, ece_noise_floor, mean_with_error, row_log_loss},
    numbers::mean,
};

/// Offers whose truth is known; every slice has one entry an offer, and offers of a slot stand together.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'rows> {
    /// The slot of each.
    pub slots: &'rows [NaiveDate],
    /// The chance before the slot opens, everything known but the arrivals of its week.
    pub oracle: &'rows [f64],
    /// The same with the week's shock and the rivals integrated out: what the best forecaster could say.
    pub knowable: &'rows [f64],
    /// What was drawn, for those that ran.
    pub hits: &'rows [Option<bool>],
}

/// A mean over slots, or whatever else was repeated, and its standard error; `None` for a single one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub se: Option<f64>,
}

impl Estimate {
    /// Of these values; the mean of none is not a number.
    pub fn of(values: &[f64]) -> Self {
        let (mean, se) = mean_with_error(values);
        Self { mean, se: (values.len() > 1).then_some(se) }
    }
}

/// How good some probabilities are, as the truth has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// Mean log loss in nats: `-(t ln p + (1 - t) ln (1 - p))`, `t` the knowable probability.
    pub log_loss: f64,
    /// Mean Brier score: `(p - t)^2 + t (1 - t)`.
    pub brier: f64,
    /// How far the log loss goes from that of the best constant (0) to that of the knowable
    /// probabilities (1); `None` where they are the same.
    pub log_loss_share: Option<f64>,
    /// The same of the Brier score.
    pub brier_share: Option<f64>,
    /// Expected calibration error over the offers that ran, as they came out; `None` if none did.
    pub ece: Option<f64>,
    /// What chance alone exceeds in one of twenty samples.
    pub ece_noise_floor: Option<f64>,
}

/// What comes of giving the seats of each slot to the best by some score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Expected hits a slot.
    pub hits: Estimate,
    /// Expected hits a slot that choosing by the oracle would have given more.
    pub regret: Estimate,
}

impl Truth<'_> {
    fn check(&self, values: &[f64]) -> Result<(), ModelError> {
        let rows = self.slots.len();
        let lengths = [
            ("oracle", self.oracle.len()),
            ("knowable", self.knowable.len()),
            ("outcomes", self.hits.len()),
            ("scores", values.len()),
        ];
        match lengths.into_iter().find(|(_, found)| *found != rows) {
            Some((what, found)) => Err(ModelError::Lengths { rows, what, found }),
            None => Ok(()),
        }
    }

    /// Judges probabilities. `None` without rows.
    ///
    /// # Errors
    /// [`ModelError::Lengths`] when the slices differ in length, [`ModelError::NotAProbability`] for a
    /// number outside [0, 1].
    pub fn belief(&self, p: &[f64]) -> Result<Option<Belief>, ModelError> {
        self.check(p)?;
        if p.is_empty() {
            return Ok(None);
        }
        for (row, value) in p.iter().chain(self.knowable).enumerate() {
            if !(0.0..=1.0).contains(value) {
                return Err(ModelError::NotAProbability { value: *value, row: row % p.len() });
            }
        }
        let constant = vec![mean(self.knowable); p.len()];
        let [own, worst, best] = [p, &constant, self.knowable].map(|p| self.losses(p));
        let share = |own: f64, worst: f64, best: f64| (worst > best).then(|| (worst - own) / (worst - best));
        let ran: Vec<usize> = (0..p.len()).filter(|row| self.hits[*row].is_some()).collect();
        let ran_p: Vec<f64> = ran.iter().map(|row| p[*row]).collect();
        let ran_hits: Vec<bool> = ran.iter().filter_map(|row| self.hits[*row]).collect();
        let ran_slots: Vec<NaiveDate> = ran.iter().map(|row| self.slots[*row]).collect();
        Ok(Some(Belief {
            log_loss: own.0,
            brier: own.1,
            log_loss_share: share(own.0, worst.0, best.0),
            brier_share: share(own.1, worst.1, best.1),
            ece: ece(&ran_p, &ran_hits),
            ece_noise_floor: ece_noise_floor(&ran_p, &ran_hits, &ran_slots),
        }))
    }

    /// Mean log loss and Brier score of some probabilities.
    fn losses(&self, p: &[f64]) -> (f64, f64) {
        let each = || p.iter().zip(self.knowable);
        let log_losses: Vec<f64> =
            each().map(|(p, t)| t * row_log_loss(*p, true) + (1.0 - t) * row_log_loss(*p, false)).collect();
        let briers: Vec<f64> = each().map(|(p, t)| (p - t).powi(2) + t * (1.0 - t)).collect();
        (mean(&log_losses), mean(&briers))
    }

    /// What comes of choosing by a score, `seats` a slot. Where offers tie for the last seats, each counts
    /// with its chance of a seat. `None` without rows or seats.
    ///
    /// # Errors
    /// [`ModelError::Lengths`] when the slices differ in length.
    pub fn choice(&self, score: &[f64], seats: usize) -> Result<Option<Choice>, ModelError> {
        self.check(score)?;
        if score.is_empty() || seats == 0 {
            return Ok(None);
        }
        let own = self.hits_by_slot(score, seats);
        let best = self.hits_by_slot(self.oracle, seats);
        let lost: Vec<f64> = best.iter().zip(&own).map(|(best, own)| best - own).collect();
        Ok(Some(Choice { hits: Estimate::of(&own), regret: Estimate::of(&lost) }))
    }

    /// Expected hits of each slot, in the order of the rows.
    fn hits_by_slot(&self, score: &[f64], seats: usize) -> Vec<f64> {
        let mut found = Vec::new();
        let mut start = 0;
        for slot in self.slots.chunk_by(|a, b| a == b) {
            let mut rows: Vec<usize> = (start..start + slot.len()).collect();
            start += slot.len();
            rows.sort_by(|a, b| score[*b].total_cmp(&score[*a]));
            let (mut left, mut hits) = (seats as f64, 0.0);
            for tied in rows.chunk_by(|a, b| score[*a] == score[*b]) {
                let taken = left.min(tied.len() as f64);
                let sum: f64 = tied.iter().map(|row| self.oracle[*row]).sum();
                hits += sum * taken / tied.len() as f64;
                left -= taken;
            }
            found.push(hits);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn nothing_beats_what_can_be_known() {
        let slots = [slot("2016-02-16"); 4];
        let knowable = [0.2, 0.4, 0.6, 0.9];
        let truth = Truth { slots: &slots, oracle: &knowable, knowable: &knowable, hits: &[None; 4] };
        let belief = |p: &[f64]| truth.belief(p).unwrap().unwrap();
        let best = belief(&knowable);
        assert!(close(best.log_loss_share.unwrap(), 1.0) && close(best.brier_share.unwrap(), 1.0));
        // Brier of the truth itself: the mean of t (1 - t).
        assert!(close(best.brier, (0.16 + 0.24 + 0.24 + 0.09) / 4.0));
        assert!(close(belief(&[0.525; 4]).log_loss_share.unwrap(), 0.0));
        let near = belief(&[0.25, 0.4, 0.6, 0.9]);
        assert!(near.log_loss > best.log_loss && near.log_loss_share.unwrap() < 1.0);
        assert_eq!(best.ece, None);
        assert!(truth.belief(&[1.5, 0.0, 0.0, 0.0]).is_err() && truth.belief(&[0.5]).is_err());
    }

    #[test]
    fn regret_is_what_the_oracle_would_have_had_more() {
        let (a, b) = (slot("2016-02-16"), slot("2016-02-23"));
        let slots = [a, a, a, b, b, b];
        let oracle = [0.9, 0.5, 0.1, 0.3, 0.8, 0.2];
        let truth = Truth { slots: &slots, oracle: &oracle, knowable: &oracle, hits: &[None; 6] };
        // First slot: the best two. Second: all tie, so two thirds of 1.3.
        let found = truth.choice(&[3.0, 2.0, 1.0, 0.0, 0.0, 0.0], 2).unwrap().unwrap();
        let second = 1.3 * 2.0 / 3.0;
        assert!(close(found.hits.mean, (1.4 + second) / 2.0));
        assert!(close(found.regret.mean, (1.1 - second) / 2.0));
        assert!(close(found.regret.se.unwrap(), (1.1 - second) / 2.0));
        assert!(close(truth.choice(&oracle, 2).unwrap().unwrap().regret.mean, 0.0));
        assert_eq!(truth.choice(&[], 2).map_err(|_| ()), Err(()));
        assert_eq!(truth.choice(&oracle, 0).unwrap(), None);
    }
}
