//! Why a market cannot be made.

use std::io;

use slotcast_core::{CalendarError, Hint};
use thiserror::Error;

use crate::market::Preset;

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
    /// A number outside of its range.
    #[error("`{name}` is within {least} and {most}, not {value}")]
    Range {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its least value.
        least: f64,
        /// Its greatest value.
        most: f64,
    },
    /// A setting that there is not.
    #[error("there is no setting `{path}`")]
    NoSuchSetting {
        /// What was asked for.
        path: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A preset that there is not.
    #[error("there is no preset `{name}`")]
    NoSuchPreset {
        /// What was asked for.
        name: String,
    },
    /// A specification that says something else than numbers of a market.
    #[error("{message}")]
    Spec {
        /// What is wrong.
        message: String,
    },
    /// A zone that there is not.
    #[error("there is no time zone `{zone}`")]
    Zone {
        /// What was asked for.
        zone: String,
    },
    /// Columns that do not fit together.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// Parquet that could not be written.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
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
            Self::NoSuchPreset { .. } => {
                let names = Preset::ALL.map(|preset| format!("`{preset}`"));
                Some(format!("there are {}", names.join(", ")))
            }
            Self::NoSuchSetting { path, known } => {
                let last = path.rsplit('.').next().unwrap_or(path);
                let like = known.iter().find(|known| known.ends_with(&format!(".{last}")));
                Some(match like {
                    Some(like) => format!("perhaps `{like}`"),
                    None => "`slotcast simulate --show` lists every setting".to_owned(),
                })
            }
            Self::Zone { .. } => Some("zones have IANA names, such as `Asia/Seoul`".to_owned()),
            Self::Calendar(_)
            | Self::Count { .. }
            | Self::Range { .. }
            | Self::Spec { .. }
            | Self::Arrow(_)
            | Self::Parquet(_)
            | Self::Csv { .. }
            | Self::Write { .. } => None,
        }
    }
}
