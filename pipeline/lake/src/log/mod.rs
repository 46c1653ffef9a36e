//! Visibility: Delta logs of the tables, the writer's lock, the ledger of runs, and recovery after a kill.

// Modules in reading order.

mod durable_store;

mod delta_table;

mod file_statistics;

mod delta_commit;

mod lake;

mod commit;
mod lock;

mod ledger;

mod run;
mod run_ledger;
mod stage_ledger;

mod file_ledger;

mod recovery;

pub use commit::FilesToRemove;
pub use file_ledger::{FileRetraction, IngestRow};
pub use lake::Lake;
pub use lock::{LakeLock, LockOwner};
pub use run::{RunRow, RunStatus, Runs, StageRow, VACUUMED, is_timeless};

pub(crate) use delta_commit::Effect;
pub(crate) use ledger::{LedgerRow, instant_array, text_array};
pub(crate) use run_ledger::runs_table;
