//! From facts to relations, in SQL, each relation a `.sql` file.
//!
//! This room holds the one query engine and opens the only sessions. SQL computes
//! facts; what is fitted is fitted in Rust and comes in as a table. A session
//! speaks for one moment: `$as_of` is bound when a relation is planned. Nothing
//! here writes: relations go out as record batches.

mod audit;
mod calendar_tables;
mod error;
mod materialize;
mod priors;
mod query;
mod registry;
mod session;

pub use audit::Finding;
pub use error::StatsError;
pub use materialize::{Build, Built, build, product_slots_for};
pub use query::{QueryLimits, UserSession};
pub use registry::{AUDITS, Kind, Layer, RELATIONS, Relation};
pub use session::{Question, Session};
