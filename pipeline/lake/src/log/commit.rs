//! Commits: data files become visible by one entry in the log of their table.

use std::{collections::BTreeSet, path::Path};

use arrow::{array::RecordBatch, datatypes::SchemaRef};

use super::{
    delta_commit::{self, Effect},
    delta_table,
    lake::Lake,
};
use crate::{
    error::LakeError,
    fail_point::fail_point,
    storage::{Snapshot, TableId, UncommittedFile, flush_file, remove_file, sync_folder, write_parquet},
};

/// The previous files of a table that a commit removes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesToRemove {
    /// None.
    None,
    /// All.
    All,
    /// Those with these names.
    Named(Vec<String>),
}

impl Lake {
    /// Writes a Parquet file into the folder of a table. It is invisible until it is committed.
    ///
    /// # Errors
    /// If the disk is full or the folder cannot be written.
    pub fn write_file(
        &self,
        table: &TableId,
        name: &str,
        batches: &[RecordBatch],
    ) -> Result<UncommittedFile, LakeError> {
        write_parquet(&self.layout().table(table), name, batches, None)
    }

    /// Removes files that will not be committed.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn discard(&self, table: &TableId, files: &[UncommittedFile]) -> Result<(), LakeError> {
        let folder = self.layout().table(table);
        files.iter().try_for_each(|file| remove_file(&folder.join(&file.name)))
    }

    /// Commits files by one entry in the log of the table, and makes the table if it does not exist.
    /// Files and entry are flushed before the entry is visible. Returns the new version. The caller holds
    /// the lock.
    ///
    /// # Errors
    /// If the log cannot be written.
    pub async fn commit(
        &self,
        table: &TableId,
        schema: &SchemaRef,
        adds: &[UncommittedFile],
        removes: &FilesToRemove,
    ) -> Result<u64, LakeError> {
        self.commit_with(table, schema, adds, removes, Effect::Rows).await
    }

    pub(crate) async fn commit_with(
        &self,
        table: &TableId,
        schema: &SchemaRef,
        adds: &[UncommittedFile],
        removes: &FilesToRemove,
        effect: Effect,
    ) -> Result<u64, LakeError> {
        let folder = self.layout().table(table);
        let name = table.to_string();
        let opened = match delta_table::open(&folder, &name, None).await? {
            Some(opened) => opened,
            None => {
                let made = delta_table::create(&folder, schema).await.map_err(LakeError::delta(&name))?;
                self.flush_folders_above(&folder)?;
                made
            }
        };
        let previous = delta_table::arrow_schema(&opened).map_err(LakeError::delta(&name))?;
        let changed = if has_same_columns(&previous, schema) { None } else { Some(schema) };
        let is_removed = |file: &str| match removes {
            FilesToRemove::None => false,
            FilesToRemove::All => true,
            FilesToRemove::Named(names) => names.iter().any(|name| name == file),
        };
        fail_point("data files flushed");
        adds.iter().try_for_each(|file| flush_file(&folder, &file.name))?;
        sync_folder(&folder)?;
        let committed = delta_commit::commit(&opened, changed, adds, is_removed, effect).await;
        let version = committed.map_err(LakeError::delta(&name))?;
        fail_point("committed");
        Ok(version)
    }

    /// Commits a table that consists of exactly these files: new ones, and files of `base`, an older
    /// version. Changes of later versions that no run names are undone.
    ///
    /// # Errors
    /// If a file is in neither, or the log cannot be written.
    pub async fn commit_files(
        &self,
        table: &TableId,
        schema: &SchemaRef,
        files: &BTreeSet<String>,
        written: &[UncommittedFile],
        base: Option<&Snapshot>,
    ) -> Result<u64, LakeError> {
        let head = self.head(table).await?;
        let at_head = head.as_ref().map(|head| head.files.as_slice()).unwrap_or_default();
        let mut adds = written.to_vec();
        let is_at_head = |name: &str| at_head.iter().any(|file| file.name == name);
        for name in files.iter().filter(|name| !is_at_head(name)) {
            if written.iter().any(|file| file.name == *name) {
                continue;
            }
            let old = base.and_then(|base| base.files.iter().find(|file| file.name == *name));
            let old = old.ok_or_else(|| LakeError::UnknownTable(format!("{table} with file {name}")))?;
            let rows = old.rows.unwrap_or(0);
            let name = name.clone();
            adds.push(UncommittedFile { name, bytes: old.bytes, rows, time_range: old.time_range });
        }
        let removed = at_head.iter().map(|file| file.name.clone()).filter(|name| !files.contains(name));
        self.commit(table, schema, &adds, &FilesToRemove::Named(removed.collect())).await
    }

    /// Flushes the folders between the root and a new table, so that the table survives a power loss.
    fn flush_folders_above(&self, folder: &Path) -> Result<(), LakeError> {
        let root = self.layout().root();
        folder.ancestors().take_while(|above| above.starts_with(root)).try_for_each(sync_folder)
    }
}

fn has_same_columns(left: &SchemaRef, right: &SchemaRef) -> bool {
    left.fields().len() == right.fields().len()
        && left
            .fields()
            .iter()
            .zip(right.fields())
            .all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
}

#[cfg(test)]
mod tests;
