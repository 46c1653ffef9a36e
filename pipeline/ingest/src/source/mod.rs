//! Records of inbox files: discovery, decompression, decoding, row boundaries.

mod compression;
mod counting_reader;
mod csv;
mod csv_quoted;
pub(crate) mod encoding;
mod encoding_detection;
pub(crate) mod file;
pub(crate) mod file_kind;
pub(crate) mod file_layout;
pub(crate) mod hive;
pub(crate) mod inbox;
mod json;
mod json_cursor;
mod json_fields;
mod json_values;
pub(crate) mod panic_guard;
mod parquet;
mod plausibility;
mod read_window;
pub(crate) mod record;
pub(crate) mod record_reader;
mod sniff;
#[cfg(test)]
mod tests;
mod text_start;
mod transcoder;
mod workbook;
mod workbook_cells;
mod zip_member;
