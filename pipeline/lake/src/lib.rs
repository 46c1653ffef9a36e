//! The lake: input tables, relations and ledgers as Parquet files, made visible by Delta logs.
//!
//! # Guarantees
//!
//! - **Atomic runs.** Readers see a run completely or not at all. A run first commits its tables, each by
//!   one entry in that table's Delta log. It ends with one row in `runs` that names the version of each
//!   table. Readers find tables through that row, and keep those versions while others write.
//! - **Kill.** A process may be killed at any step ([`fail_point`]). No visible run names what it committed,
//!   so no reader sees it. The next ingest rolls back an unfinished batch, and the next build replaces
//!   relations. The next erasure or ingest completes an interrupted erasure. `vacuum` removes the files that
//!   are left. Nothing needs manual repair.
//! - **Retraction.** A retraction of files is one commit of the ledger of files ([`Lake::record_ingest_files`]).
//!   It removes no fact, and runs keep the version of the ledger that they saw.
//! - **Full disk.** A write that runs out of space fails and removes its partial file. Visible data stay
//!   visible, and the same command succeeds once there is space.
//! - **Two writers.** [`Lake::lock`] takes a lock of the operating system, which ends with its process. A
//!   second writer waits or fails, with the name of the lock's owner. A tool that writes without the lock
//!   may lose the race for a log entry, but no data: an entry is never overwritten.
//! - **Power loss.** Data files are flushed before the log entry that names them. An entry is flushed before
//!   it is visible (`log::durable_store`), and the entries of a run before its row in `runs`. On disks that
//!   honor a flush, a power loss therefore equals a kill. If the newest entry of a log is truncated all the
//!   same, the error names it and describes the table without it.
//! - **Older runs stay readable** after compaction ([`Lake::compact_facts`]) and erasures ([`Lake::forget`]),
//!   until [`Lake::vacuum`] marks them in the ledger as vacuumed.
//! - **Pseudonymous customers.** Facts contain pseudonyms ([`Pseudonyms`]). Only rejected rows are stored
//!   unchanged. No version of any table links a fact to an erased customer.
//!
//! The crate knows Delta and Parquet. It computes nothing and reads no clock.

#![expect(clippy::disallowed_methods, reason = "this crate writes files")]

// Modules in reading order: each uses only those above it.

mod error;
mod fail_point;

#[macro_use]
mod schema;

mod storage;

mod log;

mod privacy;

mod publication;

mod maintenance;

mod create;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod testing;

pub use error::LakeError;
pub use fail_point::fail_point;
pub use log::{
    FileRetraction, FilesToRemove, IngestRow, Lake, LakeLock, LockOwner, RunRow, RunStatus, Runs, StageRow,
    VACUUMED, is_timeless,
};
pub use maintenance::{Compaction, Unreferenced, VacuumPlan};
pub use privacy::{Erasure, ErasureRow, Pseudonyms};
pub use publication::{Publication, Publications};
#[doc(hidden)]
pub use schema::arrow_types;
pub use schema::{MarketConfig, SlotRule, contract};
pub use storage::{
    BatchFiles, DataFile, FactWriter, Layout, Namespace, ParquetBatches, Snapshot, TableId, TimeRange,
    UncommittedFile, cast_to_lake_types, read_parquet, read_parquet_files, with_run_id,
};
