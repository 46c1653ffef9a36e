//! Lookups: cells of other files of the inbox, found by a key.

/// Rule for cells of other files. Their names are `NAME.column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LookupRule {
    pub(crate) name: String,
    /// Pattern of the other files.
    pub(crate) pattern: String,
    /// Column of the own file with the key.
    pub(crate) on: String,
    /// Column of the other files with the key.
    pub(crate) key: String,
    /// Columns of the other files that the mapping reads.
    pub(crate) columns: Vec<String>,
}

impl LookupRule {
    /// Column of the other files that a name refers to; none if it belongs to another file.
    pub(crate) fn column_of(&self, name: &str) -> Option<usize> {
        let column = column_of(&self.name, name)?;
        self.columns.iter().position(|own| *own == column)
    }
}

/// Column of another file in a name such as `orders.status`.
pub(super) fn column_of(lookup: &str, name: &str) -> Option<String> {
    let column = name.strip_prefix(lookup)?.strip_prefix('.')?;
    (!column.is_empty()).then(|| column.to_owned())
}
