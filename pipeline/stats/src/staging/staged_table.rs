//! Staged rows, and the request for them.

use std::path::PathBuf;

use arrow::{array::RecordBatch, datatypes::SchemaRef};

use super::{moved_keys::MovedKeys, retractions::Retractions, validity::Validity};
use crate::calendar::DayIndex;

/// Files to stage, the `as_of` at which rows must be visible, and what other files say about their rows.
pub(crate) struct StagingRequest<'a> {
    pub(crate) files: &'a [PathBuf],
    /// In microseconds.
    pub(crate) as_of: i64,
    pub(crate) days: &'a DayIndex,
    pub(crate) retractions: &'a Retractions,
    /// Facts of the table that have versions elsewhere.
    pub(crate) moved: &'a MovedKeys,
}

/// Staged rows of one table.
pub(crate) struct StagedTable {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) validity: Validity,
}
