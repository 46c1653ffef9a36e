//! Queries of users: read-only, over the relations that a run made visible, within limits.

mod catalog;
mod error_hints;
mod limits;
mod postgres;
mod runtime;
mod statement;
mod stream;
#[cfg(test)]
mod tests;
mod user_session;

pub use catalog::QueryableRelation;
pub use error_hints::similar_names;
pub use limits::QueryLimits;
pub use stream::QueryStream;
pub use user_session::UserSession;
