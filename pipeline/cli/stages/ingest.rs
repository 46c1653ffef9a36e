//! Ingest stage: loads the new files of an inbox as one batch of facts.

use std::collections::BTreeSet;

use anyhow::Result;
use arrow::{array::AsArray, datatypes::Int64Type};
use slotcast_core::Hint;
use slotcast_ingest::{
    AttributeKinds, Batch, FileError, Inbox, InboxFile, Mapping, RefusedName, escape_invisible, ingest_files,
};
use slotcast_lake::{Lake, TableId};

use super::{
    ingest_commit::{IdentifiedFile, commit, pin_heads},
    ingest_report::{print_ingested_before, print_rejects, print_row_counts, print_untaken},
};
use crate::{
    active_run::{ActiveRun, RowCounts},
    file_key::{FileKey, INGEST_FILES, ingested_keys},
    printer::Printer,
};

/// Bytes of facts that are buffered before they are written.
const MEMORY_BUDGET: usize = 192 << 20;

/// An inbox and the options to read it.
pub(crate) struct InboxSource<'a> {
    pub(crate) inbox: &'a Inbox,
    pub(crate) mapping: &'a Mapping,
    /// Key of each file of the inbox, or the reason why it cannot be read.
    pub(crate) keys: &'a [Result<FileKey, String>],
    pub(crate) history: bool,
    pub(crate) strict: bool,
}

/// A file that was refused as a whole.
pub(crate) struct RefusedFile {
    pub(crate) message: String,
    /// Tables that its rows belong to.
    pub(crate) tables: Vec<String>,
}

/// Files to load, each with its key.
type NewFiles<'a> = (Vec<InboxFile>, Vec<&'a FileKey>);

pub(crate) async fn ingest(
    run: &mut ActiveRun,
    printer: &Printer,
    source: &InboxSource<'_>,
) -> Result<(Vec<RefusedFile>, RowCounts)> {
    let lake = run.lake.clone();
    recover(&lake, printer).await?;
    print_untaken(printer, source.inbox, source.mapping);
    let refuse_name = |own: &RefusedName| refuse(printer, own.tables.clone(), &own.error);
    let mut refused: Vec<RefusedFile> = source.inbox.refused.iter().map(refuse_name).collect();
    let new_files = new_files(printer, source, &ingested_keys(&lake).await?, &mut refused);
    let accepted = load(run, printer, new_files, source, &mut refused).await?;
    for compacted in lake.compact_facts().await? {
        printer.detail(format!(
            "  {}: {} small files merged into {}",
            compacted.table, compacted.files_before, compacted.files_after
        ));
    }
    pin_heads(run).await?;
    Ok((refused, RowCounts { input: source.inbox.files.len(), output: accepted }))
}

/// Completes the work of killed processes: removes unfinished batches, finishes erasures.
async fn recover(lake: &Lake, printer: &Printer) -> Result<()> {
    for (table, files) in lake.roll_back_unfinished().await? {
        printer.info(format!("rolled back {files} unfinished file(s) of `{table}`"));
    }
    match lake.finish_erasures().await? {
        0 => {}
        erasures => printer.info(format!("finished {erasures} interrupted erasure(s)")),
    }
    Ok(())
}

/// The files of the inbox that are neither ingested yet nor duplicates of each other.
fn new_files<'a>(
    printer: &Printer,
    source: &'a InboxSource<'_>,
    ingested: &BTreeSet<FileKey>,
    refused: &mut Vec<RefusedFile>,
) -> NewFiles<'a> {
    let mut before = Vec::new();
    let (mut files, mut keys): NewFiles<'a> = (Vec::new(), Vec::new());
    for (file, key) in source.inbox.files.iter().zip(source.keys) {
        match key {
            Err(message) => {
                let hint = "correct the file, or remove it from the inbox".to_owned();
                let message = escape_invisible(message).into_owned();
                printer.error(&format!("file refused: {message}"), &[hint]);
                refused.push(RefusedFile { message, tables: source.mapping.tables(&file.name) });
            }
            Ok(key) if ingested.contains(key) => before.push(&file.name),
            Ok(key) if keys.contains(&key) => {
                let name = escape_invisible(&file.name);
                printer.info(format!("{name}: duplicate of an earlier file, skipped"));
            }
            Ok(key) => {
                files.push(file.clone());
                keys.push(key);
            }
        }
    }
    print_ingested_before(printer, &before);
    (files, keys)
}

