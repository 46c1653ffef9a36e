//! Load-test data: an inbox of any size, with realistic shape and no signal to learn.
//!
//! Facts are generated hour by hour and written as they are generated, so memory does not grow with the number of
//! rows. The inner loop formats by hand: with `chrono` and `format!`, generating the rows would take longer than
//! the ingest that they measure.

mod counts;
mod load_market;

mod catalog;
mod hours;

mod csv_table;
mod dimensions;

mod csv_line;
mod table_files;
mod timestamps;

mod open_orders;
mod orders;
mod signals;
mod views;

mod write;

#[cfg(test)]
mod tests;

pub use counts::{LoadCounts, TableCounts};
pub use load_market::LoadMarket;
pub use table_files::FileOpener;
