//! Ingest stage: loads the new files of an inbox as one batch of facts.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::Result;
use slotcast_core::Hint;
use slotcast_ingest::{
    AttributeKinds, Batch, FileError, Inbox, InboxFile, IngestedFile, Mapping, RefusedName, escape_invisible,
    ingest_files,
};
use slotcast_lake::{FactWriter, Lake};
use slotcast_publish::{Lang, bilingual_refusal, warning};

use super::{
    file_findings::findings,
    ingest_commit::{LoadSource, LoadedFile, commit, pin_heads},
    ingest_plan::IngestPlan,
    ingest_report::{print_plan, print_rejects, print_replaced_loads, print_row_counts, print_untaken},
};
use crate::{
    active_run::{ActiveRun, RowCounts},
    file_key::FileKey,
    file_ledger::FileLedger,
    printer::Printer,
};

/// Bytes of facts that are buffered before they are written.
const MEMORY_BUDGET: usize = 192 << 20;

/// An inbox and the options to read it.
pub(crate) struct InboxSource<'a> {
    pub(crate) inbox: &'a Inbox,
    /// Files in which rows look cells up, in order of their names.
    pub(crate) lookup_files: &'a [InboxFile],
    pub(crate) mapping: &'a Mapping,
    /// Key of each file of the inbox, or the reason why it cannot be read.
    pub(crate) keys: &'a [Result<FileKey, Arc<FileError>>],
    pub(crate) history: bool,
    pub(crate) strict: bool,
    /// Retracted files to load again.
    pub(crate) reload: &'a [String],
    /// Language of findings.
    pub(crate) lang: Lang,
}

/// A file that was refused as a whole.
pub(crate) struct RefusedFile {
    /// English message for the ledger.
    pub(crate) message: String,
    /// Code of rule and remedy.
    code: &'static str,
    /// Values of their placeholders.
    values: Vec<(&'static str, String)>,
    /// Tables that its rows belong to.
    pub(crate) tables: Vec<String>,
}

impl RefusedFile {
    fn new(tables: Vec<String>, error: &FileError) -> Self {
        // What is stored and published contains no customer id.
        Self { message: error.redacted_message(), code: error.code(), values: error.values(), tables }
    }

    /// Warning for the head of a page: file, rule and remedy in both languages.
    pub(crate) fn warning(&self) -> String {
        bilingual_refusal(self.code, &self.values)
    }
}

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
    let readable = readable_files(printer, source, &mut refused);
    let ledger = FileLedger::read(&lake).await?;
    let plan = IngestPlan::new(&readable, &ledger, &BTreeSet::new(), source.reload);
    print_plan(printer, &plan);
    let accepted = load(run, printer, source, (&readable, &ledger, plan), &mut refused).await?;
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
pub(super) async fn recover(lake: &Lake, printer: &Printer) -> Result<()> {
    for (table, files) in lake.roll_back_unfinished().await? {
        printer.info(format!("rolled back {files} unfinished file(s) of `{table}`"));
    }
    match lake.finish_erasures().await? {
        0 => {}
        erasures => printer.info(format!("finished {erasures} interrupted erasure(s)")),
    }
    Ok(())
}

/// The files of the inbox with a key. The others are refused.
fn readable_files<'a>(
    printer: &Printer,
    source: &'a InboxSource<'_>,
    refused: &mut Vec<RefusedFile>,
) -> Vec<(&'a InboxFile, &'a FileKey)> {
    let mut files = Vec::new();
    for (file, key) in source.inbox.files.iter().zip(source.keys) {
        match key {
            Ok(key) => files.push((file, key)),
            Err(error) => refused.push(refuse(printer, source.mapping.tables(&file.name), error)),
        }
    }
    files
}

