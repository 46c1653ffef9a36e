//! Privacy of customers: the salt of the lake, pseudonyms, and erasure.

// Modules in reading order.

mod salt;

mod erasure_ledger;
mod pseudonyms;

mod personal_table;

mod eraser;
mod erasure;

pub use erasure::Erasure;
pub use erasure_ledger::ErasureRow;
pub use pseudonyms::Pseudonyms;

pub(crate) use salt::ensure_salt;
