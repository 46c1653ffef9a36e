//! Commit of an ingest batch: facts, rejected rows, and last the files, whose entries complete the batch.

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_ingest::{IngestedFile, rejects_to_batch};
use slotcast_lake::{
    BatchFiles, FileRetraction, FilesToRemove, IngestRow, TableId,
    contract::{TABLES, ingest_files_schema, rejects_schema},
};

use super::{
    file_findings::{findings, findings_to_json},
    ingest_plan::PlannedFile,
};
use crate::active_run::ActiveRun;

const REJECTS: &str = "rejects";
const INGEST_FILES: &str = "ingest_files";

/// Mapping and dating of a batch.
#[derive(Clone, Copy)]
pub(super) struct LoadSource<'a> {
    /// Name of the mapping.
    pub(super) mapping: &'a str,
    /// Whether facts are dated by the source.
    pub(super) history: bool,
}

/// A file that was read, with its id.
pub(super) struct LoadedFile<'a> {
    pub(super) file: IngestedFile,
    pub(super) source_file_id: i64,
    pub(super) planned: PlannedFile<'a>,
}

/// Commits table by table, and the ledger of files last: with the loads of the batch, and without those that they
/// replace.
pub(super) async fn commit(
    run: &ActiveRun,
    source: LoadSource<'_>,
    written: BatchFiles,
    files: &[LoadedFile<'_>],
) -> Result<()> {
    for (name, (schema, own)) in &written {
        run.lake.commit(&TableId::facts(name), schema, own, &FilesToRemove::None).await?;
    }
    let with_rejects = files.iter().map(|own| &own.file).filter(|file| !file.rejects.is_empty());
    let rejects: Vec<RecordBatch> = with_rejects
        .map(|file| rejects_to_batch(&file.file, &file.rejects, &run.run_id, run.started_at))
        .collect();
    if !rejects.is_empty() {
        let id = TableId::ledger(REJECTS);
        let file = run.lake.write_file(&id, &ledger_file_name(run, REJECTS), &rejects)?;
        run.lake.commit(&id, &rejects_schema(), &[file], &FilesToRemove::None).await?;
    }
    let Some(first) = files.first() else { return Ok(()) };
    let replacement = FileRetraction {
        at: run.started_at,
        from: (!source.history).then_some(run.started_at),
        before: first.source_file_id,
    };
    let replaced = files.iter().flat_map(|own| &own.planned.replaces);
    let replaced = replaced.map(|row| (row.source_file_id, replacement)).collect();
    let rows: Vec<IngestRow> = files.iter().map(|own| ledger_row(run, source, own)).collect();
    run.lake.record_ingest_files(&ledger_file_name(run, INGEST_FILES), &rows, &replaced).await?;
    Ok(())
}

/// Name of the data file that a run adds to a ledger.
pub(super) fn ledger_file_name(run: &ActiveRun, name: &str) -> String {
    format!("{}--{:02}-{name}.parquet", run.run_id, run.attempt())
}

/// Row of `ingest_files`.
fn ledger_row(run: &ActiveRun, source: LoadSource<'_>, own: &LoadedFile<'_>) -> IngestRow {
    let IngestedFile { file, counts, .. } = &own.file;
    let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
    IngestRow {
        batch_id: run.run_id.clone(),
        source_file_id: own.source_file_id,
        file: file.clone(),
        content_hash: own.planned.key.content_hash.clone(),
        mapping_hash: own.planned.key.mapping_hash.clone(),
        read: count(counts.read),
        accepted: count(counts.accepted),
        rejected: count(counts.rejected),
        repeats: count(counts.repeats),
        filtered: count(counts.filtered),
        known_at: run.started_at,
        mapping: Some(source.mapping.to_owned()),
        replaced: Some(count(counts.replaced)),
        findings: findings_to_json(&findings(&own.file)),
        retraction: None,
    }
}

/// Pins the newest version of every table that ingest writes, including those of an earlier attempt. The first batch
/// creates both ledgers, even without rows.
pub(super) async fn pin_heads(run: &mut ActiveRun) -> Result<()> {
    let lake = run.lake.clone();
    for (name, schema) in [(INGEST_FILES, ingest_files_schema()), (REJECTS, rejects_schema())] {
        let id = TableId::ledger(name);
        if lake.head(&id).await?.is_none() {
            lake.commit(&id, &schema, &[], &FilesToRemove::None).await?;
        }
    }
    let facts = TABLES.iter().map(|table| TableId::facts(table.name));
    for id in facts.chain([TableId::ledger(INGEST_FILES), TableId::ledger(REJECTS)]) {
        if let Some(head) = lake.head(&id).await? {
            run.pin_version(id.to_string(), head.version);
        }
    }
    Ok(())
}
