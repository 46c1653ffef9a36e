//! Batches: parallel reading, ordered buffering, deduplication, replaced rows, part files.

mod attempt;
mod chunk_slice;
mod dedup;
mod entity_sort;
mod error_rate;
mod gather;
pub(crate) mod ingest;
mod lookup_cache;
mod part_writer;
pub(crate) mod replaced_rows;
mod row_hash;
pub(crate) mod settings;
mod signal_sums;
mod week_buffer;
