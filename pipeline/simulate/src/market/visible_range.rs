//! The range of times at which rows become known, and with which they are written.

use std::ops::Range;

use chrono::{DateTime, Utc};

/// Rows known within this range are written. Times are in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct VisibleRange(Range<i64>);

impl VisibleRange {
    /// From `since`, or the beginning of time, up to `until` exclusively.
    pub(crate) fn new(since: Option<DateTime<Utc>>, until: DateTime<Utc>) -> Self {
        Self(since.map_or(i64::MIN, |since| since.timestamp_micros())..until.timestamp_micros())
    }

    pub(crate) fn contains(&self, micros: i64) -> bool {
        self.0.contains(&micros)
    }

    pub(crate) fn contains_instant(&self, at: DateTime<Utc>) -> bool {
        self.contains(at.timestamp_micros())
    }
}
