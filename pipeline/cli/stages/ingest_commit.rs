//! Commit of an ingest batch: facts, rejected rows, and last the files, whose entries complete the batch.

use anyhow::Result;
use arrow::{array::RecordBatch, datatypes::SchemaRef};
use slotcast_ingest::{IngestedFile, SourceRowCounts, rejects_to_batch};
use slotcast_lake::{
    BatchFiles, FilesToRemove, TableId,
    contract::{TABLES, ingest_files_schema, rejects_schema},
};

use crate::{
    active_run::ActiveRun,
    batch_builder::BatchBuilder,
    file_key::{FileKey, INGEST_FILES},
};

const REJECTS: &str = "rejects";

/// An ingested file with its id and key.
pub(super) struct IdentifiedFile {
    pub(super) file: IngestedFile,
    pub(super) source_file_id: i64,
    pub(super) key: FileKey,
}

/// Commits table by table, and the ledger of files last.
pub(super) async fn commit(run: &ActiveRun, written: BatchFiles, files: &[IdentifiedFile]) -> Result<()> {
    for (name, (schema, own)) in &written {
        run.lake.commit(&TableId::facts(name), schema, own, &FilesToRemove::None).await?;
    }
    let with_rejects = files.iter().map(|own| &own.file).filter(|file| !file.rejects.is_empty());
    let rejects: Vec<RecordBatch> = with_rejects
        .map(|file| rejects_to_batch(&file.file, &file.rejects, &run.run_id, run.started_at))
        .collect();
    if !rejects.is_empty() {
        append(run, REJECTS, &rejects_schema(), &rejects).await?;
    }
    if !files.is_empty() {
        append(run, INGEST_FILES, &ingest_files_schema(), &[files_batch(run, files)?]).await?;
    }
    Ok(())
}

async fn append(run: &ActiveRun, name: &str, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<()> {
    let id = TableId::ledger(name);
    let file_name = format!("{}--{:02}-{name}.parquet", run.run_id, run.attempt());
    let file = run.lake.write_file(&id, &file_name, batches)?;
    run.lake.commit(&id, schema, &[file], &FilesToRemove::None).await?;
    Ok(())
}

/// Rows of `ingest_files`.
fn files_batch(run: &ActiveRun, files: &[IdentifiedFile]) -> Result<RecordBatch> {
    let count =
        |value: fn(&SourceRowCounts) -> u64| files.iter().map(move |own| value(&own.file.counts) as usize);
    let rows = BatchBuilder::default()
        .text("batch_id", files.iter().map(|_| run.run_id.clone()))
        .count("source_file_id", files.iter().map(|own| own.source_file_id as usize))
        .text("file", files.iter().map(|own| own.file.file.clone()))
        .text("content_hash", files.iter().map(|own| own.key.content_hash.clone()))
        .text("mapping_hash", files.iter().map(|own| own.key.mapping_hash.clone()))
        .count("read", count(|counts| counts.read))
        .count("accepted", count(|counts| counts.accepted))
        .count("rejected", count(|counts| counts.rejected))
        .count("repeats", count(|counts| counts.repeats))
        .count("filtered", count(|counts| counts.filtered))
        .instant("known_at", files.iter().map(|_| run.started_at))
        .batch()?;
    Ok(RecordBatch::try_new(ingest_files_schema(), rows.columns().to_vec())?)
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
