//! Inbox to typed facts: source mappings, rejects, accounts.
//!
//! The `csv` crate finds the rows, because it can say on which line each of them
//! starts; polars turns columns of text into typed columns and applies mappings;
//! arrow-rs has the last word, with exactly the types that the lake keeps.
//!
//! What holds for every file: source rows read = accepted + rejected + repeats +
//! filtered, and a row whose targets are not all valid loads none of them.
//!
//! This room reads files and nothing else: it writes none, asks no clock, prints
//! nothing, and does not know how the lake commits what it hands over.

mod attributes;
mod checks;
mod condition;
mod error;
mod expression;
mod facts;
mod frame;
mod frame_to_arrow;
mod inbox;
mod instants;
mod mapping;
mod mapping_text;
mod money;
mod plan;
mod reason;
mod refused;
mod rejects;
mod row_hash;
mod settle;
mod source;
mod sums;
mod take_in;
mod typed;

#[cfg(test)]
mod tests;

pub use attributes::AttributeKinds;
pub use error::IngestError;
pub use inbox::{Inbox, InboxFile, scan_inbox};
pub use mapping::Mapping;
pub use reason::Reason;
pub use refused::FileRefused;
pub use rejects::{Reject, rejects_to_batch};
pub use settle::{BatchRows, KnownRows};
pub use take_in::{Account, TakeIn, TakenIn, take_in};
