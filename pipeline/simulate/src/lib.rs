//! Simulated markets for the demo, tests, benchmarks and model evaluation.
//!
//! [`Market`] is a market with known ground truth: the hit probability of every offer before its slot opens.
//! [`LoadMarket`] makes load-test data of any size: realistic shape and invalid rows, but no signal to learn.
//! Seeds and times are arguments. The crate opens no file: it returns bytes or writes to the caller's writers.

mod error;
mod market_file;
mod names;
mod rng;

pub mod market;

mod load;

pub use error::SimulateError;
pub use load::{FileOpener, LoadCounts, LoadMarket, TableCounts};
pub use market::{Market, MarketCounts, MarketSpec, OutputFormat, Preset, SyncFileOpener, WriteOptions};
pub use market_file::MarketFile;
