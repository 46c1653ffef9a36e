//! Relations, audits and reports, registered from the heads of their `.sql` files.
//!
//! A relation is one file: `build.rs` lists the files under `sql/`, the head of a file states its step and kind, and
//! the order within a step follows from the names that its text contains.

mod dependencies;
mod header;
mod kind;
mod registered;
mod source_files;

pub(crate) use dependencies::identifiers;
pub use header::RelationHeader;
pub(crate) use header::{CommentReader, SqlHeader};
pub use kind::{BuildStep, RelationKind};
pub use registered::{AUDITS, Audit, RELATIONS, Relation, is_intermediate, stored_names};
pub(crate) use registered::{
    BUILD_FILES, BUILD_MOVED_FACTS, BUILD_PARTITIONS, OFFER_FEATURES_NEXT, REPORTS, inputs_of_step, relation,
};
pub(crate) use source_files::{CATALOG, EXAMPLES};
