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
mod calibrator;
mod categories;
mod demand;
mod design;
mod encode;
mod error;
mod evaluate;
mod exact;
mod fitted;
mod guards;
mod habits;
mod isotonic;
mod levels;
mod logistic;
mod metrics;
mod normal;
mod numbers;
mod out_of_time;
mod paired;
mod params;
mod prepare;
mod promotion;
mod references;
mod regression;
mod scorer;
mod season;
mod seats;
mod seeded;
mod selection;
mod similar;
mod spread;
#[cfg(test)]
mod testing;
mod threads;
mod train;
mod trained;
mod truth;
mod words;
mod worth;

pub use artifact::ARTIFACT_FORMAT;
pub use error::ModelError;
pub use evaluate::{DEFAULT_SEATS, Judged, MIN_ROWS_TO_JUDGE, Scores, Verdict, evaluate};
pub use fitted::{DEMAND, LOGISTIC};
pub use guards::Alarm;
pub use habits::{Habit, habits};
pub use metrics::{
    ReliabilityBin, auc, brier, ece, ece_noise_floor, log_loss, precision_at_seats, reliability,
};
pub use params::{ModelParams, ValidModelParams};
pub use promotion::{BetterOrder, Gain, Incumbent, Promotion};
pub use references::{REFERENCES, references};
pub use similar::Similar;
pub use train::{OutOfTime, Training, train};
pub use trained::{BASE_RATE, BLEND, THIN_DATA_ROWS, TrainedModel};
pub use truth::{Belief, Choice, Estimate, Truth};
