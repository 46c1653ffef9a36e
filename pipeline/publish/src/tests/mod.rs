//! Tests of all exporters on shared test data.

pub(crate) mod sample;
mod sample_accuracy;
pub(crate) mod stress;
pub(crate) mod test_row;

mod consistency;
mod golden;
