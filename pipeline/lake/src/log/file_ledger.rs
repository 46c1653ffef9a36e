//! The ledger of ingested files: their row counts and retractions.

use std::{collections::BTreeMap, sync::Arc};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray};
use slotcast_core::{DateTime, Utc};

use super::{
    commit::FilesToRemove,
    lake::Lake,
    ledger::{LedgerRow, instant_array, text_array},
};
use crate::{
    error::LakeError,
    schema::contract::ingest_files_schema,
    storage::{Snapshot, TableId},
};

/// `retracted_from` of a file whose facts never held: year 1, before any fact.
const NEVER_HELD: i64 = -62_135_596_800_000_000;

/// The table of the ledger of ingested files.
pub(crate) fn ingest_files_table() -> TableId {
    TableId::ledger("ingest_files")
}

/// An ingested file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestRow {
    /// Run that ingested it.
    pub batch_id: String,
    /// Its number in the lake, in the order of ingestion.
    pub source_file_id: i64,
    /// Its name in the inbox.
    pub file: String,
    /// Hash of its content.
    pub content_hash: String,
    /// Hash of the part of the mapping that read it.
    pub mapping_hash: String,
    /// Rows read.
    pub read: i64,
    /// Rows that added facts.
    pub accepted: i64,
    /// Bad rows.
    pub rejected: i64,
    /// Rows known before.
    pub repeats: i64,
    /// Rows excluded by the mapping.
    pub filtered: i64,
    /// Time of the ingest.
    pub known_at: DateTime<Utc>,
    /// Name of the mapping. `None` in older lakes.
    pub mapping: Option<String>,
    /// Accepted rows that a later row of the file replaced. `None` in older lakes.
    pub replaced: Option<i64>,
    /// Findings as JSON. `None` if there are none.
    pub findings: Option<String>,
    /// The retraction of its facts. `None` if they hold.
    pub retraction: Option<FileRetraction>,
}

/// The retraction of what a file brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRetraction {
    /// Time at which the retraction became known.
    pub at: DateTime<Utc>,
    /// Time from which the facts no longer hold. `None` if they never held.
    pub from: Option<DateTime<Utc>>,
    /// `source_file_id` from which files were ingested without regard to the facts.
    pub before: i64,
}

impl Lake {
    /// The ledger of ingested files, by `source_file_id`.
    ///
    /// # Errors
    /// If it is damaged.
    pub async fn ingest_files(&self) -> Result<Vec<IngestRow>, LakeError> {
        match self.head(&ingest_files_table()).await? {
            Some(head) => self.ingest_files_at(&head),
            None => Ok(Vec::new()),
        }
    }

    /// The ledger of ingested files at one version, by `source_file_id`.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn ingest_files_at(&self, version: &Snapshot) -> Result<Vec<IngestRow>, LakeError> {
        let mut rows = self.parse_ledger(version, parse)?;
        rows.sort_by_key(|row| row.source_file_id);
        Ok(rows)
    }

    /// Adds files, and retracts earlier ones by their `source_file_id`, in one commit. `name` is the name of the
    /// data file. The caller holds the lock.
    ///
    /// # Errors
    /// If the ledger cannot be read or written.
    pub async fn record_ingest_files(
        &self,
        name: &str,
        added: &[IngestRow],
        retracted: &BTreeMap<i64, FileRetraction>,
    ) -> Result<(), LakeError> {
        let table = ingest_files_table();
        let (mut rows, removes) = match retracted.is_empty() {
            true => (Vec::new(), FilesToRemove::None),
            false => (self.ingest_files().await?, FilesToRemove::All),
        };
        for row in &mut rows {
            if let Some(retraction) = retracted.get(&row.source_file_id).filter(|_| row.retraction.is_none())
            {
                row.retraction = Some(*retraction);
            }
        }
        rows.extend_from_slice(added);
        let file = self.write_file(&table, name, &[to_batch(&rows)?])?;
        self.commit(&table, &ingest_files_schema(), &[file], &removes).await?;
        Ok(())
    }
}

fn to_batch(rows: &[IngestRow]) -> Result<RecordBatch, LakeError> {
    let text = |value: fn(&IngestRow) -> Option<&str>| text_array(rows.iter().map(value));
    let count = |value: fn(&IngestRow) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<Int64Array>())
    };
    let retraction_time = |value: fn(&FileRetraction) -> i64| -> ArrayRef {
        let micros = rows.iter().map(|row| row.retraction.as_ref().map(value));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    Ok(RecordBatch::try_new(
        ingest_files_schema(),
        vec![
            text(|row| Some(&row.batch_id)),
            count(|row| Some(row.source_file_id)),
            text(|row| Some(&row.file)),
            text(|row| Some(&row.content_hash)),
            text(|row| Some(&row.mapping_hash)),
            count(|row| Some(row.read)),
            count(|row| Some(row.accepted)),
            count(|row| Some(row.rejected)),
            count(|row| Some(row.repeats)),
            count(|row| Some(row.filtered)),
            instant_array(rows.iter().map(|row| row.known_at)),
            text(|row| row.mapping.as_deref()),
            count(|row| row.replaced),
            text(|row| row.findings.as_deref()),
            retraction_time(|own| own.at.timestamp_micros()),
            retraction_time(|own| own.from.map_or(NEVER_HELD, |from| from.timestamp_micros())),
            count(|row| row.retraction.map(|own| own.before)),
        ],
    )?)
}

fn parse(row: &LedgerRow<'_>) -> Option<IngestRow> {
    Some(IngestRow {
        batch_id: row.text("batch_id")?,
        source_file_id: row.integer("source_file_id")?,
        file: row.text("file")?,
        content_hash: row.text("content_hash")?,
        mapping_hash: row.text("mapping_hash")?,
        read: row.integer("read")?,
        accepted: row.integer("accepted")?,
        rejected: row.integer("rejected")?,
        repeats: row.integer("repeats")?,
        filtered: row.integer("filtered")?,
        known_at: row.instant("known_at")?,
        mapping: row.optional_text("mapping").flatten(),
        replaced: row.optional_integer("replaced"),
        findings: row.optional_text("findings").flatten(),
        retraction: retraction(row),
    })
}

fn retraction(row: &LedgerRow<'_>) -> Option<FileRetraction> {
    let from = row.optional_micros("retracted_from")?;
    Some(FileRetraction {
        at: DateTime::from_timestamp_micros(row.optional_micros("retracted_at")?)?,
        from: DateTime::from_timestamp_micros(from).filter(|_| from > NEVER_HELD),
        before: row.optional_integer("retracted_before")?,
    })
}

#[cfg(test)]
mod tests;
