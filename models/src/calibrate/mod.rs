//! From out-of-time predictions to calibrated probabilities and demand curves. Modules in reading order.

pub(crate) mod platt;

pub(crate) mod isotonic;

pub(crate) mod venn_abers;

pub(crate) mod calibrator;

pub(crate) mod folds;

pub(crate) mod cross_fit;

pub(crate) mod demand_curve;
