//! A file of a simulated inbox.

/// Path and content of a file of an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketFile {
    /// Path relative to the inbox, e.g. `campaigns/campaigns.csv`.
    pub path: String,
    /// Content of the file.
    pub bytes: Vec<u8>,
}
