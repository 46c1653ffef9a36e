//! From facts to relations, in SQL, each relation a `.sql` file.
//!
//! This room holds the one query engine and opens the only sessions. SQL computes
//! facts; what is fitted is fitted in Rust and comes in as a table. A session
//! speaks for one moment: `$as_of` is bound when a relation is planned. Files are
//! written beside those of the lake; what names them is for the caller to commit.

mod audit;
mod build;
mod calendar_tables;
mod days_table;
mod describe;
mod error;
mod grain;
mod page;
mod priors;
mod query;
mod registry;
mod session;
mod sheets;
mod staging;
mod windows;

pub use audit::Finding;
pub use build::{Base, Build, BuiltRelation, Manner, Rebuilt, Shelf, build, look_back, open_built};
pub use describe::{
    Described, DescribedColumn, Example, Header, described, examples, header, user_relations,
};
pub use error::StatsError;
pub use page::page;
pub use query::{Answer, Limits, Table, UserSession};
pub use registry::{AUDITS, Kind, RELATIONS, Relation, Step, is_working, kept_names};
pub use session::{Memory, Question, Session};
pub use sheets::{Beside, sheets};
