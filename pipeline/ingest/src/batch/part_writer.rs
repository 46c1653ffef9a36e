//! Writer for part files: deduplicates, sums and sorts the facts of a task.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Int64Type, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use slotcast_lake::{
    FactWriter, LakeError, TimeRange,
    contract::{ContractTable, week_of},
    read_parquet,
};

use crate::batch::{
    chunk_slice::{ChunkSlice, SliceRow},
    dedup::DedupTable,
    gather::{Provenance, gather_rows},
    replaced_rows::{AcceptedRows, FirstLines, NewRows, version_columns},
    row_hash::{KeyedHashes, hash_keyed_rows},
    signal_sums::SignalSums,
    week_buffer::FlushTask,
};

/// Writer for the part files of a batch.
pub(crate) struct PartWriter<'a> {
    pub(crate) writer: &'a FactWriter,
    pub(crate) seed: u64,
    pub(crate) provenance: Provenance,
    /// Files of the lake whose facts are retracted.
    pub(crate) retracted_files: &'a BTreeSet<i64>,
    /// Accepted rows per file.
    pub(crate) accepted_rows: &'a [Mutex<AcceptedRows>],
}

/// Facts in the weeks of a task, in the lake and in this batch so far.
struct KnownFacts {
    /// Counts by hash.
    counts: DedupTable,
    /// First line of each version in the files of this batch.
    versions: FirstLines,
}

impl PartWriter<'_> {
    /// Writes the new facts of a task to one part file, if there are any.
    pub(crate) fn write(&self, task: FlushTask) -> Result<(), LakeError> {
        let Some(first) = task.slices.first() else { return Ok(()) };
        let table = first.chunk.table;
        let version = version_columns(table);
        let mut known = self.known_facts(table, &version, &task)?;
        let sums = SignalSums::new(table, &task.slices, self.seed);
        let mut new_rows: BTreeMap<usize, NewRows> = BTreeMap::new();
        let mut accepted: Vec<SliceRow> = Vec::new();
        // Occurrences of a fact in a file that keeps its repeats.
        let mut occurrences: HashMap<(usize, u128), u32> = HashMap::new();
        for (index, slice) in task.slices.iter().enumerate() {
            let chunk = &slice.chunk;
            let KeyedHashes { rows, keys } =
                hash_keyed_rows(table, chunk.fields.iter(), &chunk.columns, &slice.rows, &version, self.seed);
            let new_in_file = new_rows.entry(chunk.file).or_default();
            for ((row, hash), key) in slice.rows.iter().zip(rows).zip(keys) {
                let at = SliceRow { slice: index as u32, row: *row };
                if sums.is_addend(at) {
                    continue;
                }
                let sum = sums.sum(at);
                let hash = sum.map_or(hash, |(_, hash)| hash);
                // A repeated version is always the same version.
                let occurrence = if chunk.keeps_repeats && table.event_time.is_some() {
                    let count = occurrences.entry((chunk.file, hash)).or_insert(0);
                    *count += 1;
                    *count
                } else {
                    1
                };
                let count = known.counts.count_mut(hash);
                if *count >= occurrence {
                    continue;
                }
                *count = occurrence;
                accepted.push(at);
                let (number, line) = (chunk.first_row + *row as usize, chunk.lines[*row as usize]);
                new_in_file.rows.push(number);
                if sum.is_none()
                    && let Some(earlier) = known.versions.earlier_line(chunk.file, key, line)
                {
                    new_in_file.replacing.push((number, [earlier, line]));
                }
            }
        }
        drop(known);
        sums.add_new_addends(&task.slices, &accepted, &mut new_rows);
        for (file, new) in new_rows {
            let mut own = self.accepted_rows[file].lock().unwrap_or_else(PoisonError::into_inner);
            own.add(table, new);
        }
        if accepted.is_empty() {
            return Ok(());
        }
        let batch = gather_rows(table, &task.slices, accepted, &sums, &self.provenance)?;
        drop(task);
        self.writer.write(table, &batch)
    }

    /// Facts in the weeks of the task, without those of retracted files.
    fn known_facts(
        &self,
        table: &'static ContractTable,
        version: &[&str],
        task: &FlushTask,
    ) -> Result<KnownFacts, LakeError> {
        let span = time_span(table, &task.slices);
        let capacity = task.slices.iter().map(|slice| slice.rows.len()).sum();
        let mut known =
            KnownFacts { counts: DedupTable::with_capacity(capacity), versions: FirstLines::default() };
        let weeks: HashSet<i64> = task.weeks.iter().copied().collect();
        for path in self.writer.overlapping_files(table, &span) {
            for batch in read_parquet(&path)? {
                let batch: RecordBatch = batch?;
                let schema = batch.schema();
                let Some(times) = batch.column_by_name(table.time_column()) else { continue };
                let Some(files) = batch.column_by_name("source_file_id") else { continue };
                let times = times.as_primitive::<TimestampMicrosecondType>().values();
                let files = files.as_primitive::<Int64Type>().values();
                let is_wanted = |row: usize| {
                    let at = times[row];
                    (span.first..=span.last).contains(&at)
                        && weeks.contains(&week_of(at))
                        && (self.retracted_files.is_empty() || !self.retracted_files.contains(&files[row]))
                };
                let rows: Vec<u32> = (0..times.len() as u32).filter(|row| is_wanted(*row as usize)).collect();
                let fields = schema.fields().iter().map(AsRef::as_ref);
                let hashes = hash_keyed_rows(table, fields, batch.columns(), &rows, version, self.seed);
                hashes.rows.iter().for_each(|hash| *known.counts.count_mut(*hash) += 1);
                self.add_versions(&mut known.versions, &batch, &rows, &hashes.keys);
            }
        }
        Ok(known)
    }

    /// Adds the versions of facts that an earlier round of this batch wrote.
    fn add_versions(&self, versions: &mut FirstLines, facts: &RecordBatch, rows: &[u32], keys: &[u128]) {
        let integers = |name| facts.column_by_name(name).map(|column| column.as_primitive::<Int64Type>());
        let (Some(files), Some(lines)) = (integers("source_file_id"), integers("line")) else { return };
        let ids = facts.column_by_name("signal_id");
        for (row, key) in rows.iter().zip(keys) {
            let row = *row as usize;
            let file = usize::try_from(files.value(row) - self.provenance.first_source_file_id);
            // A signal without an id is a sum.
            let is_sum = ids.is_some_and(|ids| ids.is_null(row));
            if let (Ok(file), false) = (file, is_sum) {
                versions.earlier_line(file, *key, lines.value(row));
            }
        }
    }
}

fn time_span(table: &'static ContractTable, slices: &[ChunkSlice]) -> TimeRange {
    let mut span = TimeRange { column: table.time_column(), first: i64::MAX, last: i64::MIN };
    for slice in slices {
        let times = slice.chunk.times();
        for row in &slice.rows {
            let at = times[*row as usize];
            (span.first, span.last) = (span.first.min(at), span.last.max(at));
        }
    }
    span
}
