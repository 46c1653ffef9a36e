//! A lake: tables, their versions, and the way to commit.

use std::path::{Path, PathBuf};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::SchemaRef,
};

use crate::{
    delta,
    error::LakeError,
    layout::{Layout, TableId},
    lock::LakeLock,
    market::Market,
    parquet_file::{Part, read_column, read_parts, sync_folder, write_part},
};

/// A lake in a local folder.
#[derive(Clone, Debug)]
pub struct Lake {
    layout: Layout,
    market: Market,
}

/// A file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name inside the table.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How many rows it holds, where the log says so.
    pub rows: Option<u64>,
}

/// A table at one version.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The table.
    pub table: TableId,
    /// The version.
    pub version: u64,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its files, sorted by name.
    pub files: Vec<DataFile>,
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

    /// Opens the lake at `root`, or makes one for this market.
    ///
    /// # Errors
    /// When the lake there holds another market, or the folder cannot be written.
    pub fn open_or_create(root: &Path, market: &Market, source: &str) -> Result<Self, LakeError> {
        let layout = Layout::new(root);
        let held = match Market::read(&layout)? {
            Some(held) => held,
            None => {
                must_be_empty(root)?;
                std::fs::create_dir_all(root).map_err(LakeError::io("make folder", root))?;
                market.write(&layout)?;
                market.clone()
            }
        };
        held.must_equal(market, source)?;
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

    /// Takes the right to write.
    ///
    /// # Errors
    /// When another process has it; the error says which.
    pub fn lock(&self) -> Result<LakeLock, LakeError> {
        LakeLock::take(&self.layout)
    }

    /// The newest version of a table, named by a run or not; `None` where there is none. Writers start from it.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub async fn head(&self, table: &TableId) -> Result<Option<Snapshot>, LakeError> {
        self.snapshot(table, None).await
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
        let Some(opened) = delta::open(&folder, version).await.map_err(LakeError::delta(&name))? else {
            return Ok(None);
        };
        let state = opened.snapshot().map_err(LakeError::delta(&name))?;
        let mut files: Vec<DataFile> = state
            .log_data()
            .iter()
            .map(|file| DataFile {
                path: folder.join(file.path().as_ref()),
                name: file.path().into_owned(),
                bytes: u64::try_from(file.size()).unwrap_or(0),
                rows: file.num_records().map(|rows| rows as u64),
            })
            .collect();
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
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<Part, LakeError> {
        write_part(&self.layout.table(table), name, schema, batches)
    }

    /// Commits parts by one entry in the table's log, which makes the table where there is none,
    /// and flushes the log. Returns the new version. The caller holds the lock.
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
        let folder = self.layout.table(table);
        let name = table.to_string();
        let opened = match delta::open(&folder, None).await.map_err(LakeError::delta(&name))? {
            Some(opened) => opened,
            None => delta::create(&folder, schema).await.map_err(LakeError::delta(&name))?,
        };
        let held = delta::arrow_schema(&opened).map_err(LakeError::delta(&name))?;
        let changed = if same_columns(&held, schema) { None } else { Some(schema) };
        let removes = |file: &str| match replace {
            Replace::Nothing => false,
            Replace::All => true,
            Replace::Files(names) => names.iter().any(|name| name == file),
        };
        let version =
            delta::commit(&opened, changed, adds, removes).await.map_err(LakeError::delta(&name))?;
        flush_log(&folder, version)?;
        Ok(version)
    }
}

impl Snapshot {
    /// Reads the whole table; for tables that are small by nature.
    ///
    /// # Errors
    /// When a file is absent or is not Parquet.
    pub fn read(&self) -> Result<Vec<RecordBatch>, LakeError> {
        read_parts(&self.paths())
    }

    /// Reads one column of the whole table.
    ///
    /// # Errors
    /// When a file is absent or is not Parquet.
    pub fn read_column(&self, name: &str) -> Result<Vec<ArrayRef>, LakeError> {
        read_column(&self.paths(), name)
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path.clone()).collect()
    }
}

/// A folder with files of another kind is no place for a lake. What a killed process left is no such file.
fn must_be_empty(root: &Path) -> Result<(), LakeError> {
    let Ok(entries) = std::fs::read_dir(root) else { return Ok(()) };
    let is_foreign = |name: &str| !name.ends_with(".tmp") && name != "writer.lock";
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

/// `object_store` does not flush what it writes (0.13: no fsync in its local store), so we do.
fn flush_log(folder: &Path, version: u64) -> Result<(), LakeError> {
    let log = folder.join("_delta_log");
    let entry = log.join(format!("{version:020}.json"));
    let flush = || std::fs::File::open(&entry)?.sync_all();
    flush().map_err(LakeError::io("flush", &entry))?;
    sync_folder(&log)?;
    sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{Array, AsArray, Int64Array},
        datatypes::{DataType, Field, Int64Type, Schema},
    };

    use super::*;

    fn numbers(values: Vec<i64>) -> RecordBatch {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(values))]).unwrap()
    }

    fn sum(snapshot: &Snapshot) -> i64 {
        let batches = snapshot.read().unwrap();
        batches
            .iter()
            .flat_map(|b| b.column(0).as_primitive::<Int64Type>().iter().flatten().collect::<Vec<_>>())
            .sum()
    }

    #[tokio::test]
    async fn a_version_stays_readable_after_it_was_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open_or_create(folder.path(), &Market::default(), "test").unwrap();
        let table = TableId::relation("numbers");
        assert!(lake.head(&table).await.unwrap().is_none());
        let mut versions = Vec::new();
        for (name, values, replace) in [
            ("a.parquet", vec![1, 2], Replace::Nothing),
            ("b.parquet", vec![10], Replace::Nothing),
            ("c.parquet", vec![100], Replace::All),
        ] {
            let batch = numbers(values);
            let part = lake.write_part(&table, name, &batch.schema(), std::slice::from_ref(&batch)).unwrap();
            versions.push(lake.commit(&table, &batch.schema(), &[part], &replace).await.unwrap());
        }
        let mut sums = Vec::new();
        for version in versions {
            sums.push(sum(&lake.at(&table, version).await.unwrap()));
        }
        assert_eq!(sums, [3, 13, 100]);
    }

    #[tokio::test]
    async fn a_new_column_is_null_in_older_files() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open_or_create(folder.path(), &Market::default(), "test").unwrap();
        let table = TableId::facts("numbers");
        let old = numbers(vec![1]);
        let part = lake.write_part(&table, "a.parquet", &old.schema(), std::slice::from_ref(&old)).unwrap();
        lake.commit(&table, &old.schema(), &[part], &Replace::Nothing).await.unwrap();
        let wider = Arc::new(Schema::new(vec![
            Field::new("n", DataType::Int64, true),
            Field::new("attr_video", DataType::Boolean, true),
        ]));
        lake.commit(&table, &wider, &[], &Replace::Nothing).await.unwrap();
        let head = lake.head(&table).await.unwrap().unwrap();
        assert_eq!(head.schema.fields().len(), 2);
        assert_eq!(head.files.len(), 1);
        assert!(head.read().unwrap()[0].column(0).null_count() == 0);
    }

    #[test]
    fn a_second_writer_is_told_who_writes() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open_or_create(folder.path(), &Market::default(), "test").unwrap();
        let held = lake.lock().unwrap();
        let message = lake.lock().unwrap_err().to_string();
        assert!(message.contains(&std::process::id().to_string()), "{message}");
        drop(held);
        lake.lock().unwrap();
    }
}
