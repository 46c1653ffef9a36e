//! Erasure of a customer.
//!
//! ```text
//! request recorded --> files without the customer --> one commit per table --> old files removed --> done
//!        |
//!        +-- from here on, ingest stores the customer's rows without a customer
//! ```
//!
//! The facts stay: the orders do not change, but their customer becomes null. Every data file with the
//! customer is rewritten, including files that only older versions name. The new file replaces the old one
//! in those versions (`storage::file_names`), so older runs stay readable and none contains the customer.
//! Only other tools that read an older version directly from the Delta log miss files. Relations and
//! publications contain no customer.
//!
//! A killed process leaves the request in the ledger. [`Lake::finish_erasures`] completes it.

use std::path::Path;

use slotcast_core::{DateTime, Utc};

use super::{
    eraser::Eraser,
    erasure_ledger::ErasureRow,
    personal_table::{PersonalTable, personal_tables},
};
use crate::{
    error::LakeError,
    fail_point::fail_point,
    log::{FilesToRemove, Lake},
    storage::{
        TimeRange, UncommittedFile, erased_name, flush_file, is_temporary, parquet_files, read_parquet,
        refuse_symlinks, remove_file, sync_folder, write_parquet_stream,
    },
};

/// Counts of an erasure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Number of orders of the customer.
    pub orders: usize,
    /// Number of facts that lost their customer.
    pub facts_changed: usize,
    /// Number of rejected rows that lost their text.
    pub rejects_emptied: usize,
}

/// A file and its replacement.
struct RewrittenFile {
    old: String,
    new: UncommittedFile,
    /// Whether the newest version of the table names the old file.
    is_current: bool,
}

impl Lake {
    /// Erases a customer. A repeated erasure affects only rows that ingest has rejected since. The caller
    /// holds the lock.
    ///
    /// # Errors
    /// If the lake cannot be written. The next erasure continues the interrupted one.
    pub async fn forget(&self, customer_id: &str, at: DateTime<Utc>) -> Result<Erasure, LakeError> {
        // Checked before the request is recorded: otherwise every later ingest would fail.
        self.refuse_linked_tables()?;
        self.finish_erasures().await?;
        let pseudonym = self.pseudonyms().await?.hash(customer_id);
        let mut rows = self.erasures().await?;
        rows.push(ErasureRow {
            erased_at: at,
            pseudonym,
            is_done: false,
            facts_changed: 0,
            rejects_emptied: 0,
        });
        self.record_erasures(&rows).await?;
        fail_point("erasure requested");
        self.erase(&mut rows).await
    }

    /// Completes erasures that a killed process left. Returns their number. The caller holds the lock.
    ///
    /// # Errors
    /// If the lake cannot be written.
    pub async fn finish_erasures(&self) -> Result<usize, LakeError> {
        let mut rows = self.erasures().await?;
        let pending = rows.iter().filter(|row| !row.is_done).count();
        if pending > 0 {
            self.erase(&mut rows).await?;
        }
        Ok(pending)
    }

    /// Erases the customer of the pending request. At most one is pending, because the next request is
    /// recorded only after this one is done.
    async fn erase(&self, rows: &mut [ErasureRow]) -> Result<Erasure, LakeError> {
        self.refuse_linked_tables()?;
        let pseudonyms = self.pseudonyms().await?;
        let pending = rows.iter().filter(|row| !row.is_done).map(|row| row.pseudonym.clone());
        let mut eraser = Eraser::new(&pseudonyms, pending.collect());
        for table in personal_tables() {
            self.erase_from(&table, &mut eraser).await?;
        }
        for row in rows.iter_mut().filter(|row| !row.is_done) {
            row.is_done = true;
            row.facts_changed = i64::try_from(eraser.facts).unwrap_or(i64::MAX);
            row.rejects_emptied = i64::try_from(eraser.rejects).unwrap_or(i64::MAX);
        }
        self.record_erasures(rows).await?;
        fail_point("erasure done");
        Ok(Erasure {
            orders: eraser.orders.len(),
            facts_changed: eraser.facts,
            rejects_emptied: eraser.rejects,
        })
    }

    /// Files behind a symbolic link do not belong to the lake and are neither rewritten nor removed.
    fn refuse_linked_tables(&self) -> Result<(), LakeError> {
        let mut tables = personal_tables().into_iter();
        tables.try_for_each(|table| refuse_symlinks(self.layout(), &self.layout().table(&table.id)))
    }

    async fn erase_from(&self, table: &PersonalTable, eraser: &mut Eraser<'_>) -> Result<(), LakeError> {
        let Some(head) = self.head(&table.id).await? else { return Ok(()) };
        let folder = self.layout().table(&table.id);
        remove_temporary_files(&folder)?;
        let is_current = |name: &str| head.files.iter().any(|file| file.name == name);
        let rewritten = rewrite_files(table, &folder, eraser, is_current)?;
        rewritten.iter().try_for_each(|file| flush_file(&folder, &file.new.name))?;
        fail_point("files without the customer written");
        let current: Vec<&RewrittenFile> = rewritten.iter().filter(|file| file.is_current).collect();
        if current.is_empty() {
            sync_folder(&folder)?;
        } else {
            let adds: Vec<UncommittedFile> = current.iter().map(|file| file.new.clone()).collect();
            let removes = current.iter().map(|file| file.old.clone()).collect();
            self.commit(&table.id, &head.schema, &adds, &FilesToRemove::Named(removes)).await?;
        }
        for file in &rewritten {
            fail_point("file of the customer removed");
            remove_file(&folder.join(&file.old))?;
        }
        if rewritten.is_empty() { Ok(()) } else { sync_folder(&folder) }
    }
}

/// Writes a replacement of every file in a folder that contains a customer to erase.
fn rewrite_files(
    table: &PersonalTable,
    folder: &Path,
    eraser: &mut Eraser<'_>,
    is_current: impl Fn(&str) -> bool,
) -> Result<Vec<RewrittenFile>, LakeError> {
    let mut names = parquet_files(folder);
    let mut rewritten = Vec::new();
    for old in names.clone() {
        let is_current = is_current(&old);
        let path = folder.join(&old);
        match eraser.matches_file(table, &path) {
            Ok(false) => continue,
            Ok(true) => {}
            // A killed process may leave a damaged file that no log entry names. It may still contain the
            // customer.
            Err(LakeError::Parquet(_) | LakeError::Arrow(_)) if !is_current => {
                remove_file(&path)?;
                continue;
            }
            Err(error) => return Err(error),
        }
        let name = erased_name(&old, &names);
        let mut time_range = None;
        let batches = read_parquet(&path)?;
        let schema = batches.schema();
        let batches = batches.map(|batch| {
            let batch = eraser.erase(table, &batch?, is_current)?;
            time_range = table.time.and_then(|time| TimeRange::union(time_range, time, &batch));
            Ok(batch)
        });
        let new = write_parquet_stream(folder, &name, &schema, batches)?;
        names.push(name);
        rewritten.push(RewrittenFile { old, new: UncommittedFile { time_range, ..new }, is_current });
    }
    Ok(rewritten)
}

/// Removes incomplete files of a killed process. No other process writes now.
fn remove_temporary_files(folder: &Path) -> Result<(), LakeError> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut temporary = entries.filter(|entry| is_temporary(&entry.file_name().to_string_lossy()));
    temporary.try_for_each(|entry| remove_file(&entry.path()))
}

#[cfg(test)]
mod tests;
