//! From scores to an ordered and explained list.
//!
//! Pure: plain types of `core` in, plain types out. This room touches no file,
//! no clock, no engine and no random numbers, and it does not know the models.

mod moved;
mod near_duplicates;
mod order;
mod rank_by;
mod reasons;

pub use moved::moved;
pub use near_duplicates::{Titled, near_duplicates};
pub use order::rank;
pub use rank_by::{EVERYTHING_HITS, RankBy, UnknownRankBy};
pub use reasons::{MOST_REASONS_EACH_WAY, WEAKEST_PUSH, top_reasons};

/// What several tests need: offers that differ only where a test says so.
#[cfg(test)]
mod sample;
