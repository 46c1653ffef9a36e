//! Settings of a batch.

use std::collections::BTreeSet;

use slotcast_core::{DateTime, Utc};
use slotcast_lake::Pseudonyms;

use crate::{mapping::attributes::AttributeKinds, source::file::InboxFile};

/// Settings of a batch.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The run's single clock reading.
    pub now: DateTime<Utc>,
    /// Dates facts by the source instead of by the ingest.
    pub history: bool,
    /// Refuses a file with a single bad row.
    pub strict: bool,
    /// Files of the inbox in which rows look cells up, in order of their names.
    pub lookup_files: &'a [InboxFile],
    /// Known attributes.
    pub attribute_kinds: AttributeKinds,
    /// Id of the first file; the others follow in order.
    pub first_source_file_id: i64,
    /// Ids of files of the lake whose facts are retracted: their rows are not known.
    pub retracted_files: BTreeSet<i64>,
    /// Pseudonyms of the customers of the lake.
    pub pseudonyms: &'a Pseudonyms,
    /// Number of threads; at least one.
    pub threads: usize,
    /// Bytes of facts to buffer before they are written.
    pub memory_budget: usize,
}
