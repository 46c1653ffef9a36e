//! Time ranges of data files, by which readers select files.

use arrow::{
    array::{AsArray, RecordBatch},
    compute::{max, min},
    datatypes::TimestampMicrosecondType,
};

/// Least and greatest value of a time column, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    /// The column.
    pub column: &'static str,
    /// The least value, in microseconds since the epoch.
    pub first: i64,
    /// The greatest value.
    pub last: i64,
}

impl TimeRange {
    /// Whether two ranges of the same column have an instant in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The union of `range` and the range of this column in a batch. `None` if the batch lacks the column.
    pub(crate) fn union(range: Option<Self>, column: &'static str, batch: &RecordBatch) -> Option<Self> {
        let times = batch.column_by_name(column)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        let Some((first, last)) = min(times).zip(max(times)) else { return range };
        Some(match range {
            Some(range) => Self { column, first: first.min(range.first), last: last.max(range.last) },
            None => Self { column, first, last },
        })
    }
}
