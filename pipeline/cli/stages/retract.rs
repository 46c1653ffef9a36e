//! Retract stage: withdraws what files brought, as a version known from now on.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use slotcast_core::{DateTime, Utc};
use slotcast_lake::{FileRetraction, IngestRow, Lake, TableId};
use slotcast_stats::similar_names;

use super::{
    ingest::recover,
    ingest_commit::{ledger_file_name, pin_heads},
    ingest_report::sql_command,
};
use crate::{
    active_run::{ActiveRun, RowCounts},
    failure::UserError,
    file_ledger::FileLedger,
    printer::Printer,
};

/// Maximum number of files that a message names.
const MAX_FILES: usize = 24;

/// The loads to retract, and the time from which they no longer hold.
pub(crate) struct LoadRetraction {
    /// Ids of the files.
    pub(crate) files: BTreeSet<i64>,
    /// Whether their facts never held.
    pub(crate) history: bool,
}

/// Ids of the loads that the arguments of `--retract` name, retracted ones included.
pub(crate) fn named_loads(lake: &Lake, ledger: &FileLedger, names: &[String]) -> Result<BTreeSet<i64>> {
    let mut files = BTreeSet::new();
    for name in names {
        let senses = [
            ("file", matches(ledger, |row| row.file == *name)),
            ("batch", matches(ledger, |row| row.batch_id == *name)),
            (
                "mapping",
                matches(ledger, |row| row.mapping.as_ref() == Some(name) || row.mapping_hash == *name),
            ),
        ];
        let found: Vec<_> = senses.iter().filter(|(_, rows)| !rows.is_empty()).collect();
        match found.as_slice() {
            [] => return Err(unknown_load(lake, ledger, name).into()),
            [(_, rows)] => files.extend(rows.iter().map(|row| row.source_file_id)),
            several => return Err(ambiguous_load(name, several).into()),
        }
    }
    Ok(files)
}

fn matches(ledger: &FileLedger, is_named: impl Fn(&IngestRow) -> bool) -> Vec<&IngestRow> {
    ledger.rows().iter().filter(|row| is_named(row)).collect()
}

fn unknown_load(lake: &Lake, ledger: &FileLedger, name: &str) -> UserError {
    let names = ledger.rows().iter().flat_map(|row| {
        [Some(row.file.as_str()), Some(row.batch_id.as_str()), row.mapping.as_deref()].into_iter().flatten()
    });
    let similar: Vec<String> = similar_names(name, names).iter().map(|name| format!("`{name}`")).collect();
    let query =
        sql_command(lake.layout().root(), "select distinct file, batch_id, mapping from ingest_files");
    let hint = match similar.is_empty() {
        true => format!("`{query}` lists them"),
        false => format!("did you mean {}? `{query}` lists all", similar.join(" or ")),
    };
    UserError::new(format!("no ingested file, batch or mapping is named `{name}`"), hint)
}

fn ambiguous_load(name: &str, senses: &[&(&str, Vec<&IngestRow>)]) -> UserError {
    let mut batches = BTreeSet::new();
    let list = senses.iter().map(|(sense, rows)| {
        batches.extend(rows.iter().map(|row| format!("`{}`", row.batch_id)));
        format!("a {sense} ({} load(s))", rows.len())
    });
    let list = list.collect::<Vec<_>>().join(" and ");
    let batches = batches.into_iter().collect::<Vec<_>>().join(", ");
    UserError::new(format!("`{name}` is the name of {list}"), format!("retract by batch: {batches}"))
}

/// Whether the ledger of files has changed since the last finished run: a killed run left a retraction unseen.
pub(crate) async fn has_unseen_changes(lake: &Lake) -> Result<bool> {
    let table = TableId::ledger("ingest_files");
    let runs = lake.runs().await?;
    let seen = runs.latest_done().and_then(|run| run.tables.get(&table.to_string()).copied());
    Ok(lake.head(&table).await?.map(|head| head.version) != seen)
}

/// Retracts loads by one commit; returns the number of withdrawn rows.
pub(crate) async fn retract(
    run: &mut ActiveRun,
    printer: &Printer,
    request: &LoadRetraction,
) -> Result<((), RowCounts)> {
    let lake = run.lake.clone();
    recover(&lake, printer).await?;
    let ledger = FileLedger::read(&lake).await?;
    let is_wanted =
        |row: &&IngestRow| request.files.contains(&row.source_file_id) && row.retraction.is_none();
    let rows: Vec<&IngestRow> = ledger.rows().iter().filter(is_wanted).collect();
    let from = (!request.history).then_some(run.as_of);
    let retraction = FileRetraction { at: run.as_of, from, before: ledger.next_id() };
    let retracted: BTreeMap<i64, FileRetraction> =
        rows.iter().map(|row| (row.source_file_id, retraction)).collect();
    if !retracted.is_empty() {
        lake.record_ingest_files(&ledger_file_name(run, "ingest_files"), &[], &retracted).await?;
        print_retracted(printer, &ledger, &rows, from);
    }
    pin_heads(run).await?;
    let withdrawn = rows.iter().map(|row| usize::try_from(row.accepted).unwrap_or(0)).sum();
    Ok(((), RowCounts { input: rows.len(), output: withdrawn }))
}

/// Prints the withdrawn rows per file, and the later files that repeated some of them.
fn print_retracted(printer: &Printer, ledger: &FileLedger, rows: &[&IngestRow], from: Option<DateTime<Utc>>) {
    let is_retracted = |id: i64| rows.iter().any(|row| row.source_file_id == id);
    for row in rows.iter().take(MAX_FILES) {
        printer.info(format!("{} (batch {}): {} row(s) withdrawn", row.file, row.batch_id, row.accepted));
        let later = ledger.later_repeats(row).filter(|later| !is_retracted(later.source_file_id));
        let later: Vec<String> =
            later.map(|later| format!("{} ({} repeat(s))", later.file, later.repeats)).collect();
        if !later.is_empty() && row.accepted > 0 {
            let more = if later.len() > MAX_FILES { ", ..." } else { "" };
            let names = later.iter().take(MAX_FILES).cloned().collect::<Vec<_>>().join(", ");
            printer.info(format!(
                "  later files may have repeated them: {names}{more}; the next ingest that finds these files reads them again"
            ));
        }
    }
    if rows.len() > MAX_FILES {
        printer.info(format!("and {} more file(s)", rows.len() - MAX_FILES));
    }
    match from {
        Some(from) => {
            printer.info(format!("the facts no longer hold from {from} on; earlier states keep them"))
        }
        None => printer.info("the facts never held, so earlier states change too"),
    }
    printer.info("a retracted file in the inbox is not read again; `ingest INBOX --reload FILE` loads it");
}
