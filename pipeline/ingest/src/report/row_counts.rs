//! Row counts of a file by outcome.

/// Source rows of a file by outcome: `read` is the sum of the other four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceRowCounts {
    /// Rows read.
    pub read: u64,
    /// Valid rows that added at least one new fact.
    pub accepted: u64,
    /// Rows with an error.
    pub rejected: u64,
    /// Valid rows that added no new fact.
    pub repeats: u64,
    /// Rows excluded by a filter of the mapping.
    pub filtered: u64,
}
