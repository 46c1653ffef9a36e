//! Why a market cannot be made.

use std::io;

use chrono::NaiveDate;
use slotcast_core::{CalendarError, Hint};
use thiserror::Error;

/// A market that cannot be made.
#[derive(Debug, Error)]
pub enum SimulateError {
    /// The first slot is no slot of the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A count that must be above zero, or is too large to make.
    #[error("`{name}` is within 1 and {most}, not {value}")]
    Count {
        /// The setting.
        name: &'static str,
        /// Its greatest value.
        most: u64,
        /// Its value.
        value: u64,
    },
    /// The market does not reach the slot that would be ranked.
    #[error("the slot after `as_of` opens on {next}, but the market runs from {first} to {last}")]
    OtherTime {
        /// The slot after `as_of`.
        next: NaiveDate,
        /// The first slot of the market.
        first: NaiveDate,
        /// The last slot for which candidates are made.
        last: NaiveDate,
    },
    /// A row could not be written as CSV.
    #[error("a row of `{table}` could not be written as CSV")]
    Csv {
        /// The table.
        table: &'static str,
        /// What the writer says.
        #[source]
        source: csv::Error,
    },
    /// A file of the inbox could not be written.
    #[error("`{path}` could not be written")]
    Write {
        /// Where it belongs, relative to the inbox.
        path: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl Hint for SimulateError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::OtherTime { .. } => {
                Some("move `first_slot` or `as_of`, or change the number of slots".to_owned())
            }
            Self::Calendar(_) | Self::Count { .. } | Self::Csv { .. } | Self::Write { .. } => None,
        }
    }
}
