//! Limits of a user's query.

use std::time::Duration;

/// Size of temporary files as a multiple of memory.
const SPILL_FACTOR: u64 = 8;

/// Time and memory of a query.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueryLimits {
    /// Maximum time. The caller may exclude the time that it spends on rows.
    pub time: Option<Duration>,
    /// Maximum memory in MiB; temporary files may take eight times as much.
    pub memory_mib: Option<u64>,
}

impl QueryLimits {
    /// No limits, for queries of slotcast itself.
    pub fn none() -> Self {
        Self::default()
    }

    pub(super) fn spill_mib(self) -> Option<u64> {
        self.memory_mib.map(|mib| mib.saturating_mul(SPILL_FACTOR))
    }
}
