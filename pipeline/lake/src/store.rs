//! A lake: tables, their versions, and the way to commit.

use std::{collections::BTreeSet, path::Path, time::Duration};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use deltalake::DeltaTableError;

use crate::{
    contract::{ContractTable, TABLES},
    delta::{self, Effect},
    error::LakeError,
    file_names::standing_for,
    layout::{Layout, Room, TableId},
    lock::{LakeLock, Writer},
    market::Market,
    parquet_file::{Part, flush_part, sync_folder, write_part},
    privacy,
    snapshot::{DataFile, Snapshot},
    steps::step,
    symlinks::is_file_name,
};

/// A lake in a local folder.
#[derive(Clone, Debug)]
pub struct Lake {
    layout: Layout,
    market: Market,
}

/// What a commit does with the files that the table had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replace {
    /// They stay.
    Nothing,
    /// They go.
    All,
    /// Those with these names go.
    Files(Vec<String>),
}

impl Lake {
    /// Opens the lake at `root`.
    ///
    /// # Errors
    /// When there is none, or its description cannot be read.
    pub fn open(root: &Path) -> Result<Self, LakeError> {
        let layout = Layout::new(root);
        let market = Market::read(&layout)?.ok_or_else(|| LakeError::Missing(root.to_path_buf()))?;
        Ok(Self { layout, market })
    }

    /// Opens the lake at `root`, or makes one for this market. `salt` is thirty-two random bytes;
    /// they are used when the lake is made, and then never again.
    ///
    /// # Errors
    /// When the lake there holds another market or has lost its salt, or the folder cannot be written.
    pub fn open_or_create(
        root: &Path,
        market: &Market,
        source: &str,
        salt: [u8; 32],
    ) -> Result<Self, LakeError> {
        let layout = Layout::new(root);
        let held = match Market::read(&layout)? {
            Some(held) => {
                held.must_equal(market, source)?;
                privacy::ensure_salt(&layout, salt)?;
                held
            }
            None => {
                must_be_empty(root)?;
                std::fs::create_dir_all(root).map_err(LakeError::io("make folder", root))?;
                // The market makes a folder a lake: whoever sees it finds the salt too.
                privacy::ensure_salt(&layout, salt)?;
                market.write(&layout)?;
                market.clone()
            }
        };
        Ok(Self { layout, market: held })
    }

    /// The market that it holds.
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// Its paths.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Takes the right to write. Where another process has it, `on_wait` is told who, and this one
    /// waits until its patience ends; with a patience of zero it is refused at once.
    ///
    /// # Errors
    /// When another process still has it; the error says which.
    pub fn lock(
        &self,
        writer: &Writer<'_>,
        patience: Duration,
        on_wait: impl FnOnce(&str),
    ) -> Result<LakeLock, LakeError> {
        LakeLock::take(&self.layout, writer, patience, on_wait)
    }

