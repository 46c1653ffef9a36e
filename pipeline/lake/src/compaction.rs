//! Many small files of facts to one.
//!
//! Every night adds a few small files, and each costs a reader an opening. Files of the same
//! stretch of time are merged when there are enough of them, by a commit that says: no row changed. Older
//! versions go on naming the small files, so older runs stay readable until `vacuum` lets them go.
//! One group of files is in memory at a time, and a group is bounded.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, new_null_array},
    compute::{SortColumn, cast, concat, interleave_record_batch, lexsort_to_indices},
    datatypes::{SchemaRef, TimestampMicrosecondType},
};

use crate::{
    contract::{ContractTable, TABLES, week_of},
    delta::Effect,
    error::LakeError,
    file_names,
    layout::TableId,
    parquet_file::{Part, Span, read_part, write_rows},
    snapshot::DataFile,
    steps::step,
    store::{Lake, Replace},
};

/// A group has at least so many files: merging two or three is not worth the writing.
const FEWEST_FILES: usize = 8;
/// A group has at most so many bytes; a file of this size or more is left alone.
const MOST_BYTES: u64 = 64 << 20;
/// A group has at most so many rows: that bounds the memory, some 250 MB for the widest table.
const MOST_ROWS: u64 = 1_000_000;

/// Rows written at a time.
const CHUNK: usize = 65_536;

/// What a compaction did to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// The table.
    pub table: TableId,
    /// How many files were merged.
    pub files_before: usize,
    /// Into how many.
    pub files_after: usize,
    /// The version that has them.
    pub version: u64,
}

impl Lake {
    /// Compacts every table of facts that has enough small files. The caller holds the lock.
    ///
    /// # Errors
    /// When the lake cannot be read or written.
    pub async fn compact_facts(&self) -> Result<Vec<Compacted>, LakeError> {
        let mut compacted = Vec::new();
        for table in &TABLES {
            compacted.extend(self.compact(table).await?);
        }
        Ok(compacted)
    }

    /// Compacts one table of facts; none where there was nothing to do. The caller holds the lock.
    ///
    /// # Errors
    /// When the lake cannot be read or written.
    pub async fn compact(&self, table: &'static ContractTable) -> Result<Option<Compacted>, LakeError> {
        let id = TableId::facts(table.name);
        let Some(head) = self.head(&id).await? else { return Ok(None) };
        // What may still be taken back must stay apart.
        let finished = self.finished_batches().await?;
        let groups = groups(head.files.iter().filter(|file| !finished.lacks(file)));
        let mut parts = Vec::new();
        let mut merged = Vec::new();
        for (Stretch { first_week, weeks }, files) in groups {
            let name = file_names::compacted(first_week, weeks, head.version + 1);
            parts.push(self.merge(table, &name, &head.schema, &files)?);
            merged.extend(files.iter().map(|file| file.name.clone()));
        }
        if parts.is_empty() {
            return Ok(None);
        }
        step("compacted files written");
        let (files_before, files_after) = (merged.len(), parts.len());
        let replace = Replace::Files(merged);
        let version = self.commit_with(&id, &head.schema, &parts, &replace, Effect::Layout).await?;
        Ok(Some(Compacted { table: id, files_before, files_after, version }))
    }

    fn merge(
        &self,
        table: &'static ContractTable,
        name: &str,
        schema: &SchemaRef,
        files: &[&DataFile],
    ) -> Result<Part, LakeError> {
        let mut batches = Vec::new();
        let mut span = None;
        for file in files {
            for batch in read_part(&file.path)? {
                let batch = with_schema(&batch?, schema)?;
                span = Span::over(span, table.time(), &batch);
                batches.push(batch);
            }
        }
        let rows = in_order(table, &batches)?;
        let held: Vec<&RecordBatch> = batches.iter().collect();
        let chunks = rows.chunks(CHUNK).map(|chunk| Ok(interleave_record_batch(&held, chunk)?));
        let part = write_rows(&self.layout().table(&TableId::facts(table.name)), name, schema, chunks)?;
        Ok(Part { span, ..part })
    }
}

/// Files that lie near each other in time and are about as long: those that begin in the same week
/// and end in it or the next; of longer ones, those that begin in the same two weeks and are two to
/// three long, and so on by powers of two. So a merged file is not much longer than what it holds,
/// and a load of ten years is not written anew for every night that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    first_week: i64,
    weeks: i64,
}

impl Stretch {
    fn of(span: &Span) -> Self {
        let first_week = week_of(span.first);
        let long = (week_of(span.last) - first_week).max(1);
        let weeks = 1 << long.ilog2();
        Self { first_week: first_week.div_euclid(weeks) * weeks, weeks }
    }
}

/// The files to merge, by stretch: of each the smallest, as many as a group may hold.
fn groups<'a>(files: impl Iterator<Item = &'a DataFile>) -> Vec<(Stretch, Vec<&'a DataFile>)> {
    let mut stretches: BTreeMap<Stretch, Vec<&DataFile>> = BTreeMap::new();
    for file in files {
        if let Some(span) = &file.span {
            stretches.entry(Stretch::of(span)).or_default().push(file);
        }
    }
    for files in stretches.values_mut() {
        files.sort_by(|a, b| (a.bytes, &a.name).cmp(&(b.bytes, &b.name)));
        let (mut bytes, mut rows) = (0, 0);
        let fit = files.iter().take_while(|file| {
            bytes += file.bytes;
            // A file that does not say how many rows it has is not merged.
            rows += file.rows.unwrap_or(u64::MAX / 2);
            bytes < MOST_BYTES && rows <= MOST_ROWS
        });
        let fit = fit.count();
        files.truncate(fit);
    }
    stretches.into_iter().filter(|(_, files)| files.len() >= FEWEST_FILES).collect()
}

/// The same rows with the columns of the table as it is now; those that older files lack are null.
fn with_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
        Some(column) => cast(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)?)
}

/// Batch and row of each row, by week, entity, time, and the line that brought it.
fn in_order(table: &ContractTable, batches: &[RecordBatch]) -> Result<Vec<(usize, usize)>, LakeError> {
    let places: Vec<(usize, usize)> = batches
        .iter()
        .enumerate()
        .flat_map(|(batch, rows)| (0..rows.num_rows()).map(move |row| (batch, row)))
        .collect();
    if places.is_empty() {
        return Ok(places);
    }
    let whole = |name: &str| -> Result<Option<ArrayRef>, LakeError> {
        let columns: Option<Vec<&dyn Array>> =
            batches.iter().map(|batch| Some(batch.column_by_name(name)?.as_ref())).collect();
        Ok(columns.map(|columns| concat(&columns)).transpose()?)
    };
    let time = whole(table.time())?;
    let weeks = time.as_ref().and_then(|time| time.as_primitive_opt::<TimestampMicrosecondType>());
    let weeks = weeks.map(|times| {
        let weeks = times.iter().map(|time| time.map(week_of));
        Arc::new(weeks.collect::<Int64Array>()) as ArrayRef
    });
    let keys = [weeks, whole(table.entity())?, time, whole("origin")?, whole("line")?];
    let keys: Vec<SortColumn> =
        keys.into_iter().flatten().map(|values| SortColumn { values, options: None }).collect();
    let order = lexsort_to_indices(&keys, None)?;
    Ok(order.values().iter().map(|index| places[*index as usize]).collect())
}

#[cfg(test)]
mod tests;
