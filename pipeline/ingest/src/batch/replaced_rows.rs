//! Rows that replace earlier rows of their file: the same version of the same key with other values.
//!
//! Of such rows only the last one counts. Mostly the file has a dimension that the key lacks. Rows whose times
//! lie in different weeks are not compared: they move a fact, which is a correction.

use hashbrown::{HashTable, hash_table::Entry};
use slotcast_lake::contract::ContractTable;

use crate::batch::dedup::BitSet;

/// Pairs of lines that are kept as examples.
const MAX_EXAMPLES: usize = 3;

/// Columns that identify a version: those of the key, and the time of the version.
///
/// Signals without an id have no version: they are summed.
pub(crate) fn version_columns(table: &ContractTable) -> Vec<&'static str> {
    let mut columns = key_columns(table);
    columns.push("recorded_at");
    columns.extend(table.event_time.is_none().then_some("updated_at"));
    columns
}

/// Columns of the key of facts that replace each other.
fn key_columns(table: &ContractTable) -> Vec<&'static str> {
    match table.name {
        "social_signals" => vec!["signal_id"],
        _ => table.columns.iter().filter(|column| column.key).map(|column| column.name).collect(),
    }
}

/// First line of each version, by file.
#[derive(Default)]
pub(crate) struct FirstLines(HashTable<(u64, i64)>);

impl FirstLines {
    /// First line of a version in its file if it is another line, given the hash of the version.
    pub(crate) fn earlier_line(&mut self, file: usize, version: u128, line: i64) -> Option<i64> {
        // The odd factor separates files. 64 bits are enough for a count.
        let file = (file as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let version = (version as u64).wrapping_add(file);
        match self.0.entry(version, |(own, _)| *own == version, |(own, _)| *own) {
            Entry::Occupied(entry) => Some(entry.get().1).filter(|first| *first != line),
            Entry::Vacant(entry) => {
                entry.insert((version, line));
                None
            }
        }
    }
}

/// Rows of one table that replaced earlier rows of their file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedRows {
    /// Name of the table.
    pub table: &'static str,
    /// Number of facts that were replaced.
    pub facts: u64,
    /// First examples: line of the first row of a key, and of a row that replaced it.
    pub lines: Vec<[i64; 2]>,
}

impl ReplacedRows {
    /// Columns of the key by which the rows are equal.
    pub fn key(&self) -> Vec<&'static str> {
        ContractTable::find(self.table).map(key_columns).unwrap_or_default()
    }
}

/// Accepted rows of a file.
#[derive(Debug, Default)]
pub(crate) struct AcceptedRows {
    /// All accepted rows.
    pub(crate) rows: BitSet,
    /// Those that replaced an earlier one. As many were replaced.
    pub(crate) replacing: BitSet,
    /// Replaced rows by table.
    pub(crate) replaced: Vec<ReplacedRows>,
}

/// Accepted rows of a file in one task, by row number.
#[derive(Debug, Default)]
pub(crate) struct NewRows {
    pub(crate) rows: Vec<usize>,
    /// Rows that replaced an earlier one: row number, line of the earlier one, own line.
    pub(crate) replacing: Vec<(usize, [i64; 2])>,
}

impl AcceptedRows {
    /// Adds the rows of a task. The result does not depend on the order of the tasks.
    pub(crate) fn add(&mut self, table: &'static ContractTable, new: NewRows) {
        new.rows.into_iter().for_each(|row| self.rows.insert(row));
        if new.replacing.is_empty() {
            return;
        }
        let position = self.replaced.iter().position(|own| own.table >= table.name);
        let position = position.unwrap_or(self.replaced.len());
        if self.replaced.get(position).is_none_or(|own| own.table != table.name) {
            let empty = ReplacedRows { table: table.name, facts: 0, lines: Vec::new() };
            self.replaced.insert(position, empty);
        }
        let replaced = &mut self.replaced[position];
        replaced.facts += new.replacing.len() as u64;
        replaced.lines.extend(new.replacing.iter().map(|(_, lines)| *lines));
        replaced.lines.sort_unstable_by_key(|[first, line]| (*line, *first));
        replaced.lines.truncate(MAX_EXAMPLES);
        new.replacing.into_iter().for_each(|(row, _)| self.replacing.insert(row));
    }
}
