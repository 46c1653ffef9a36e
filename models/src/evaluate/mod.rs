//! Quality of predictions, and the choice of the model that ranks. Modules in reading order.

pub(crate) mod seats;

pub(crate) mod metrics;

pub(crate) mod noise_floor;

pub(crate) mod clustered;

pub(crate) mod evaluation;

pub(crate) mod ground_truth;

pub(crate) mod leakage;

pub(crate) mod habits;

pub(crate) mod top_hits;

pub(crate) mod promotion;
