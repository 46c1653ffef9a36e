//! Small made markets: an inbox in the shape of the contract, for the demo and
//! for tests.
//!
//! A plain generator: hidden appeal drives both the signals before an opening
//! and the demand after it, so that there is something to learn. The room takes
//! its seed and its moment as arguments, touches no file and returns bytes.

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

pub use csv_table::MarketFile;
pub use demo::demo_market;
pub use error::SimulateError;
pub use params::DemoMarket;
