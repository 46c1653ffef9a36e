//! Ingest: from the files of an inbox to typed facts, with mappings, rejects and row counts.
//!
//! The modules in reading order:
//! - `report`: errors, rejected rows, row counts, progress.
//! - `values`: numbers, timestamps and texts of single cells.
//! - `source`: discovery of files, and their records with line numbers.
//! - `mapping`: the mapping language.
//! - `transform`: the plan of a file, expressions (evaluated by polars and column functions), typed columns.
//! - `batch`: parallel reading, deduplication, part files by table and week.
//!
//! Invariants, for every file: source rows read = accepted + rejected + repeats + filtered. A row
//! with an invalid target loads into none of its targets.
//!
//! This crate reads the inbox and passes part files to the writer of the lake. It reads no clock,
//! prints nothing, and does not depend on the commit protocol of the lake.

#![forbid(unsafe_code)]

mod report;
mod values;

mod source;

mod mapping;

mod transform;

mod batch;

#[cfg(test)]
mod tests;

pub use batch::{
    ingest::{IngestedFile, ingest_files},
    replaced_rows::ReplacedRows,
    settings::Batch,
};
pub use mapping::{attributes::AttributeKinds, source_mapping::Mapping};
pub use report::{
    error::IngestError,
    file_error::FileError,
    invisible::escape_invisible,
    lookup_report::LookupReport,
    progress::Progress,
    reject_reason::RejectReason,
    rejects::{Reject, rejects_to_batch},
    row_counts::SourceRowCounts,
};
pub use source::{
    file::InboxFile,
    inbox::{FileClass, Inbox, RefusedName, scan_inbox},
};
pub use transform::partial_cancellations::PartialCancellations;
pub use values::normalize::normalize_text;
