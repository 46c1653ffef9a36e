//! Writer for part files: deduplicates, sums and sorts the facts of a task.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, PoisonError},
};

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::TimestampMicrosecondType,
};
use hashbrown::HashMap;
use slotcast_lake::{
    FactWriter, LakeError, TimeRange,
    contract::{ContractTable, week_of},
    read_parquet,
};

use crate::batch::{
    chunk_slice::{ChunkSlice, SliceRow},
    dedup::{BitSet, DedupTable},
    gather::{Provenance, gather_rows},
    row_hash::hash_rows,
    signal_sums::SignalSums,
    week_buffer::FlushTask,
};

/// Writer for the part files of a batch.
pub(crate) struct PartWriter<'a> {
    pub(crate) writer: &'a FactWriter,
    pub(crate) seed: u64,
    pub(crate) provenance: Provenance,
    /// New rows per file.
    pub(crate) new_rows: &'a [Mutex<BitSet>],
}

impl PartWriter<'_> {
    /// Writes the new facts of a task to one part file, if there are any.
    pub(crate) fn write(&self, task: FlushTask) -> Result<(), LakeError> {
        let Some(first) = task.slices.first() else { return Ok(()) };
        let table = first.chunk.table;
        let mut known = self.known_facts(table, &task)?;
        let sums = SignalSums::new(table, &task.slices, self.seed);
        let mut new_rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut accepted: Vec<SliceRow> = Vec::new();
        // Occurrences of a fact in a file that keeps its repeats.
        let mut occurrences: HashMap<(usize, u128), u32> = HashMap::new();
        for (index, slice) in task.slices.iter().enumerate() {
            let chunk = &slice.chunk;
            let hashes = hash_rows(table, chunk.fields.iter(), &chunk.columns, &slice.rows, &[], self.seed);
            let new_in_file = new_rows.entry(chunk.file).or_default();
            for (row, hash) in slice.rows.iter().zip(hashes) {
                let at = SliceRow { slice: index as u32, row: *row };
                if sums.is_addend(at) {
                    continue;
                }
                let hash = sums.sum(at).map_or(hash, |(_, hash)| hash);
                // A repeated version is always the same version.
                let occurrence = if chunk.keeps_repeats && table.event_time.is_some() {
                    let count = occurrences.entry((chunk.file, hash)).or_insert(0);
                    *count += 1;
                    *count
                } else {
                    1
                };
                let count = known.count_mut(hash);
                if *count < occurrence {
                    *count = occurrence;
                    accepted.push(at);
                    new_in_file.push(chunk.first_row + *row as usize);
                }
            }
        }
        drop(known);
        sums.add_new_addends(&task.slices, &accepted, &mut new_rows);
        for (file, rows) in new_rows {
            let mut set = self.new_rows[file].lock().unwrap_or_else(PoisonError::into_inner);
            rows.into_iter().for_each(|row| set.insert(row));
        }
        if accepted.is_empty() {
            return Ok(());
        }
        let batch = gather_rows(table, &task.slices, accepted, &sums, &self.provenance)?;
        drop(task);
        self.writer.write(table, &batch)
    }

    /// Counts of the facts in the weeks of the task, in the lake and in this batch so far.
    fn known_facts(&self, table: &'static ContractTable, task: &FlushTask) -> Result<DedupTable, LakeError> {
        let span = time_span(table, &task.slices);
        let mut known = DedupTable::with_capacity(task.slices.iter().map(|slice| slice.rows.len()).sum());
        let weeks: HashSet<i64> = task.weeks.iter().copied().collect();
        for path in self.writer.overlapping_files(table, &span) {
            for batch in read_parquet(&path)? {
                let batch: RecordBatch = batch?;
                let schema = batch.schema();
                let Some(times) = batch.column_by_name(table.time_column()) else { continue };
                let times = times.as_primitive::<TimestampMicrosecondType>().values();
                let is_in_weeks =
                    |at: &i64| (span.first..=span.last).contains(at) && weeks.contains(&week_of(*at));
                let rows: Vec<u32> =
                    (0..times.len() as u32).filter(|row| is_in_weeks(&times[*row as usize])).collect();
                let fields = schema.fields().iter().map(AsRef::as_ref);
                for hash in hash_rows(table, fields, batch.columns(), &rows, &[], self.seed) {
                    *known.count_mut(hash) += 1;
                }
            }
        }
        Ok(known)
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
