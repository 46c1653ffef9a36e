//! What is fitted: rates, regression, calibration, scores.
//!
//! Rows of features and their outcomes go in, scored offers and artefacts come
//! out. Everything learned (clipping, imputation, scaling, shrinkage,
//! calibration) is learned here and on training rows only. This room touches no
//! file, no clock, no engine and no unseeded randomness; artefacts are text that
//! others store.

mod artifact;
mod base_rate;
mod calibrate;
mod categories;
mod encode;
mod error;
mod evaluate;
mod exact;
mod logistic;
mod metrics;
mod numbers;
mod out_of_time;
mod params;
mod prepare;
mod seeded;
#[cfg(test)]
mod testing;
mod train;
mod trained;
mod truth;

pub use artifact::ARTIFACT_FORMAT;
pub use error::ModelError;
pub use evaluate::{DEFAULT_SEATS, Judged, MIN_ROWS_TO_JUDGE, Scores, Verdict, evaluate};
pub use metrics::{auc, brier, ece, ece_noise_floor, log_loss, precision_at_seats};
pub use params::{ModelParams, ValidModelParams};
pub use train::{OutOfTime, Training, train};
pub use trained::{BASE_RATE, LOGISTIC, THIN_DATA_ROWS, TrainedModel};
pub use truth::{Belief, Choice, Estimate, Truth};
