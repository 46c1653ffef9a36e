//! Cells of other files, by their key.

use hashbrown::HashMap;

use crate::mapping::lookup_rule::LookupRule;

/// Bytes of keys and cells that a lookup may hold.
const MAX_BYTES: usize = 256 << 20;

/// A lookup has more cells than fit in memory.
#[derive(Debug)]
pub(crate) struct LookupTooLarge;

/// Cells of a row of another file; none for an empty cell.
type LookupCells = Box<[Option<Box<str>>]>;

/// Cells of other files, by their key.
#[derive(Debug)]
pub(crate) struct LookupTable {
    rule: LookupRule,
    rows: HashMap<Box<str>, LookupCells>,
    bytes: usize,
    /// Rows that replaced other cells of the same key.
    pub(crate) replaced: u64,
    /// Rows that could not be read, or have no key.
    pub(crate) unread: u64,
}

impl LookupTable {
    pub(crate) fn new(rule: LookupRule) -> Self {
        Self { rule, rows: HashMap::new(), bytes: 0, replaced: 0, unread: 0 }
    }

    pub(crate) fn name(&self) -> &str {
        &self.rule.name
    }

    /// Index of the column that a name refers to.
    pub(crate) fn column_index(&self, name: &str) -> Option<usize> {
        self.rule.column_of(name)
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a row. It replaces an earlier one with the same key.
    pub(crate) fn insert(&mut self, key: &str, cells: LookupCells) -> Result<(), LookupTooLarge> {
        let cell_bytes = cells.iter().flatten().map(|cell| cell.len()).sum::<usize>();
        self.bytes += key.len() + cell_bytes + 16 * (cells.len() + 2);
        if self.bytes > MAX_BYTES {
            return Err(LookupTooLarge);
        }
        match self.rows.get_mut(key) {
            Some(known) if *known == cells => {}
            Some(known) => {
                self.replaced += 1;
                *known = cells;
            }
            None => {
                self.rows.insert(key.into(), cells);
            }
        }
        Ok(())
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    /// Cell of a key; none if it is empty, or the key is unknown.
    pub(crate) fn get(&self, key: &str, column: usize) -> Option<&str> {
        self.rows.get(key)?[column].as_deref()
    }
}
