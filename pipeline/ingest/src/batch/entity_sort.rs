//! Sort of the facts of a part file by week, entity and time.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, StringArray},
    datatypes::Int32Type,
};
use hashbrown::HashMap;
use slotcast_lake::contract::{ContractTable, week_of};

use crate::{
    batch::chunk_slice::{ChunkSlice, SliceRow},
    transform::fact_chunk::FactChunk,
};

/// Sorts rows by week, entity, time, and input order.
///
/// Input is mostly in time order. So a counting sort distributes rows to buckets of week and
/// entity, and only buckets that are not in time order are sorted.
pub(crate) fn sort_rows(
    table: &'static ContractTable,
    slices: &[ChunkSlice],
    times: &[&[i64]],
    mut rows: Vec<SliceRow>,
) -> Vec<SliceRow> {
    let ranks = EntityRanks::new(table.entity_column(), slices);
    let time = |row: &SliceRow| times[row.slice as usize][row.row as usize];
    let (first, last) = rows
        .iter()
        .map(|row| week_of(time(row)))
        .fold((i64::MAX, i64::MIN), |(first, last), week| (first.min(week), last.max(week)));
    let bucket = |row: &SliceRow| {
        (week_of(time(row)) - first) as usize * ranks.count
            + ranks.get(row.slice as usize, row.row as usize) as usize
    };
    // Distant weeks would need more buckets than rows.
    let buckets = ((last - first + 1) as usize).saturating_mul(ranks.count);
    if buckets > 4 * rows.len() + 1024 {
        rows.sort_by_cached_key(|row| (bucket(row), time(row)));
        return rows;
    }
    let mut ends = vec![0_usize; buckets + 1];
    let bucket_of_row: Vec<usize> = rows.iter().map(bucket).collect();
    bucket_of_row.iter().for_each(|bucket| ends[bucket + 1] += 1);
    for bucket in 0..buckets {
        ends[bucket + 1] += ends[bucket];
    }
    let mut next = ends.clone();
    let mut sorted = rows.clone();
    for (row, bucket) in rows.iter().zip(bucket_of_row) {
        sorted[next[bucket]] = *row;
        next[bucket] += 1;
    }
    for bucket in 0..buckets {
        let own = &mut sorted[ends[bucket]..ends[bucket + 1]];
        if !own.is_sorted_by_key(time) {
            own.sort_by_key(time);
        }
    }
    sorted
}

/// The distinct chunks of some slices, and the chunk of each slice.
pub(crate) struct DistinctChunks<'a> {
    pub(crate) chunks: Vec<&'a Arc<FactChunk>>,
    pub(crate) chunk_of_slice: Vec<usize>,
}

impl<'a> DistinctChunks<'a> {
    pub(crate) fn new(slices: &'a [ChunkSlice]) -> Self {
        let mut indices: HashMap<*const FactChunk, usize> = HashMap::new();
        let mut chunks = Vec::new();
        let index = |slice: &'a ChunkSlice| {
            *indices.entry(Arc::as_ptr(&slice.chunk)).or_insert_with(|| {
                chunks.push(&slice.chunk);
                chunks.len() - 1
            })
        };
        let chunk_of_slice = slices.iter().map(index).collect();
        Self { chunks, chunk_of_slice }
    }
}

/// Rank of each row's entity among all entities of the slices, in name order.
struct EntityRanks<'a> {
    /// Number of entities.
    count: usize,
    chunk_of_slice: Vec<usize>,
    by_chunk: Vec<(Option<&'a Int32Array>, Vec<u32>)>,
}

impl<'a> EntityRanks<'a> {
    fn new(entity: &str, slices: &'a [ChunkSlice]) -> Self {
        let DistinctChunks { chunks, chunk_of_slice } = DistinctChunks::new(slices);
        let columns: Vec<&ArrayRef> = chunks
            .iter()
            .map(|chunk| &chunk.columns[chunk.column_index(entity).unwrap_or_default()])
            .collect();
        let mut names: Vec<&str> = columns.iter().flat_map(|column| strings_of(column)).collect();
        names.sort_unstable();
        names.dedup();
        let count = names.len();
        let ranks: HashMap<&str, u32> =
            names.into_iter().enumerate().map(|(rank, name)| (name, rank as u32)).collect();
        let by_chunk = columns.iter().map(|column| {
            let codes = column.as_dictionary_opt::<Int32Type>().map(DictionaryArray::keys);
            (codes, strings_of(column).map(|name| ranks.get(name).copied().unwrap_or_default()).collect())
        });
        Self { count, chunk_of_slice, by_chunk: by_chunk.collect() }
    }

    fn get(&self, slice: usize, row: usize) -> u32 {
        match &self.by_chunk[self.chunk_of_slice[slice]] {
            (Some(codes), ranks) => ranks[codes.value(row) as usize],
            (None, ranks) => ranks[row],
        }
    }
}

/// Dictionary of an encoded column, or all texts of a plain one.
pub(crate) fn strings_of(column: &ArrayRef) -> impl Iterator<Item = &str> {
    let texts: &StringArray = match column.as_any_dictionary_opt() {
        Some(encoded) => encoded.values().as_string(),
        None => column.as_string(),
    };
    (0..texts.len()).map(|row| texts.value(row))
}
