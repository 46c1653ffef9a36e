//! Incremental build of the relations.
//!
//! Facts are staged and counted by partition: the campaigns of a slot, the days from one opening to the next. Results
//! are stored in files of a few partitions each, together with fingerprints of their inputs ([`partition`]). A build
//! compares these fingerprints with the lake, rebuilds the partitions that differ, and reuses the others. A full
//! build has no fingerprints to compare. Both run the same queries over the same rows.

mod aggregates;
mod audits;
mod build_state;
mod builder;
mod context;
mod dimensions;
mod fact_reader;
mod fact_sources;
mod fact_tables;
mod features;
mod file_index;
mod fingerprint;
mod grain;
mod key_search;
mod known_files;
mod market;
mod materialize;
mod moved_facts;
mod moves;
mod orders;
mod partition;
mod partition_rows;
mod partition_store;
mod priors;
mod product_counts;
mod recording;
mod report;
mod run;
mod schemas;
mod session_tables;
mod source_files;
mod stale;
mod workers;

pub use audits::Finding;
pub use context::{BuildContext, BuildOptions, PreviousBuild};
pub use partition_store::PartitionStore;
pub use report::{BuildReport, BuiltRelation, RebuiltPartition};
pub use run::{build, build_as_of, build_in_memory};
pub use source_files::{SourceFile, SourceFiles};