    /// The newest version of a table, named by a run or not; `None` where there is none. Writers start from it.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub async fn head(&self, table: &TableId) -> Result<Option<Snapshot>, LakeError> {
        self.snapshot(table, None).await
    }

    /// The newest version of every table of facts that there is, in the order of the contract.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub async fn facts(&self) -> Result<Vec<Snapshot>, LakeError> {
        let mut snapshots = Vec::new();
        for table in &TABLES {
            snapshots.extend(self.head(&TableId::facts(table.name)).await?);
        }
        Ok(snapshots)
    }

    /// A table at the version that a run names.
    ///
    /// # Errors
    /// When the table or the version does not exist.
    pub async fn at(&self, table: &TableId, version: u64) -> Result<Snapshot, LakeError> {
        self.snapshot(table, Some(version)).await?.ok_or_else(|| LakeError::NoTable(table.to_string()))
    }

    async fn snapshot(&self, table: &TableId, version: Option<u64>) -> Result<Option<Snapshot>, LakeError> {
        let folder = self.layout.table(table);
        let name = table.to_string();
        let Some(opened) = delta::open(&folder, version).await.map_err(unreadable(&folder, &name))? else {
            return Ok(None);
        };
        let state = opened.snapshot().map_err(LakeError::delta(&name))?;
        let time = ContractTable::named(&table.name).filter(|_| table.room == Room::Facts);
        let mut files = Vec::new();
        for file in state.log_data().iter() {
            if !is_file_name(&file.path()) {
                let reason = format!("it names `{}`, which is no file of this table", file.path());
                return Err(LakeError::Damaged { path: folder.join("_delta_log"), reason });
            }
            // Only `forget` takes away a file that an older version names, and puts another in
            // its place.
            let name = standing_for(&folder, &file.path()).unwrap_or_else(|| file.path().into_owned());
            files.push(DataFile {
                path: folder.join(&name),
                name,
                bytes: u64::try_from(file.size()).unwrap_or(0),
                rows: file.num_records().map(|rows| rows as u64),
                span: time.and_then(|own| delta::span(file.stats().as_deref()?, own.time())),
            });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(Snapshot {
            table: table.clone(),
            version: state.version(),
            schema: delta::arrow_schema(&opened).map_err(LakeError::delta(&name))?,
            files,
        }))
    }

    /// Writes a Parquet file beside the table's others. Nobody sees it until it is committed.
    ///
    /// # Errors
    /// When the disk is full or the folder cannot be written.
    pub fn write_part(
        &self,
        table: &TableId,
        name: &str,
        batches: &[RecordBatch],
    ) -> Result<Part, LakeError> {
        write_part(&self.layout.table(table), name, batches, None)
    }

    /// Removes parts that were written and never committed.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn discard(&self, table: &TableId, parts: &[Part]) -> Result<(), LakeError> {
        for part in parts {
            let path = self.layout.table(table).join(&part.name);
            std::fs::remove_file(&path).map_err(LakeError::io("remove", &path))?;
        }
        Ok(())
    }

    /// Commits parts by one entry in the table's log, which makes the table where there is none.
    /// Parts and entry are on the disk before the entry is seen. Returns the new version. The caller
    /// holds the lock.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn commit(
        &self,
        table: &TableId,
        schema: &SchemaRef,
        adds: &[Part],
        replace: &Replace,
    ) -> Result<u64, LakeError> {
        self.commit_with(table, schema, adds, replace, Effect::Rows).await
    }

    pub(crate) async fn commit_with(
        &self,
        table: &TableId,
        schema: &SchemaRef,
        adds: &[Part],
        replace: &Replace,
        effect: Effect,
    ) -> Result<u64, LakeError> {
        let folder = self.layout.table(table);
        let name = table.to_string();
        let opened = match delta::open(&folder, None).await.map_err(unreadable(&folder, &name))? {
            Some(opened) => opened,
            None => {
                let made = delta::create(&folder, schema).await.map_err(LakeError::delta(&name))?;
                self.flush_folders_above(&folder)?;
                made
            }
        };
        let held = delta::arrow_schema(&opened).map_err(LakeError::delta(&name))?;
        let changed = if same_columns(&held, schema) { None } else { Some(schema) };
        let removes = |file: &str| match replace {
            Replace::Nothing => false,
            Replace::All => true,
            Replace::Files(names) => names.iter().any(|name| name == file),
        };
        step("parts flushed");
        for part in adds {
            flush_part(&folder, &part.name)?;
        }
        sync_folder(&folder)?;
        let committed = delta::commit(&opened, changed, adds, removes, effect).await;
        let version = committed.map_err(LakeError::delta(&name))?;
        step("committed");
        Ok(version)
    }

    /// Commits a table that consists of exactly these files: parts that were written, and files that
    /// `base`, an older version, names. What later versions did that nobody sees is undone by it.
    ///
    /// # Errors
    /// When a file is in neither, or the log cannot be written.
    pub async fn commit_files(
        &self,
        table: &TableId,
        schema: &SchemaRef,
        files: &BTreeSet<String>,
        written: &[Part],
        base: Option<&Snapshot>,
    ) -> Result<u64, LakeError> {
        let head = self.head(table).await?;
        let at_head = head.as_ref().map(|head| head.files.as_slice()).unwrap_or_default();
        let mut adds = written.to_vec();
        let is_there = |name: &str| at_head.iter().any(|file| file.name == name);
        for name in files.iter().filter(|name| !is_there(name)) {
            if written.iter().any(|part| part.name == *name) {
                continue;
            }
            let held = base.and_then(|base| base.files.iter().find(|file| file.name == *name));
            let held = held.ok_or_else(|| LakeError::NoTable(format!("{table} with file {name}")))?;
            let rows = held.rows.unwrap_or(0);
            adds.push(Part { name: name.clone(), bytes: held.bytes, rows, span: held.span });
        }
        let goes = at_head.iter().map(|file| file.name.clone()).filter(|name| !files.contains(name));
        self.commit(table, schema, &adds, &Replace::Files(goes.collect())).await
    }

    /// Flushes the folders between the root and a new table, so that the table survives a power loss.
    fn flush_folders_above(&self, folder: &Path) -> Result<(), LakeError> {
        folder.ancestors().take_while(|above| above.starts_with(self.layout.root())).try_for_each(sync_folder)
    }
}

/// A folder with files of another kind is no place for a lake. What a killed process left is no such file.
fn must_be_empty(root: &Path) -> Result<(), LakeError> {
    let Ok(entries) = std::fs::read_dir(root) else { return Ok(()) };
    let is_foreign = |name: &str| !name.ends_with(".tmp") && !["writer.lock", "salt"].contains(&name);
    let mut names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    match names.find(|name| is_foreign(name)) {
        Some(file) => Err(LakeError::Foreign { root: root.to_path_buf(), file }),
        None => Ok(()),
    }
}

fn same_columns(held: &SchemaRef, given: &SchemaRef) -> bool {
    held.fields().len() == given.fields().len()
        && held
            .fields()
            .iter()
            .zip(given.fields())
            .all(|(a, b)| a.name() == b.name() && a.data_type() == b.data_type())
}

/// Why a log does not open: where its newest entry is cut off, the error says which file that is.
fn unreadable(folder: &Path, table: &str) -> impl FnOnce(DeltaTableError) -> LakeError {
    let (folder, table) = (folder.to_path_buf(), table.to_owned());
    move |error| match delta::torn_entry(&folder) {
        Some(path) => LakeError::Damaged {
            path,
            reason: "its text is cut off; without this file the table is as it was before it".to_owned(),
        },
        None => LakeError::delta(&table)(error),
    }
}

#[cfg(test)]
mod tests;
