//! Where bytes live, and when they become visible.
//!
//! # What the lake promises
//!
//! - **A run is seen whole or not at all.** A run commits its tables first, each by one entry in
//!   that table's Delta log, and last one row in `runs` that names the version of each. Readers find
//!   every table through that row, and go on reading what it names while others write.
//! - **Kill.** A process may be killed at any step ([`step`]). What it had committed without being
//!   named by a visible run is seen by nobody: the next ingest takes an unfinished batch back, the
//!   next build replaces relations, the next erasure or ingest ends an erasure that was begun, and
//!   `vacuum` removes the files that are left. Nothing needs a person.
//! - **Full disk.** A write that finds no room fails and takes its own half file away; what was
//!   visible stays so, and the same command works once there is room.
//! - **Two writers.** [`Lake::lock`] holds a lock of the operating system, which ends with its
//!   process. The second writer is refused, or waits, and is told who writes. Who writes without
//!   asking (another tool) loses the race for a log entry, not data: an entry is never overwritten.
//! - **Power loss.** Data files lie on the disk before the log entry that names them, an entry before
//!   it can be seen (`flushed_store`), and the entries of a run before the row in `runs`. So a power
//!   loss is a kill, on disks that keep what they say they have flushed. Should the newest entry of a
//!   log be cut off all the same, the error names it and says what becomes of the table without it.
//! - **Older runs stay readable** after compaction ([`Lake::compact_facts`]) and erasures
//!   ([`Lake::forget`]), until [`Lake::vacuum`] says in the ledger that they are gone.
//! - **No customer is named.** Facts carry pseudonyms ([`Pseudonyms`]); only rejected rows are kept
//!   as they came. What a forgotten customer had is nobody's, in every version.
//!
//! This room knows Delta and Parquet. It computes nothing and asks no clock.

#![expect(clippy::disallowed_methods, reason = "this is the room that writes files")]

mod compaction;
pub mod contract;
mod delta;
mod erasure;
mod erasure_ledger;
mod error;
mod fact_writer;
mod file_names;
mod flushed_store;
mod foreign;
#[cfg(test)]
mod killed;
mod layout;
mod ledger;
mod lock;
mod market;
mod masked;
mod parquet_file;
mod privacy;
mod published;
mod retracted;
mod snapshot;
mod steps;
mod store;
mod symlinks;
#[cfg(test)]
mod testing;
mod unfinished;
mod vacuum;

pub use compaction::Compacted;
pub use erasure::Erasure;
pub use erasure_ledger::ErasureRow;
pub use error::LakeError;
pub use fact_writer::{FactWriter, Written};
pub use layout::{Layout, Room, TableId};
pub use ledger::{RunRow, RunStatus, Runs, StageRow, VACUUMED};
pub use lock::{LakeLock, Writer};
pub use market::{Market, SlotRule};
pub use parquet_file::{Part, PartRows, Span, read_part, read_parts, text_columns, with_run_id};
pub use privacy::Pseudonyms;
pub use published::Published;
pub use retracted::Publication;
pub use snapshot::{DataFile, Snapshot};
pub use steps::step;
pub use store::{Lake, Replace};
pub use vacuum::{Unneeded, VacuumPlan};