/// Loads and commits files; returns the number of accepted rows.
async fn load(
    run: &ActiveRun,
    printer: &Printer,
    (files, keys): NewFiles<'_>,
    source: &InboxSource<'_>,
    refused: &mut Vec<RefusedFile>,
) -> Result<usize> {
    let lake = &run.lake;
    let heads = lake.facts().await?;
    let mut attribute_kinds = AttributeKinds::default();
    heads.iter().for_each(|head| attribute_kinds.insert_schema(&head.table.name, &head.schema));
    let pseudonyms = lake.pseudonyms().await?;
    let lookup_files = lookup_files(source);
    let batch = Batch {
        now: run.started_at,
        history: source.history,
        strict: source.strict,
        lookup_files: &lookup_files,
        attribute_kinds,
        first_source_file_id: next_source_file_id(lake).await?,
        pseudonyms: &pseudonyms,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        memory_budget: MEMORY_BUDGET,
    };
    let writer = lake.fact_writer(&run.run_id, run.attempt(), &heads);
    let results = {
        let progress = printer.ingest_progress(files.iter().map(InboxFile::bytes).sum());
        ingest_files(&files, source.mapping, &batch, &writer, &progress)
    };
    let results = results.inspect_err(|_| {
        // The error of the batch is reported. `vacuum` finds files that cannot be removed now.
        let _ = writer.discard();
    })?;
    let mut ingested = Vec::new();
    for (index, ((result, file), key)) in results.into_iter().zip(&files).zip(keys).enumerate() {
        match result {
            Ok(file) => {
                let source_file_id = batch.first_source_file_id + index as i64;
                ingested.push(IdentifiedFile { file, source_file_id, key: key.clone() });
            }
            Err(error) => refused.push(refuse(printer, source.mapping.tables(&file.name), &error)),
        }
    }
    print_row_counts(printer, &ingested.iter().map(|own| &own.file).collect::<Vec<_>>());
    print_rejects(printer, lake.layout().root(), ingested.iter().map(|own| &own.file));
    commit(run, writer.into_files(), &ingested).await?;
    Ok(ingested.iter().map(|own| own.file.counts.accepted as usize).sum())
}

/// Files in which rows look cells up, in order of their names.
fn lookup_files(source: &InboxSource<'_>) -> Vec<InboxFile> {
    let both = source.inbox.files.iter().filter(|file| source.mapping.is_lookup_file(&file.name));
    let mut files: Vec<InboxFile> = both.chain(&source.inbox.lookup_files).cloned().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// Id of the next file, one above the largest in the ledger.
async fn next_source_file_id(lake: &Lake) -> Result<i64> {
    let Some(snapshot) = lake.head(&TableId::ledger(INGEST_FILES)).await? else { return Ok(0) };
    let ids = snapshot.read_column("source_file_id")?;
    let last = ids.iter().filter_map(|array| arrow::compute::max(array.as_primitive::<Int64Type>())).max();
    Ok(last.map_or(0, |last| last + 1))
}

fn refuse(printer: &Printer, tables: Vec<String>, error: &FileError) -> RefusedFile {
    let hints: Vec<String> = error.hint().iter().map(|hint| escape_invisible(hint).into_owned()).collect();
    printer.error(&format!("file refused: {}", escape_invisible(&error.to_string())), &hints);
    // The message that is stored and published contains no customer id.
    RefusedFile { message: error.redacted_message(), tables }
}

/// Tables of refused files.
pub(crate) fn refused_tables(refused: &[RefusedFile]) -> BTreeSet<&str> {
    refused.iter().flat_map(|own| &own.tables).map(String::as_str).collect()
}
