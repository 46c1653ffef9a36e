//! Storage of partitions: files of the lake, one per relation and group of partitions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::catalog::TableProvider;
use slotcast_lake::{Lake, TableId, UncommittedFile, cast_to_lake_types, read_parquet_files, with_run_id};

use super::{
    dimensions::Dimensions,
    fingerprint::rows_fingerprint,
    partition::{Partition, PartitionGroup, PartitionOutput},
    partition_rows::{merged_schema, split_by_partition, with_schema},
};
use crate::{
    engine::{QueryResult, parquet_files},
    error::StatsError,
    registry::Relation,
};

/// Files that a build wrote, by relation, with the schema of each relation.
pub(super) type WrittenFiles = BTreeMap<String, (SchemaRef, Vec<UncommittedFile>)>;

/// Files of one build, and those of the builds before it.
pub struct PartitionStore {
    lake: Lake,
    run_id: String,
    attempt: i64,
    written: Mutex<WrittenFiles>,
}

/// Partitions of a relation that are written together.
pub(super) struct PartitionWrite<'a> {
    pub(super) relation: &'static Relation,
    /// Partitions that were rebuilt.
    pub(super) rebuilt: &'a BTreeSet<Partition>,
    /// Their rows.
    pub(super) rows: &'a QueryResult,
    /// Stored partitions of the relation, including those of the same groups.
    pub(super) stored: &'a BTreeMap<Partition, PartitionOutput>,
    /// Fingerprints of the rebuilt partitions; those of their rows if there are none.
    pub(super) fingerprints: Option<&'a dyn Fn(Partition) -> String>,
}

impl PartitionStore {
    /// The partition store of one run attempt.
    pub fn new(lake: &Lake, run_id: &str, attempt: i64) -> Self {
        Self { lake: lake.clone(), run_id: run_id.to_owned(), attempt, written: Mutex::default() }
    }

    fn path(&self, relation: &str, file: &str) -> PathBuf {
        self.lake.layout().table(&TableId::relation(relation)).join(file)
    }

    /// Writes rows as a file of a relation, and returns its name; none without rows.
    pub(super) fn write_file(
        &self,
        relation: &str,
        name: &str,
        rows: &QueryResult,
    ) -> Result<Option<String>, StatsError> {
        let batches = rows.batches.iter().filter(|batch| batch.num_rows() > 0);
        let batches = batches.map(|batch| self.with_run_id(batch)).collect::<Result<Vec<_>, _>>()?;
        let schema = match batches.first() {
            Some(batch) => batch.schema(),
            None => self.with_run_id(&RecordBatch::new_empty(Arc::clone(&rows.schema)))?.schema(),
        };
        let file = format!("{}-{:02}-{name}.parquet", self.run_id, self.attempt);
        let mut parts = Vec::new();
        if !batches.is_empty() {
            parts.push(self.lake.write_file(&TableId::relation(relation), &file, &batches)?);
        }
        let mut written = self.written.lock().expect("no writer panicked");
        let files = written.entry(relation.to_owned()).or_insert_with(|| (Arc::clone(&schema), Vec::new()));
        files.0 = merged_schema(&files.0, &schema);
        files.1.extend(parts);
        Ok((!batches.is_empty()).then_some(file))
    }

    /// Adds the run's id to new rows; rows of an earlier run keep theirs.
    fn with_run_id(&self, batch: &RecordBatch) -> Result<RecordBatch, StatsError> {
        let batch = cast_to_lake_types(batch)?;
        let has_run_id = batch.schema().index_of("run_id").is_ok();
        Ok(if has_run_id { batch } else { with_run_id(&batch, &self.run_id)? })
    }

    /// Removes the files that this build wrote.
    pub(super) fn discard(self) -> Result<(), StatsError> {
        let lake = self.lake.clone();
        for (relation, (_, parts)) in self.into_written() {
            lake.discard(&TableId::relation(&relation), &parts)?;
        }
        Ok(())
    }

    /// Files that this build wrote.
    pub(super) fn into_written(self) -> WrittenFiles {
        self.written.into_inner().expect("no writer panicked")
    }

    /// A table over these files of a relation.
    pub(super) fn table(
        &self,
        relation: &str,
        files: &BTreeSet<String>,
        schema: &SchemaRef,
    ) -> Result<Arc<dyn TableProvider>, StatsError> {
        let paths: Vec<_> = files.iter().map(|file| self.path(relation, file)).collect();
        Ok(parquet_files(&paths, schema)?)
    }

