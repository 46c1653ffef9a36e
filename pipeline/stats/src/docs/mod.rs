//! Documentation of relations for users: heads of `.sql` files, the catalog of relations that Rust writes, examples.

mod catalog;
mod examples;
mod relation_doc;
mod relations_page;

pub use examples::{ExampleQuery, examples};
pub use relation_doc::{ColumnDoc, RelationDoc, header, relation_doc, user_relations};
pub(crate) use relation_doc::{audit_doc, is_user_relation};
pub use relations_page::relations_page;
