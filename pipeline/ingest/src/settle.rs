//! The account of a file: each source row is accepted, rejected, a repeat or filtered.

use std::collections::HashSet;

use arrow::array::RecordBatch;
use slotcast_lake::contract::ContractTable;

use crate::{
    facts::facts,
    frame::Chunk,
    plan::Plan,
    reason::Reason,
    rejects::Reject,
    row_hash::RowHasher,
    source::{RowAt, Source},
    sums::add_up,
    take_in::{Account, TakeIn},
    typed::{EngineError, Typed, TypedChunk},
};

/// Rows that the lake already holds.
pub trait KnownRows {
    /// Whether a row with this hash is in the table.
    fn contains(&self, table: &str, row_hash: [u8; 16]) -> bool;
}

/// An empty lake knows nothing.
impl KnownRows for () {
    fn contains(&self, _table: &str, _row_hash: [u8; 16]) -> bool {
        false
    }
}

/// Rows taken in earlier in the same batch. The hash covers the table.
#[derive(Debug, Default)]
pub struct BatchRows(HashSet<[u8; 16]>);

/// The filter of rows of which no target is wanted.
const NO_TARGET: &str = "no_target";

/// Keeps the account of one file, chunk by chunk.
pub(crate) struct Settling<'a> {
    pub(crate) file: &'a str,
    pub(crate) settings: &'a TakeIn,
    pub(crate) known: &'a dyn KnownRows,
    pub(crate) batch: &'a mut BatchRows,
    /// Rows new in this file; they join the batch only if the file is not refused.
    own: HashSet<[u8; 16]>,
    pub(crate) account: Account,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) facts: Vec<(&'static ContractTable, RecordBatch)>,
    pub(crate) filtered_by: Vec<(String, u64)>,
}

impl<'a> Settling<'a> {
    pub(crate) fn new(
        file: &'a str,
        settings: &'a TakeIn,
        known: &'a dyn KnownRows,
        batch: &'a mut BatchRows,
    ) -> Self {
        Self {
            file,
            settings,
            known,
            batch,
            own: HashSet::new(),
            account: Account::default(),
            rejects: Vec::new(),
            facts: Vec::new(),
            filtered_by: Vec::new(),
        }
    }

    /// Rows that could not be read.
    pub(crate) fn unreadable(&mut self, plan: &Plan, source: &Source<'_>, bad: &[(RowAt, Reason)]) {
        for (at, reason) in bad {
            self.account.read += 1;
            self.reject(plan.targets[0].table, source, at, None, *reason);
        }
    }

    /// Rows that were typed.
    pub(crate) fn chunk(
        &mut self,
        plan: &Plan,
        source: &Source<'_>,
        chunk: &Chunk,
        mut typed: TypedChunk,
    ) -> Result<(), EngineError> {
        let rows = &chunk.rows;
        let live = self.live(plan, source, rows, &typed);
        let lines: Vec<i64> = rows.iter().map(|at| i64::try_from(at.line).unwrap_or(i64::MAX)).collect();
        // For each row: whether any of its targets is new, and whether it has any.
        let (mut has_new, mut has_any) = (vec![false; rows.len()], vec![false; rows.len()]);
        for (target, typed) in plan.targets.iter().zip(&mut typed.targets) {
            let counts = wanted_rows(typed, &live);
            let stands = if target.table.name == "social_signals" {
                add_up(typed, &counts)
            } else {
                counts.iter().enumerate().map(|(row, counts)| counts.then_some(row)).collect()
            };
            let hashes = self.new_rows(target.table, typed, &stands);
            for (row, stand) in stands.iter().enumerate() {
                if let Some(stand) = stand {
                    has_any[row] = true;
                    has_new[row] |= hashes[*stand].is_some();
                }
            }
            if let Some(batch) = facts(target.table, typed, &hashes, &lines, self.file, self.settings)? {
                self.facts.push((target.table, batch));
            }
        }
        for row in (0..rows.len()).filter(|row| live[*row]) {
            match (has_any[row], has_new[row]) {
                (false, _) => self.filter(NO_TARGET),
                (true, false) => self.account.repeats += 1,
                (true, true) => self.account.accepted += 1,
            }
        }
        Ok(())
    }

    /// The file is taken in: its rows now count as known to the rest of the batch.
    pub(crate) fn join_batch(&mut self) {
        self.batch.0.extend(self.own.drain());
    }

    /// Filters and rejects; what is left is live.
    fn live(&mut self, plan: &Plan, source: &Source<'_>, rows: &[RowAt], typed: &TypedChunk) -> Vec<bool> {
        let mut live = vec![false; rows.len()];
        for (row, at) in rows.iter().enumerate() {
            self.account.read += 1;
            if let Some(filter) = typed.filters.iter().position(|mask| mask.value(row)) {
                self.filter(&plan.filters[filter].1);
                continue;
            }
            let mut targets = plan.targets.iter().zip(&typed.targets);
            let first = targets.find_map(|(target, typed)| {
                let wanted = typed.wanted.as_ref().is_none_or(|mask| mask.value(row));
                let fault = wanted.then(|| typed.faults.first(row)).flatten()?;
                Some((target, fault))
            });
            match first {
                None => live[row] = true,
                Some((target, fault)) => {
                    let column = target.columns[fault.column].name.clone();
                    self.reject(target.table, source, at, Some(column), fault.reason);
                }
            }
        }
        live
    }

    /// The hash of each row that is neither in the lake nor met before.
    fn new_rows(
        &mut self,
        table: &'static ContractTable,
        typed: &Typed,
        stands: &[Option<usize>],
    ) -> Vec<Option<[u8; 16]>> {
        let mut hasher = RowHasher::new(table.name, &typed.fields, &typed.columns);
        let mut hashes = vec![None; stands.len()];
        for (row, _) in stands.iter().enumerate().filter(|(row, stand)| **stand == Some(*row)) {
            let hash = hasher.hash(row);
            let is_new = !self.batch.0.contains(&hash)
                && !self.known.contains(table.name, hash)
                && self.own.insert(hash);
            hashes[row] = is_new.then_some(hash);
        }
        hashes
    }

    fn filter(&mut self, reason: &str) {
        self.account.filtered += 1;
        match self.filtered_by.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => self.filtered_by.push((reason.to_owned(), 1)),
        }
    }

    fn reject(
        &mut self,
        table: &'static ContractTable,
        source: &Source<'_>,
        at: &RowAt,
        column: Option<String>,
        reason: Reason,
    ) {
        self.account.rejected += 1;
        self.rejects.push(Reject {
            table_name: table.name,
            line: at.line,
            column_name: column,
            reason,
            raw: source.raw(at).to_vec(),
        });
    }
}

fn wanted_rows(typed: &Typed, live: &[bool]) -> Vec<bool> {
    match &typed.wanted {
        None => live.to_vec(),
        Some(mask) => live.iter().enumerate().map(|(row, live)| *live && mask.value(row)).collect(),
    }
}
