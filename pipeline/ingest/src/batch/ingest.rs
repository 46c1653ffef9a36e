//! Ingest of the files of an inbox to the facts of one batch.
//!
//! Threads read files in parallel; `week_buffer` keeps their facts in order. A file is checked
//! after its last row. The facts of a large file enter the batch before that. If such a file is
//! refused later, the batch starts over without it.

use std::sync::{Mutex, PoisonError};

use slotcast_lake::{FactWriter, LakeError, Pseudonyms};

use crate::{
    batch::{
        attempt::{Attempt, FileRead},
        lookup_cache::LookupCache,
        replaced_rows::{AcceptedRows, ReplacedRows},
        settings::Batch,
    },
    mapping::source_mapping::Mapping,
    report::{
        file_error::FileError, lookup_report::LookupReport, progress::Progress, read_report::ReadReport,
        rejects::Reject, row_counts::SourceRowCounts,
    },
    source::file::InboxFile,
    transform::partial_cancellations::PartialCancellations,
};

/// An ingested file.
#[derive(Debug)]
pub struct IngestedFile {
    /// Name in the inbox.
    pub file: String,
    /// Row counts.
    pub counts: SourceRowCounts,
    /// Rows that replaced earlier rows of the file, by table.
    pub replaced_rows: Vec<ReplacedRows>,
    /// Rejected rows, by line.
    pub rejects: Vec<Reject>,
    /// Columns that no expression reads.
    pub extra_columns: Vec<String>,
    /// Filtered rows by reason.
    pub filtered_by: Vec<(String, u64)>,
    /// Encoding of the text, declared or detected, if it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// Rules by which the file was read, such as the zone of its timestamps.
    pub notes: Vec<String>,
    /// Rows with text that was normalized: composed letters, no marks without width.
    pub normalized: u64,
    /// Words such as `NULL` that were read as empty ids.
    pub null_words: u64,
    /// Lookups in other files.
    pub lookups: Vec<LookupReport>,
    /// Cancellations of whole orders that miss lines of the order.
    pub partial_cancellations: PartialCancellations,
}

/// Ingests files into a batch of facts, with one result per file, in order.
///
/// The writer holds the facts, which become visible with its commit.
///
/// # Errors
/// If the lake cannot be written. Errors of a file are in its result.
pub fn ingest_files(
    files: &[InboxFile],
    mapping: &Mapping,
    batch: &Batch<'_>,
    writer: &FactWriter,
    progress: &dyn Progress,
) -> Result<Vec<Result<IngestedFile, FileError>>, LakeError> {
    let lookups = LookupCache::new(mapping, batch.lookup_files);
    let mut refused: Vec<Option<FileError>> = files.iter().map(|_| None).collect();
    loop {
        let attempt = Attempt::new(files, mapping, batch, progress, &refused, &lookups);
        let accepted: Vec<Mutex<AcceptedRows>> = files.iter().map(|_| Mutex::default()).collect();
        let results = attempt.run(writer, &accepted)?;
        if !attempt.must_start_over() {
            return Ok(results
                .into_iter()
                .zip(refused)
                .zip(files)
                .zip(accepted)
                .map(|(((result, refused), file), accepted)| match (result, refused) {
                    (_, Some(error)) | (Some(Err(error)), None) => Err(error),
                    (Some(Ok(read)), None) => Ok(ingested_file(file, read, accepted, batch.pseudonyms)),
                    (None, None) => unreachable!("every file is read, or was refused in an earlier attempt"),
                })
                .collect());
        }
        writer.discard()?;
        for (known, result) in refused.iter_mut().zip(results) {
            if let (None, Some(Err(error))) = (&known, result)
                && !depends_on_other_files(&error)
            {
                *known = Some(error);
            }
        }
    }
}

/// Returns whether an error may result from the attributes of another file, which is itself refused.
fn depends_on_other_files(error: &FileError) -> bool {
    matches!(error, FileError::AttributeNameTaken { .. } | FileError::AttributeKindConflict { .. })
}

fn ingested_file(
    file: &InboxFile,
    read: FileRead,
    accepted: Mutex<AcceptedRows>,
    pseudonyms: &Pseudonyms,
) -> IngestedFile {
    let AcceptedRows { rows, replacing, replaced } =
        accepted.into_inner().unwrap_or_else(PoisonError::into_inner);
    let accepted = rows.count();
    let FileRead { report, extra_columns, encoding, notes, lookups, partial_cancellations } = read;
    let ReadReport { read, rejected, filtered, normalized, null_words, mut rejects, filtered_by, .. } =
        report;
    rejects.sort_by_key(|reject| reject.line);
    // Rejects must not store the names of erased customers.
    for reject in rejects.iter_mut().filter(|reject| pseudonyms.has_erased_customer(&reject.raw)) {
        reject.raw.clear();
    }
    let repeats = read - rejected - filtered - accepted;
    IngestedFile {
        file: file.name.clone(),
        counts: SourceRowCounts { read, accepted, rejected, repeats, filtered, replaced: replacing.count() },
        replaced_rows: replaced,
        rejects,
        extra_columns,
        filtered_by,
        encoding,
        notes,
        normalized,
        null_words,
        lookups,
        partial_cancellations,
    }
}
