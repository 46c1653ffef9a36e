//! Ranking: from scored offers to an ordered and explained list.
//!
//! Pure functions of plain `core` types. This crate has no files, no clock, no query engine, no random numbers and no
//! dependency on the models.

// Modules in reading order: each uses only those above it.

mod rank_by;

mod reasons;

mod order;

mod changes;

mod near_duplicates;

#[cfg(test)]
mod testing;

pub use changes::top_changes;
pub use near_duplicates::{TitledOffer, near_duplicates};
pub use order::rank;
pub use rank_by::{HIGH_BASE_RATE, RankBy, UnknownRankBy};
pub use reasons::{MAX_REASONS_PER_DIRECTION, MIN_REASON_LOG_ODDS, top_reasons};
