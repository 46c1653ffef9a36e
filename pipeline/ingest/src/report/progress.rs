//! Progress of an ingest, for a progress bar.

/// Receives progress events. Several threads call it.
pub trait Progress: Sync {
    /// Reading of a file starts.
    fn file(&self, _name: &str) {}

    /// This many more bytes were read from disk.
    fn bytes(&self, _more: u64) {}

    /// This many more rows were read.
    fn rows(&self, _more: u64) {}
}

/// Ignores all events.
impl Progress for () {}
