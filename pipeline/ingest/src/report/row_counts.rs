//! Row counts of a file by outcome.

/// Replaced rows from which they are a finding, whatever their share.
const MANY_REPLACED: u64 = 20;

/// Replaced rows below which they are no finding.
const FEW_REPLACED: u64 = 2;

/// Accepted rows per replaced row at the limit: 1 %.
const ROWS_PER_REPLACED_ROW: u64 = 100;

/// Source rows of a file by outcome: `read` is the sum of the four after it.
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
    /// Accepted rows that a later row of the file replaced: it has the same key and version time.
    pub replaced: u64,
}

impl SourceRowCounts {
    /// Returns whether the replaced rows are a finding: 20 rows, or 2 rows and 1 % of the accepted ones.
    pub fn has_many_replaced(&self) -> bool {
        self.replaced >= MANY_REPLACED
            || (self.replaced >= FEW_REPLACED && self.replaced * ROWS_PER_REPLACED_ROW >= self.accepted)
    }
}
