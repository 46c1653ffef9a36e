//! Slices of fact chunks by week.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use arrow::array::ArrayRef;
use slotcast_lake::contract::{WEEK_MICROS, week_of};

use crate::transform::fact_chunk::FactChunk;

/// Facts of one chunk in one week.
#[derive(Debug)]
pub(crate) struct ChunkSlice {
    pub(crate) chunk: Arc<FactChunk>,
    pub(crate) rows: Vec<u32>,
}

impl ChunkSlice {
    pub(crate) fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.chunk.column(name)
    }
}

/// A row, by its slice in a task and its row in the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SliceRow {
    pub(crate) slice: u32,
    pub(crate) row: u32,
}

/// Splits a chunk by week.
pub(crate) fn split_by_week(mut chunk: FactChunk) -> Vec<(i64, ChunkSlice)> {
    let rows = std::mem::take(&mut chunk.rows);
    let times = chunk.times();
    let mut weeks: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    // Neighboring rows are mostly in one week.
    let mut current: Option<(Range<i64>, i64)> = None;
    let mut pending: Vec<u32> = Vec::new();
    for row in rows {
        let at = times[row as usize];
        match &current {
            Some((range, _)) if range.contains(&at) => {}
            _ => {
                if let Some((_, week)) = &current {
                    weeks.entry(*week).or_default().append(&mut pending);
                }
                let week = week_of(at);
                current = Some((week * WEEK_MICROS..(week + 1) * WEEK_MICROS, week));
            }
        }
        pending.push(row);
    }
    if let Some((_, week)) = current {
        weeks.entry(week).or_default().append(&mut pending);
    }
    let chunk = Arc::new(chunk);
    let slice = |(week, rows)| (week, ChunkSlice { chunk: Arc::clone(&chunk), rows });
    weeks.into_iter().map(slice).collect()
}
