//! Arguments of a build.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::{Knowledge, SlotCalendar};
use slotcast_lake::Snapshot;

use super::source_files::SourceFiles;
use crate::engine::MemoryLimit;

/// The time for which a build is made, and the slots whose offers will be scored.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// Time for which the build is made.
    pub as_of: DateTime<Utc>,
    /// Calendar of the market.
    pub calendar: SlotCalendar,
    /// Slot to score, with its T.
    pub scored: Knowledge,
    /// The slot after it, if its offers will be scored too.
    pub next: Option<Knowledge>,
    /// Time after the close in which refunds are possible.
    pub refund_window: TimeDelta,
    /// Currency of the market: that of campaigns without one.
    pub currency: Option<String>,
    /// Source files of the facts.
    pub source_files: SourceFiles,
}

/// Options of a build that do not change its result.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Rebuild everything.
    pub full: bool,
    /// Memory of the engine.
    pub memory: MemoryLimit,
}

/// Stored relations of the last build, by name.
pub type PreviousBuild = BTreeMap<String, Snapshot>;
