//! Records of inbox files: discovery, decompression, decoding, row boundaries.

pub(crate) mod compression;
pub(crate) mod csv;
pub(crate) mod csv_dialect;
mod csv_quoted;
pub(crate) mod encoding;
pub(crate) mod file;
pub(crate) mod inbox;
mod json_fields;
mod ndjson;
pub(crate) mod panic_guard;
mod parquet;
mod read_window;
pub(crate) mod record;
pub(crate) mod record_reader;
mod sniff;
#[cfg(test)]
mod tests;
