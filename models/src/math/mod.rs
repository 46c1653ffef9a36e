//! Numeric functions without domain knowledge.

pub(crate) mod functions;

pub(crate) mod normal;

pub(crate) mod parallel;
