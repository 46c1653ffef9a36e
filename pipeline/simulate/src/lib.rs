//! Made markets: an inbox in the shape of the contract, for the demo, for tests
//! and for measuring.
//!
//! The demo's generator is plain: hidden appeal drives both the signals before
//! an opening and the demand after it, so that there is something to learn. The
//! bulk generator has nothing to learn from, only the shape and the size. The
//! room takes its seed and its moment as arguments and opens no file: it returns
//! bytes, or writes where the caller says.

mod bulk;
mod csv_table;
mod demo;
mod error;
mod inbox;
mod offers;
mod orders;
mod params;
mod randomness;
mod signals;
mod views;
mod words;
mod world;

#[cfg(test)]
mod tests;

pub use bulk::{BulkCounts, BulkMarket, OpenFile, TableCounts};
pub use csv_table::MarketFile;
pub use demo::demo_market;
pub use error::SimulateError;
pub use params::DemoMarket;
