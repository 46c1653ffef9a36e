//! Calibrator: Platt scaling, or an isotonic curve if that has a lower loss on later slots; with Venn-Abers intervals.

use serde::{Deserialize, Serialize};
use slotcast_core::NaiveDate;

use crate::{
    calibrate::{isotonic::IsotonicCurve, platt::Platt, venn_abers::VennAbers},
    evaluate::{clustered::ClusteredMean, metrics::row_log_loss},
    math::functions::sigmoid,
};

/// Minimum number of outcomes for an isotonic curve (A. Niculescu-Mizil and R. Caruana, Predicting good probabilities
/// with supervised learning, ICML 2005).
const MIN_ROWS_FOR_ISOTONIC: usize = 1_000;

/// Raw logits and outcomes of the same rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LabeledLogits {
    pub(crate) logits: Vec<f64>,
    pub(crate) hits: Vec<bool>,
    pub(crate) slots: Vec<NaiveDate>,
}

/// Out-of-time predictions, one fold of slots after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FoldPredictions {
    pub(crate) folds: Vec<LabeledLogits>,
}

impl FoldPredictions {
    /// All rows of the first `folds` folds.
    pub(crate) fn first(&self, folds: usize) -> LabeledLogits {
        let mut all = LabeledLogits::default();
        for fold in &self.folds[..folds] {
            all.logits.extend(&fold.logits);
            all.hits.extend(&fold.hits);
            all.slots.extend(&fold.slots);
        }
        all
    }

    pub(crate) fn all(&self) -> LabeledLogits {
        self.first(self.folds.len())
    }
}

/// A rising function of the raw logit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Calibrator {
    pub(crate) platt: Platt,
    isotonic: Option<IsotonicCurve>,
    venn_abers: VennAbers,
}

impl Calibrator {
    /// Fits to out-of-time predictions. The isotonic curve is used if it beat Platt scaling on later folds by more than
    /// one standard error over slots.
    pub(crate) fn fit(predictions: &FoldPredictions, prior_outcomes: f64) -> Self {
        let rows = predictions.all();
        let platt = fit_platt(&rows, prior_outcomes);
        let isotonic = (rows.hits.len() >= MIN_ROWS_FOR_ISOTONIC
            && isotonic_improves(predictions, prior_outcomes))
        .then(|| IsotonicCurve::fit(&rows.logits, &rows.hits))
        .flatten();
        let mut fitted = Self { platt, isotonic, venn_abers: VennAbers::fit(&[], &[]) };
        let calibrated: Vec<f64> = rows.logits.iter().map(|logit| fitted.apply(*logit)).collect();
        fitted.venn_abers = VennAbers::fit(&calibrated, &rows.hits);
        fitted
    }

    /// The calibrated logit.
    pub(crate) fn apply(&self, logit: f64) -> f64 {
        match &self.isotonic {
            Some(curve) => curve.apply(logit, self.platt.slope),
            None => self.platt.apply(logit),
        }
    }

    /// Slope of the secant between two raw logits. Contributions that are multiplied by it add up to the difference of
    /// the calibrated logits.
    pub(crate) fn secant(&self, from: f64, to: f64) -> f64 {
        if self.isotonic.is_some() && (to - from).abs() > 1e-9 {
            (self.apply(to) - self.apply(from)) / (to - from)
        } else {
            self.platt.slope
        }
    }

    /// Hit rates that past outcomes allow at a calibrated logit.
    pub(crate) fn interval(&self, calibrated: f64) -> Option<(f64, f64)> {
        self.venn_abers.interval(calibrated)
    }

    /// `platt` or `isotonic`.
    pub(crate) fn name(&self) -> &'static str {
        if self.isotonic.is_some() { "isotonic" } else { "platt" }
    }

    /// Whether the parts of an artifact agree.
    pub(crate) fn is_consistent(&self) -> bool {
        self.isotonic.as_ref().is_none_or(IsotonicCurve::is_consistent) && self.venn_abers.is_consistent()
    }
}

/// Platt scaling of these rows; the identity without rows.
pub(crate) fn fit_platt(rows: &LabeledLogits, prior_outcomes: f64) -> Platt {
    if rows.hits.is_empty() {
        Platt::identity()
    } else {
        Platt::fit(&rows.logits, &rows.hits, prior_outcomes)
    }
}

/// Both methods are fitted to the folds before each fold and compared on it.
fn isotonic_improves(predictions: &FoldPredictions, prior_outcomes: f64) -> bool {
    let mut gains = ClusteredMean::default();
    for fold in 1..predictions.folds.len() {
        let earlier = predictions.first(fold);
        let platt = fit_platt(&earlier, prior_outcomes);
        let Some(curve) = IsotonicCurve::fit(&earlier.logits, &earlier.hits) else { continue };
        let later = &predictions.folds[fold];
        for ((logit, hit), slot) in later.logits.iter().zip(&later.hits).zip(&later.slots) {
            let loss = |logit: f64| row_log_loss(sigmoid(logit), *hit);
            gains.add(*slot, loss(platt.apply(*logit)) - loss(curve.apply(*logit, platt.slope)));
        }
    }
    gains.mean_and_clustered_se().is_some_and(|(gain, se)| gain > se)
}
