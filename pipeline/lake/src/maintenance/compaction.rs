//! Compaction: many small files of facts become one.
//!
//! Every night adds a few small files, and readers open each of them. Enough files of the same time range
//! are merged, by a commit that marks the rows as unchanged. Older versions keep the small files, so older
//! runs stay readable until a vacuum removes them. Memory contains one group of files at a time.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, new_null_array},
    compute::{SortColumn, cast, concat, interleave_record_batch, lexsort_to_indices},
    datatypes::{SchemaRef, TimestampMicrosecondType},
};

use super::compaction_groups::{WeekRange, groups};
use crate::{
    error::LakeError,
    fail_point::fail_point,
    log::{Effect, FilesToRemove, Lake},
    schema::contract::{ContractTable, TABLES, week_of},
    storage::{
        DataFile, TableId, TimeRange, UncommittedFile, compacted_name, read_parquet, write_parquet_stream,
    },
};

/// Rows per written batch.
const BATCH_ROWS: usize = 65_536;

/// Result of a compaction of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compaction {
    /// The table.
    pub table: TableId,
    /// Number of merged files.
    pub files_before: usize,
    /// Number of new files.
    pub files_after: usize,
    /// The new version.
    pub version: u64,
}

impl Lake {
    /// Compacts every table of facts with enough small files. The caller holds the lock.
    ///
    /// # Errors
    /// If the lake cannot be read or written.
    pub async fn compact_facts(&self) -> Result<Vec<Compaction>, LakeError> {
        let mut compactions = Vec::new();
        for table in &TABLES {
            compactions.extend(self.compact(table).await?);
        }
        Ok(compactions)
    }

    /// Compacts one table of facts. `None` if it has too few small files. The caller holds the lock.
    ///
    /// # Errors
    /// If the lake cannot be read or written.
    pub async fn compact(&self, table: &'static ContractTable) -> Result<Option<Compaction>, LakeError> {
        let id = TableId::facts(table.name);
        let Some(head) = self.head(&id).await? else { return Ok(None) };
        // Files that may be rolled back must stay separate.
        let finished = self.finished_batches().await?;
        let groups = groups(head.files.iter().filter(|file| !finished.lack(file)));
        let mut adds = Vec::new();
        let mut merged = Vec::new();
        for (WeekRange { first_week, weeks }, files) in groups {
            let name = compacted_name(first_week, weeks, head.version + 1);
            adds.push(self.merge(table, &name, &head.schema, &files)?);
            merged.extend(files.iter().map(|file| file.name.clone()));
        }
        if adds.is_empty() {
            return Ok(None);
        }
        fail_point("compacted files written");
        let (files_before, files_after) = (merged.len(), adds.len());
        let removes = FilesToRemove::Named(merged);
        let version = self.commit_with(&id, &head.schema, &adds, &removes, Effect::Layout).await?;
        Ok(Some(Compaction { table: id, files_before, files_after, version }))
    }

    fn merge(
        &self,
        table: &'static ContractTable,
        name: &str,
        schema: &SchemaRef,
        files: &[&DataFile],
    ) -> Result<UncommittedFile, LakeError> {
        let mut batches = Vec::new();
        let mut time_range = None;
        for file in files {
            for batch in read_parquet(&file.path)? {
                let batch = with_schema(&batch?, schema)?;
                time_range = TimeRange::union(time_range, table.time_column(), &batch);
                batches.push(batch);
            }
        }
        let rows = sorted_rows(table, &batches)?;
        let sources: Vec<&RecordBatch> = batches.iter().collect();
        let chunks = rows.chunks(BATCH_ROWS).map(|chunk| Ok(interleave_record_batch(&sources, chunk)?));
        let folder = self.layout().table(&TableId::facts(table.name));
        let file = write_parquet_stream(&folder, name, schema, chunks)?;
        Ok(UncommittedFile { time_range, ..file })
    }
}

/// The same rows with the current columns of the table. Columns that older files lack are null.
fn with_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
        Some(column) => cast(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)?)
}

/// Batch and row of all rows, sorted by week, entity, time, and source line.
fn sorted_rows(table: &ContractTable, batches: &[RecordBatch]) -> Result<Vec<(usize, usize)>, LakeError> {
    let rows: Vec<(usize, usize)> = batches
        .iter()
        .enumerate()
        .flat_map(|(batch, rows)| (0..rows.num_rows()).map(move |row| (batch, row)))
        .collect();
    if rows.is_empty() {
        return Ok(rows);
    }
    let whole = |name: &str| -> Result<Option<ArrayRef>, LakeError> {
        let columns: Option<Vec<&dyn Array>> =
            batches.iter().map(|batch| Some(batch.column_by_name(name)?.as_ref())).collect();
        Ok(columns.map(|columns| concat(&columns)).transpose()?)
    };
    let time = whole(table.time_column())?;
    let weeks = time.as_ref().and_then(|time| time.as_primitive_opt::<TimestampMicrosecondType>());
    let weeks = weeks.map(|times| {
        let weeks = times.iter().map(|time| time.map(week_of));
        Arc::new(weeks.collect::<Int64Array>()) as ArrayRef
    });
    let keys = [weeks, whole(table.entity_column())?, time, whole("source_file_id")?, whole("line")?];
    let keys: Vec<SortColumn> =
        keys.into_iter().flatten().map(|values| SortColumn { values, options: None }).collect();
    let order = lexsort_to_indices(&keys, None)?;
    Ok(order.values().iter().map(|index| rows[*index as usize]).collect())
}

#[cfg(test)]
mod tests;
