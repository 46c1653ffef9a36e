//! Inbox to typed facts: source mappings, rejects, accounts.
//!
//! Rows are found here, because it must be said on which line each of them starts
//! (`rows`); polars applies mappings (`evaluate`); cells become exactly the types that the
//! lake keeps (`column`); facts are gathered by week, repeats go, and what is left is
//! sorted into parts (`weeks`, `flush`, `gather`).
//!
//! What holds for every file: source rows read = accepted + rejected + repeats +
//! filtered, and a row whose targets are not all valid loads none of them.
//!
//! This room reads the inbox and hands parts to the lake's writer; it asks no clock, prints
//! nothing, and does not know how the lake commits.

mod attributes;
mod batch;
mod checks;
mod column;
mod condition;
mod decimal;
mod derived;
mod error;
mod evaluate;
mod expression;
mod expression_text;
mod faults;
mod flush;
mod frame_to_arrow;
mod gather;
mod inbox;
mod instants;
mod mapping;
mod mapping_check;
mod mapping_text;
mod money;
mod plan;
mod progress;
mod read_file;
mod reason;
mod refused;
mod rejects;
mod row_hash;
mod rows;
mod sums;
mod tally;
mod time_form;
mod weeks;
mod words;

#[cfg(test)]
mod tests;

pub use attributes::AttributeKinds;
pub use batch::{Account, Batch, TakenIn, take_in};
pub use error::IngestError;
pub use inbox::{Inbox, InboxFile, scan_inbox};
pub use mapping::Mapping;
pub use progress::Progress;
pub use reason::Reason;
pub use refused::FileRefused;
pub use rejects::{Reject, rejects_to_batch};
