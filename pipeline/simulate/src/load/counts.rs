//! Numbers of rows written.

/// Rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableCounts {
    /// All rows, without the header.
    pub rows: u64,
    /// Rows that cannot be parsed.
    pub invalid: u64,
    /// Rows that repeat an earlier row of the same file, byte for byte.
    pub repeats: u64,
}

/// Rows of every table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadCounts {
    /// Name and rows of each table.
    pub tables: Vec<(&'static str, TableCounts)>,
}

impl LoadCounts {
    /// Rows of a table; zeros for a table without a file.
    pub fn table(&self, table: &str) -> TableCounts {
        self.tables.iter().find(|(name, _)| *name == table).map(|(_, counts)| *counts).unwrap_or_default()
    }

    /// Rows of all tables together.
    pub fn total(&self) -> TableCounts {
        self.tables.iter().fold(TableCounts::default(), |sum, (_, counts)| TableCounts {
            rows: sum.rows + counts.rows,
            invalid: sum.invalid + counts.invalid,
            repeats: sum.repeats + counts.repeats,
        })
    }
}