/// Loads and commits the files of a plan; returns the number of accepted rows.
async fn load(
    run: &ActiveRun,
    printer: &Printer,
    source: &InboxSource<'_>,
    (readable, ledger, mut plan): (&[(&InboxFile, &FileKey)], &FileLedger, IngestPlan<'_>),
    refused: &mut Vec<RefusedFile>,
) -> Result<usize> {
    let lake = &run.lake;
    let heads = lake.facts().await?;
    let mut attribute_kinds = AttributeKinds::default();
    heads.iter().for_each(|head| attribute_kinds.insert_schema(&head.table.name, &head.schema));
    let pseudonyms = lake.pseudonyms().await?;
    let mut batch = Batch {
        now: run.started_at,
        history: source.history,
        strict: source.strict,
        lookup_files: source.lookup_files,
        attribute_kinds,
        first_source_file_id: ledger.next_id(),
        retracted_files: BTreeSet::new(),
        pseudonyms: &pseudonyms,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        memory_budget: MEMORY_BUDGET,
    };
    let mut refused_replacements = BTreeSet::new();
    let (writer, results) = loop {
        batch.retracted_files = &ledger.retracted_files() | &plan.replaced_files();
        let writer = lake.fact_writer(&run.run_id, run.attempt(), &heads);
        let results = read_files(printer, source, &batch, &plan, &writer)?;
        let failed = plan.files.iter().zip(&results).filter(|(_, result)| result.is_err());
        let failed = failed.filter(|(planned, _)| !planned.replaces.is_empty());
        let failed: Vec<String> = failed.map(|(planned, _)| planned.file.name.clone()).collect();
        if failed.is_empty() {
            break (writer, results);
        }
        // A refused file replaces nothing. Its earlier rows are known to the other files.
        writer.discard()?;
        for (planned, result) in plan.files.iter().zip(results) {
            if let (false, Err(error)) = (planned.replaces.is_empty(), result) {
                refused.push(refuse(printer, source.mapping.tables(&planned.file.name), &error));
            }
        }
        refused_replacements.extend(failed);
        plan = IngestPlan::new(readable, ledger, &refused_replacements, source.reload);
    };
    let mut ingested = Vec::new();
    for (index, (result, planned)) in results.into_iter().zip(plan.files).enumerate() {
        match result {
            Ok(file) => {
                let source_file_id = batch.first_source_file_id + index as i64;
                ingested.push(LoadedFile { file, source_file_id, planned });
            }
            Err(error) => {
                refused.push(refuse(printer, source.mapping.tables(&planned.file.name), &error));
            }
        }
    }
    print_row_counts(printer, &ingested.iter().map(|own| &own.file).collect::<Vec<_>>());
    print_replaced_loads(printer, &ingested);
    print_rejects(printer, lake.layout().root(), ingested.iter().map(|own| &own.file));
    for own in &ingested {
        for finding in findings(&own.file).iter().filter(|finding| !finding.is_in_account()) {
            let (key, values) = finding.warning(&own.file.file);
            printer.warn(warning(source.lang, key, &values));
        }
    }
    let from = LoadSource { mapping: source.mapping.name(), history: source.history };
    commit(run, from, writer.into_files(), &ingested).await?;
    Ok(ingested.iter().map(|own| own.file.counts.accepted as usize).sum())
}

/// Reads the files of a plan into the batch of the writer.
fn read_files(
    printer: &Printer,
    source: &InboxSource<'_>,
    batch: &Batch<'_>,
    plan: &IngestPlan<'_>,
    writer: &FactWriter,
) -> Result<Vec<Result<IngestedFile, FileError>>> {
    let files: Vec<InboxFile> = plan.files.iter().map(|planned| planned.file.clone()).collect();
    let progress = printer.ingest_progress(files.iter().map(InboxFile::bytes).sum());
    let results = ingest_files(&files, source.mapping, batch, writer, &progress);
    Ok(results.inspect_err(|_| {
        // The error of the batch is reported. `vacuum` finds files that cannot be removed now.
        let _ = writer.discard();
    })?)
}

fn refuse(printer: &Printer, tables: Vec<String>, error: &FileError) -> RefusedFile {
    let hints: Vec<String> = error.hint().iter().map(|hint| escape_invisible(hint).into_owned()).collect();
    printer.error(&format!("file refused: {}", escape_invisible(&error.to_string())), &hints);
    RefusedFile::new(tables, error)
}

/// Tables of refused files.
pub(crate) fn refused_tables(refused: &[RefusedFile]) -> BTreeSet<&str> {
    refused.iter().flat_map(|own| &own.tables).map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
