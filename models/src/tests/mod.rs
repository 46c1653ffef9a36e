//! Tests of the crate as a whole.

mod fixtures;

mod artifacts;
mod neighbors;
mod properties;
mod scoring;
mod selection;
mod training;
