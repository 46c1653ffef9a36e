//! Signals without an id: rows of one file with an equal key are added up.
//!
//! A source that counts per hour may split one hour over several rows; the sum is the fact.
//! Its hash is what it would be if the source had written it in one row.

use std::collections::{BTreeMap, HashSet};

use arrow::{
    array::{Array, AsArray},
    datatypes::{Int64Type, TimestampMicrosecondType},
};
use hashbrown::HashMap;
use slotcast_lake::contract::ContractTable;

use crate::{
    gather::Taken,
    row_hash::{ColumnHash, hash_rows},
    weeks::{Piece, place_of},
};

/// The columns that are no part of what is added up.
const SUMMED: [&str; 2] = ["count", "recorded_at"];

/// Count and time of recording of a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) count: i64,
    pub(crate) recorded_at: Option<i64>,
}

/// A row: piece of the task, and row of its chunk.
pub(crate) type At = (u32, u32);

/// The sums among the rows of a task.
#[derive(Default)]
pub(crate) struct Sums {
    /// What the first row of each key stands for, and the hash of it.
    firsts: HashMap<At, (Sum, u128)>,
    /// The row that stands for another.
    parts: HashMap<At, At>,
}

impl Sums {
    pub(crate) fn of(table: &'static ContractTable, pieces: &[Piece], seed: u64) -> Self {
        let mut sums = Self::default();
        if table.name != "social_signals" {
            return sums;
        }
        let mut keys: HashMap<(usize, u128), At> = HashMap::new();
        for (place, piece) in pieces.iter().enumerate() {
            let chunk = &piece.chunk;
            let column = |name: &str| place_of(piece, name).map(|place| &chunk.columns[place]);
            let ids = column("signal_id");
            if ids.is_some_and(|ids| ids.null_count() == 0) {
                continue;
            }
            let (Some(counts), Some(recorded)) = (column("count"), column("recorded_at")) else { continue };
            let counts = counts.as_primitive::<Int64Type>();
            let recorded = recorded.as_primitive::<TimestampMicrosecondType>();
            let hashes = hash_rows(table, chunk.fields.iter(), &chunk.columns, &piece.rows, &SUMMED, seed);
            for (row, key) in piece.rows.iter().zip(hashes) {
                let number = *row as usize;
                if ids.is_some_and(|ids| ids.is_valid(number)) {
                    continue;
                }
                let at = (place as u32, *row);
                let first = *keys.entry((chunk.file, key)).or_insert(at);
                let (sum, hash) = sums.firsts.entry(first).or_default();
                sum.count = sum.count.saturating_add(counts.value(number));
                // The sum can be known when its last part is.
                let own = recorded.is_valid(number).then(|| recorded.value(number));
                sum.recorded_at = sum.recorded_at.max(own);
                *hash = key;
                if first != at {
                    sums.parts.insert(at, first);
                }
            }
        }
        let column = |name| ColumnHash::of(table, name, seed);
        if let (Some(count), Some(recorded)) = (column("count"), column("recorded_at")) {
            for (sum, hash) in sums.firsts.values_mut() {
                *hash = hash.wrapping_add(count.cell(&sum.count.to_le_bytes()));
                let at = sum.recorded_at.map_or(0, |at| recorded.cell(&at.to_le_bytes()));
                *hash = hash.wrapping_add(at);
            }
        }
        sums
    }

    /// Whether any row stands for several, or might.
    pub(crate) fn has_any(&self) -> bool {
        !self.firsts.is_empty()
    }

    /// What a row stands for, if it may stand for several, and the hash of that.
    pub(crate) fn first(&self, at: At) -> Option<(Sum, u128)> {
        if self.firsts.is_empty() { None } else { self.firsts.get(&at).copied() }
    }

    /// Whether another row stands for this one.
    pub(crate) fn is_part(&self, at: At) -> bool {
        !self.parts.is_empty() && self.parts.contains_key(&at)
    }

    /// Rows that went into a new sum brought something new.
    pub(crate) fn add_parts(
        &self,
        pieces: &[Piece],
        taken: &[Taken],
        fresh: &mut BTreeMap<usize, Vec<usize>>,
    ) {
        if self.parts.is_empty() {
            return;
        }
        let new: HashSet<At> = taken.iter().map(|taken| (taken.piece, taken.row)).collect();
        for (part, _) in self.parts.iter().filter(|(_, first)| new.contains(*first)) {
            let chunk = &pieces[part.0 as usize].chunk;
            fresh.entry(chunk.file).or_default().push(chunk.first_row + part.1 as usize);
        }
    }
}
