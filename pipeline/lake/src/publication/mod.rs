//! Publications: copies of runs as plain Parquet files, and their retraction.

mod names;
mod publications;
mod retraction;

pub use publications::Publications;
pub use retraction::Publication;

pub(crate) use names::{is_temporary_publication, run_of};
