//! Relations computed from facts, each defined by one `.sql` file.
//!
//! This crate owns the query engine and opens every session. SQL computes facts; anything fitted is fitted in Rust and
//! registered as a table. A session has one `as_of`, bound as `$as_of` when a relation is planned. Files are written
//! next to those of the lake; the caller commits them.

mod error;

mod engine;

mod registry;

mod docs;

mod calendar;
mod staging;

mod build;

mod reports;

mod query;

pub use build::{
    BuildContext, BuildOptions, BuildReport, BuiltRelation, Finding, PartitionStore, PreviousBuild,
    RebuiltPartition, SourceFile, SourceFiles, build, build_as_of, build_in_memory,
};
pub use docs::{
    ColumnDoc, ExampleQuery, RelationDoc, examples, header, relation_doc, relations_page, user_relations,
};
pub use engine::{MemoryLimit, Session};
pub use error::StatsError;
pub use query::{QueryLimits, QueryStream, QueryableRelation, UserSession, similar_names};
pub use registry::{
    AUDITS, Audit, BuildStep, RELATIONS, Relation, RelationHeader, RelationKind, is_intermediate,
    stored_names,
};
pub use reports::{ReportInputs, list_reports};
