//! From a model's raw logits to probabilities: Platt's line while outcomes are few, a rising curve when it has
//! proven better on later slots; with the interval that past outcomes allow.

use serde::{Deserialize, Serialize};
use slotcast_core::NaiveDate;

use crate::{
    calibrate::Platt,
    isotonic::{Steps, VennAbers},
    metrics::row_log_loss,
    numbers::sigmoid,
    paired::Paired,
};

/// With fewer outcomes two numbers are as much as can be learned (A. Niculescu-Mizil and R. Caruana,
/// Predicting good probabilities with supervised learning, ICML 2005).
const MIN_FOR_STEPS: usize = 1_000;

/// Out-of-time predictions, a block of slots after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Forward {
    pub(crate) blocks: Vec<Rows>,
}

/// Raw logits and what became of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) logits: Vec<f64>,
    pub(crate) hits: Vec<bool>,
    pub(crate) slots: Vec<NaiveDate>,
}

impl Forward {
    /// The rows of the first `blocks` blocks, together.
    pub(crate) fn first(&self, blocks: usize) -> Rows {
        let mut all = Rows::default();
        for block in &self.blocks[..blocks] {
            all.logits.extend(&block.logits);
            all.hits.extend(&block.hits);
            all.slots.extend(&block.slots);
        }
        all
    }

    pub(crate) fn all(&self) -> Rows {
        self.first(self.blocks.len())
    }
}

/// A rising function of the raw logit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Calibrator {
    pub(crate) platt: Platt,
    steps: Option<Steps>,
    outcomes: VennAbers,
}

impl Calibrator {
    /// Fits to out-of-time predictions; the curve is taken where it beat the line on later blocks
    /// by more than a standard error over slots.
    pub(crate) fn fit(forward: &Forward, prior_outcomes: f64) -> Self {
        let rows = forward.all();
        let platt = platt_of(&rows, prior_outcomes);
        let steps = (rows.hits.len() >= MIN_FOR_STEPS && steps_win(forward, prior_outcomes))
            .then(|| Steps::fit(&rows.logits, &rows.hits))
            .flatten();
        let mut fitted = Self { platt, steps, outcomes: VennAbers::fit(&[], &[]) };
        let calibrated: Vec<f64> = rows.logits.iter().map(|logit| fitted.apply(*logit)).collect();
        fitted.outcomes = VennAbers::fit(&calibrated, &rows.hits);
        fitted
    }

    /// The calibrated logit.
    pub(crate) fn apply(&self, logit: f64) -> f64 {
        match &self.steps {
            Some(steps) => steps.apply(logit, self.platt.slope),
            None => self.platt.apply(logit),
        }
    }

    /// What a push on the raw logit is worth after calibration, on the way from `from` to `to`.
    pub(crate) fn slope(&self, from: f64, to: f64) -> f64 {
        if self.steps.is_some() && (to - from).abs() > 1e-9 {
            (self.apply(to) - self.apply(from)) / (to - from)
        } else {
            self.platt.slope
        }
    }

    /// The rates that past outcomes allow at a calibrated logit.
    pub(crate) fn interval(&self, calibrated: f64) -> Option<(f64, f64)> {
        self.outcomes.interval(calibrated)
    }

    /// `platt` or `isotonic`.
    pub(crate) fn name(&self) -> &'static str {
        if self.steps.is_some() { "isotonic" } else { "platt" }
    }

    /// Whether the parts of an artefact fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.platt.is_sound() && self.steps.as_ref().is_none_or(Steps::is_sound) && self.outcomes.is_sound()
    }
}

/// The line of these rows; no change without any.
pub(crate) fn platt_of(rows: &Rows, prior_outcomes: f64) -> Platt {
    if rows.hits.is_empty() {
        Platt::identity()
    } else {
        Platt::fit(&rows.logits, &rows.hits, prior_outcomes)
    }
}

/// Both are fitted to the blocks before each and held against it.
fn steps_win(forward: &Forward, prior_outcomes: f64) -> bool {
    let mut paired = Paired::default();
    for place in 1..forward.blocks.len() {
        let earlier = forward.first(place);
        let platt = platt_of(&earlier, prior_outcomes);
        let Some(steps) = Steps::fit(&earlier.logits, &earlier.hits) else { continue };
        let block = &forward.blocks[place];
        for ((logit, hit), slot) in block.logits.iter().zip(&block.hits).zip(&block.slots) {
            let loss = |logit: f64| row_log_loss(sigmoid(logit), *hit);
            paired.add(*slot, loss(platt.apply(*logit)) - loss(steps.apply(*logit, platt.slope)));
        }
    }
    paired.mean_and_error().is_some_and(|(gain, error)| gain > error)
}
