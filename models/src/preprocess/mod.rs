//! From features to numeric columns, fitted on training rows only. Modules in reading order.

pub(crate) mod check;

pub(crate) mod scaler;

pub(crate) mod number;

pub(crate) mod category;

pub(crate) mod record;

pub(crate) mod season;

pub(crate) mod preprocessor;

pub(crate) mod sparse;

pub(crate) mod text;
