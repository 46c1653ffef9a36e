//! Counts of facts by hash, and sets of row numbers.

use hashbrown::{HashTable, hash_table::Entry};

/// Counts of facts by hash. The table stores indices into a list, so it stays small.
pub(crate) struct DedupTable {
    table: HashTable<u32>,
    /// Hash and count of each fact.
    facts: Vec<(u128, u32)>,
}

impl DedupTable {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { table: HashTable::with_capacity(rows), facts: Vec::with_capacity(rows) }
    }

    /// Mutable count of a fact.
    pub(crate) fn count_mut(&mut self, hash: u128) -> &mut u32 {
        let Self { table, facts } = self;
        // Any 64 bits of the hash are uniform.
        let entry = table.entry(
            hash as u64,
            |index| facts[*index as usize].0 == hash,
            |index| facts[*index as usize].0 as u64,
        );
        let index = match entry {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let index = facts.len() as u32;
                facts.push((hash, 0));
                entry.insert(index);
                index
            }
        };
        &mut facts[index as usize].1
    }
}

/// A set of row numbers.
#[derive(Debug, Default)]
pub(crate) struct BitSet(Vec<u64>);

impl BitSet {
    pub(crate) fn insert(&mut self, row: usize) {
        let word = row / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (row % 64);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}
