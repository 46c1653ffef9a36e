//! Models: base rate, regressions, calibration, evaluation, promotion, scores, artifacts.
//!
//! Feature tables and outcomes go in, scored offers and artifacts come out. Everything fitted (clipping, imputation,
//! scaling, shrinkage, calibration) is fitted here, to training rows only. This crate has no files, no clock, no query
//! engine and no unseeded randomness; artifacts are text that other crates store.

// Modules in reading order: each uses only those above it.

mod error;
mod params;

mod model_kind;

mod math;

mod preprocess;

mod fit;

mod evaluate;

mod calibrate;

mod text_selection;

mod ensemble;

mod model;

mod train;

mod artifact;

mod neighbors;

mod benchmarks;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use artifact::ARTIFACT_FORMAT;
pub use benchmarks::{BENCHMARKS, benchmarks};
pub use error::ModelError;
pub use evaluate::{
    clustered::Gain,
    evaluation::{DEFAULT_SEATS, MIN_ROWS_FOR_VERDICT, Metrics, Predictions, Verdict, evaluate},
    ground_truth::{Estimate, GroundTruth, ProbabilityScores, SelectionRegret},
    habits::{Habit, habits},
    leakage::LeakageWarning,
    metrics::{ReliabilityBin, auc, brier, ece, log_loss, precision_at_seats, reliability_bins},
    noise_floor::ece_noise_floor,
    promotion::{BetterOrder, Incumbent, Promotion},
};
pub use model::{THIN_DATA_ROWS, TrainedModel};
pub use model_kind::{ModelKind, UnknownModelKind};
pub use neighbors::Neighbor;
pub use params::{ModelParams, ValidModelParams};
pub use train::{OutOfTimePredictions, Training, train};
