//! Account of a lookup.

/// Account of the cells that a file looked up in other files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupReport {
    /// Name of the lookup.
    pub name: String,
    /// Keys of the other files.
    pub keys: u64,
    /// Rows of the other files that replaced other cells of the same key.
    pub replaced: u64,
    /// Rows of the other files that could not be read, or have no key.
    pub unread: u64,
    /// Rows without a match.
    pub unmatched: u64,
}
