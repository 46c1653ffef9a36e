//! Files of a lake: paths and names, atomic writes, Parquet, and snapshots of tables.

// Modules in reading order.

mod layout;
mod symlinks;

mod atomic_write;
mod config_file;
mod file_names;

mod time_range;

mod parquet_reader;
mod parquet_writer;

mod lake_types;
mod redaction;
mod snapshot;

mod fact_writer;

pub use fact_writer::{BatchFiles, FactWriter};
pub use lake_types::{cast_to_lake_types, with_run_id};
pub use layout::{Layout, Namespace, TableId};
pub use parquet_reader::{ParquetBatches, read_parquet, read_parquet_files};
pub use parquet_writer::UncommittedFile;
pub use snapshot::{DataFile, Snapshot};
pub use time_range::TimeRange;

pub(crate) use atomic_write::{flush_file, remove_file, sync_folder, write_atomically};
pub(crate) use config_file::{read_config, write_config};
pub(crate) use file_names::{
    batch_of, compacted_name, current_name, erased_name, is_temporary, parquet_files,
};
pub(crate) use parquet_reader::read_column;
pub(crate) use parquet_writer::{write_parquet, write_parquet_stream};
pub(crate) use redaction::write_redacted;
pub(crate) use symlinks::{is_file_name, is_real_folder, refuse_symlinks};
