//! How far an ingest has come, for whoever shows it.

/// Hears of progress. Called from several threads.
pub trait Progress: Sync {
    /// A file is begun.
    fn file(&self, _name: &str) {}

    /// So many more bytes were read from the disk.
    fn bytes(&self, _more: u64) {}

    /// So many more rows were read.
    fn rows(&self, _more: u64) {}
}

/// Nobody listens.
impl Progress for () {}
