//! Query sessions of the engine: their memory, tables and functions.

mod memory;
mod session;
mod sql_functions;
mod tables;
mod window_functions;

pub use memory::MemoryLimit;
pub(crate) use memory::memory_pool;
pub use session::Session;
pub(crate) use session::new_context;
pub(crate) use tables::{
    QueryResult, empty_table, memory_table, parquet_files, parquet_table, required_column, schema_of,
};
