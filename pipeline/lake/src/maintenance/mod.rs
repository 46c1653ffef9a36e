//! Maintenance: compaction, vacuum, and detection of foreign files.

// Modules in reading order.

mod compaction_groups;

mod compaction;

mod vacuum_plan;

mod vacuum;

mod foreign_files;

pub use compaction::Compaction;
pub use vacuum_plan::{Unreferenced, VacuumPlan};
