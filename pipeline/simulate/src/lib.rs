//! Made markets: for the demo, for tests, for measuring, and for judging models.
//!
//! [`Market`] is a market whose truth is known: the chance of every offer before its slot opens. The bulk
//! generator has nothing to learn from, only shape, size and planted faults. The room takes its seed and its
//! moments as arguments and opens no file: it returns bytes, or writes where the caller says.

mod bulk;
mod csv_table;
mod error;
pub mod market;
mod randomness;
mod words;

pub use bulk::{BulkCounts, BulkMarket, OpenFile, TableCounts};
pub use csv_table::MarketFile;
pub use error::SimulateError;
pub use market::{Counts, FileForm, Market, MarketSpec, OpenShared, Preset, Writing};
