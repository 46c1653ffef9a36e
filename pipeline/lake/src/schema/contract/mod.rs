//! Input tables: names, columns, types and keys, independent of any engine.
//!
//! Every fact also has its provenance: the time at which it could be known, and the file and line that
//! contained it. `source_file_id` numbers the files of a lake in the order of ingestion, by batch and then
//! by name. `ingest_files` contains their names.

// Modules in reading order.

mod data_types;

mod column;

mod table;
mod tables;

mod ledgers;

pub use column::{ATTRIBUTE_PREFIX, ColumnKind, ContractColumn};
pub use data_types::{WEEK_MICROS, instant_type, money_type, week_of};
pub use ledgers::{ingest_files_schema, rejects_schema};
pub use table::{ContractTable, PROVENANCE};
pub use tables::TABLES;
