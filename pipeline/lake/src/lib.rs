//! Where bytes live, and when they become visible.
//!
//! # What the lake promises
//!
//! - **A run is seen whole or not at all.** A run commits its tables first, each
//!   by one entry in that table's Delta log, and last one row in `runs` that names
//!   the version of each. Readers find every table through that row.
//! - **A killed process leaves nothing to clean by hand.** What it had committed
//!   without being named by a visible run is seen by nobody; the next ingest takes
//!   an unfinished batch back before it starts, and the next build overwrites
//!   relations.
//! - **One writer.** [`Lake::lock`] holds an operating-system lock, which ends with the process.
//! - **Power loss.** Data files are flushed to the disk before the log entry that
//!   names them is written, and a run's log entries before the row in `runs`. The
//!   one entry that can be torn is the newest of `runs`.
//!
//! This room knows Delta and Parquet. It computes nothing and asks no clock.

#![expect(clippy::disallowed_methods, reason = "this is the room that writes files")]

pub mod contract;
mod delta;
mod error;
mod layout;
mod ledger;
mod lock;
mod market;
mod parquet_file;
mod published;
mod store;

pub use error::LakeError;
pub use layout::{Layout, Room, TableId};
pub use ledger::{RunRow, RunStatus, Runs, StageRow};
pub use lock::LakeLock;
pub use market::{Market, SlotRule};
pub use parquet_file::{Part, read_parts, text_columns};
pub use published::Published;
pub use store::{DataFile, Lake, Replace, Snapshot};
