//! Facts made ready for SQL: visible rows only, versions found, ids numbered, days told.
//!
//! What is built together is staged together: the order events of the campaigns of some slots, the
//! signals or views of some weeks. Only rows that nothing tells apart any more are summed here.

mod days;
mod entities;
mod orders;
mod reading;
mod snapshots;
mod timed;
mod versions;
mod words;

use std::path::PathBuf;

use arrow::{array::RecordBatch, datatypes::SchemaRef};

pub(crate) use days::{MarketDays, date_of, day_number};
pub(crate) use entities::{stage_entities, with_opening_slots};
pub(crate) use orders::stage_orders;
pub(crate) use reading::{column, instants, read_part};
pub(crate) use snapshots::stage_snapshots;
pub(crate) use timed::{Timed, stage_timed};
pub(crate) use words::Words;

/// Staged rows of one table.
pub(crate) struct Staged {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) horizon: Horizon,
}

/// The stretch of `as_of` over which staging gives the same rows, as far as the rows met tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Horizon {
    /// The last row became visible then.
    pub(crate) from: i64,
    /// The next row will, not before.
    pub(crate) until: i64,
    /// When the first row was known.
    pub(crate) known_from: i64,
}

impl Default for Horizon {
    fn default() -> Self {
        Self { from: i64::MIN, until: i64::MAX, known_from: i64::MAX }
    }
}

impl Horizon {
    /// Meets a row that is visible from `moment` on; says whether it is at `as_of`.
    pub(crate) fn meet(&mut self, moment: i64, as_of: i64) -> bool {
        if moment <= as_of {
            self.from = self.from.max(moment);
            true
        } else {
            self.until = self.until.min(moment);
            false
        }
    }

    /// What holds where both do.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.min(other.until),
            known_from: self.known_from.min(other.known_from),
        }
    }
}

/// What is staged, and for which moment.
pub(crate) struct Wanted<'a> {
    pub(crate) parts: &'a [PathBuf],
    pub(crate) as_of: i64,
    pub(crate) days: &'a MarketDays,
}