    /// Writes the groups of rebuilt partitions, with the unchanged rows of the other partitions of each group.
    /// Returns the outputs of every partition whose file changed.
    pub(super) fn write_partitions(
        &self,
        write: &PartitionWrite<'_>,
        dimensions: &Dimensions,
    ) -> Result<BTreeMap<Partition, PartitionOutput>, StatsError> {
        let mut rebuilt_rows = rows_by_partition(write, dimensions)?;
        let step = write.relation.step;
        let mut outputs = BTreeMap::new();
        let groups: BTreeSet<PartitionGroup> =
            write.rebuilt.iter().map(|partition| partition.group(step)).collect();
        for group in groups {
            let others: BTreeMap<Partition, &PartitionOutput> = write
                .stored
                .iter()
                .filter(|(partition, _)| partition.group(step) == group && !write.rebuilt.contains(partition))
                .map(|(partition, output)| (*partition, output))
                .collect();
            let mut batches = self.stored_rows(write.relation, &others, dimensions)?;
            let mut group_outputs: BTreeMap<Partition, PartitionOutput> =
                others.into_iter().map(|(partition, output)| (partition, output.clone())).collect();
            for partition in write.rebuilt.iter().filter(|partition| partition.group(step) == group) {
                let own = rebuilt_rows.remove(partition).unwrap_or_default();
                let fingerprint = match write.fingerprints {
                    Some(fingerprints) => fingerprints(*partition),
                    None => rows_fingerprint(&own)?,
                };
                let rows = own.iter().map(|batch| batch.num_rows() as u64).sum();
                group_outputs.insert(*partition, PartitionOutput { fingerprint, rows, file: None });
                batches.insert(*partition, own);
            }
            let schema = Arc::clone(&write.rows.schema);
            let rows = QueryResult { schema, batches: batches.into_values().flatten().collect() };
            let name = format!("{}-{}", group.1, group.0);
            let file = self.write_file(write.relation.name, &name, &self.with_one_schema(rows)?)?;
            for output in group_outputs.values_mut() {
                output.file = file.clone().filter(|_| output.rows > 0);
            }
            outputs.append(&mut group_outputs);
        }
        Ok(outputs)
    }

    /// Stored rows of these partitions, with their run ids.
    fn stored_rows(
        &self,
        relation: &Relation,
        partitions: &BTreeMap<Partition, &PartitionOutput>,
        dimensions: &Dimensions,
    ) -> Result<BTreeMap<Partition, Vec<RecordBatch>>, StatsError> {
        let mut rows: BTreeMap<Partition, Vec<RecordBatch>> = BTreeMap::new();
        let files: BTreeSet<&String> =
            partitions.values().filter_map(|output| output.file.as_ref()).collect();
        for file in files {
            for batch in read_parquet_files(&[self.path(relation.name, file)])? {
                for (partition, own) in split_by_partition(relation, &batch, dimensions)? {
                    let output = partitions.get(&partition);
                    if output.is_some_and(|output| output.file.as_ref() == Some(file)) {
                        rows.entry(partition).or_default().push(own);
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Rows of different builds under one schema: a later build may know more attributes.
    fn with_one_schema(&self, rows: QueryResult) -> Result<QueryResult, StatsError> {
        let mut batches = Vec::new();
        for batch in rows.batches.iter().filter(|batch| batch.num_rows() > 0) {
            batches.push(self.with_run_id(batch)?);
        }
        let Some(first) = batches.first() else { return Ok(QueryResult { batches, ..rows }) };
        let schema =
            batches.iter().fold(first.schema(), |schema, batch| merged_schema(&schema, &batch.schema()));
        let batches =
            batches.iter().map(|batch| with_schema(batch, &schema)).collect::<Result<Vec<_>, _>>()?;
        Ok(QueryResult { schema, batches })
    }
}

/// Rows of the rebuilt partitions.
fn rows_by_partition(
    write: &PartitionWrite<'_>,
    dimensions: &Dimensions,
) -> Result<BTreeMap<Partition, Vec<RecordBatch>>, StatsError> {
    let mut rows: BTreeMap<Partition, Vec<RecordBatch>> = BTreeMap::new();
    for batch in &write.rows.batches {
        for (partition, own) in split_by_partition(write.relation, batch, dimensions)? {
            if !write.rebuilt.contains(&partition) {
                return Err(StatsError::Internal(format!(
                    "relation `{}` has a row of {partition:?}, which was not rebuilt",
                    write.relation.name
                )));
            }
            rows.entry(partition).or_default().push(own);
        }
    }
    Ok(rows)
}
