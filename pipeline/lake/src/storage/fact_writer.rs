//! Facts of one batch on their way into the lake: files that no log entry names yet.
//!
//! Each file covers a time range. Repeats of a fact have the same time, so a search for them reads only the
//! files that overlap its range, never the whole history.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Field, SchemaRef},
};

use super::{
    atomic_write::remove_file,
    layout::{Layout, TableId},
    parquet_writer::{UncommittedFile, write_parquet},
    snapshot::Snapshot,
    time_range::TimeRange,
};
use crate::{
    error::LakeError,
    schema::contract::{ATTRIBUTE_PREFIX, ContractTable},
};

/// Writes the files of one batch, and lists files of the lake that may contain repeats.
#[derive(Debug)]
pub struct FactWriter {
    layout: Layout,
    prefix: String,
    number: AtomicU32,
    committed: BTreeMap<&'static str, Vec<(PathBuf, Option<TimeRange>)>>,
    uncommitted: Mutex<BTreeMap<&'static str, Vec<UncommittedFile>>>,
    attributes: Mutex<Attributes>,
}

/// The uncommitted files of a batch, by table, with the schema of each table.
pub type BatchFiles = BTreeMap<&'static str, (SchemaRef, Vec<UncommittedFile>)>;

/// The attribute columns of each table, by name.
type Attributes = BTreeMap<&'static str, BTreeMap<String, Field>>;

impl FactWriter {
    /// A writer of the batch `batch_id` on top of these snapshots of facts. `attempt` makes the file names
    /// of a repeated batch differ from those of its earlier attempts.
    pub(crate) fn new(layout: &Layout, batch_id: &str, attempt: i64, heads: &[Snapshot]) -> Self {
        let mut committed: BTreeMap<&'static str, Vec<_>> = BTreeMap::new();
        let mut attributes = BTreeMap::new();
        for snapshot in heads {
            if let Some(table) = ContractTable::find(&snapshot.table.name) {
                add_attributes(&mut attributes, table, &snapshot.schema);
                let files = snapshot.files.iter().map(|file| (file.path.clone(), file.time_range));
                committed.entry(table.name).or_default().extend(files);
            }
        }
        Self {
            layout: layout.clone(),
            prefix: format!("{batch_id}--{attempt:02}"),
            number: AtomicU32::new(0),
            committed,
            uncommitted: Mutex::default(),
            attributes: Mutex::new(attributes),
        }
    }

    /// The files that may contain facts of this range, of the lake and of this batch.
    pub fn overlapping_files(&self, table: &'static ContractTable, range: &TimeRange) -> Vec<PathBuf> {
        let overlaps = |own: Option<TimeRange>| own.is_none_or(|own| own.overlaps(range));
        let committed = self.committed.get(table.name).into_iter().flatten();
        let committed = committed.filter(|(_, own)| overlaps(*own));
        let mut paths: Vec<PathBuf> = committed.map(|(path, _)| path.clone()).collect();
        let folder = self.layout.table(&TableId::facts(table.name));
        let uncommitted = self.uncommitted();
        let files = uncommitted.get(table.name).into_iter().flatten();
        let files = files.filter(|file| overlaps(file.time_range));
        paths.extend(files.map(|file| folder.join(&file.name)));
        paths
    }

    /// Writes one file.
    ///
    /// # Errors
    /// If the disk is full or the folder cannot be written.
    pub fn write(&self, table: &'static ContractTable, facts: &RecordBatch) -> Result<(), LakeError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number:05}.parquet", self.prefix);
        let folder = self.layout.table(&TableId::facts(table.name));
        let range = TimeRange::union(None, table.time_column(), facts);
        let file = write_parquet(&folder, &name, std::slice::from_ref(facts), range)?;
        let mut attributes = self.attributes.lock().unwrap_or_else(PoisonError::into_inner);
        add_attributes(&mut attributes, table, &facts.schema());
        drop(attributes);
        self.uncommitted().entry(table.name).or_default().push(file);
        Ok(())
    }

    /// The files by table, for the commit of the batch.
    pub fn into_files(self) -> BatchFiles {
        let attributes = self.attributes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let files = self.uncommitted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let with_schema = |(name, mut files): (&'static str, Vec<UncommittedFile>)| {
            files.sort_by(|a, b| a.name.cmp(&b.name));
            let own: Vec<Field> =
                attributes.get(name).into_iter().flat_map(|own| own.values().cloned()).collect();
            let schema = ContractTable::find(name)?.fact_schema(&own);
            Some((name, (schema, files)))
        };
        files.into_iter().filter_map(with_schema).collect()
    }

    /// Removes all files of the batch, so that it can start again.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn discard(&self) -> Result<(), LakeError> {
        for (table, files) in std::mem::take(&mut *self.uncommitted()) {
            let folder = self.layout.table(&TableId::facts(table));
            files.iter().try_for_each(|file| remove_file(&folder.join(&file.name)))?;
        }
        Ok(())
    }

    fn uncommitted(&self) -> MutexGuard<'_, BTreeMap<&'static str, Vec<UncommittedFile>>> {
        // A list of files is valid after every push, so a poisoned lock is harmless.
        self.uncommitted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds the attributes of a schema of facts.
fn add_attributes(attributes: &mut Attributes, table: &'static ContractTable, schema: &SchemaRef) {
    for field in schema.fields().iter().filter(|field| field.name().starts_with(ATTRIBUTE_PREFIX)) {
        let kind = match field.data_type() {
            DataType::Dictionary(..) => DataType::Utf8,
            other => other.clone(),
        };
        let own = attributes.entry(table.name).or_default();
        own.entry(field.name().clone()).or_insert_with(|| Field::new(field.name(), kind, true));
    }
}
