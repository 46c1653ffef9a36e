//! Base rate and regressions, fitted to training rows. Modules in reading order.

pub(crate) mod category_counts;

pub(crate) mod base_rate;

pub(crate) mod design;

pub(crate) mod ridge;

pub(crate) mod linear;

pub(crate) mod logistic;

pub(crate) mod link;

pub(crate) mod censored_demand;

pub(crate) mod demand;

pub(crate) mod heckman;

pub(crate) mod intercept;

pub(crate) mod member;

pub(crate) mod training_subset;

pub(crate) mod members;

pub(crate) mod negative_binomial;
