//! Errors of the simulation.

use std::io;

use slotcast_core::{CalendarError, Hint};
use thiserror::Error;

/// An error that prevents a market from being simulated or written.
#[derive(Debug, Error)]
pub enum SimulateError {
    /// The first slot is not a slot of the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A count outside its range.
    #[error("`{name}` must be between 1 and {max}, not {value}")]
    Count {
        /// Name of the setting.
        name: &'static str,
        /// Largest allowed value.
        max: u64,
        /// Value given.
        value: u64,
    },
    /// A number outside its range.
    #[error("`{name}` must be between {min} and {max}, not {value}")]
    Range {
        /// Name of the setting.
        name: &'static str,
        /// Value given.
        value: f64,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
    },
    /// A setting that does not exist.
    #[error("unknown setting `{path}`")]
    UnknownSetting {
        /// Path given.
        path: String,
        /// Paths of all settings.
        known: Vec<String>,
    },
    /// A preset that does not exist.
    #[error("unknown preset `{name}`")]
    UnknownPreset {
        /// Name given.
        name: String,
        /// Names of all presets.
        known: Vec<String>,
    },
    /// A specification that cannot be read.
    #[error("{message}")]
    Spec {
        /// Rule and value.
        message: String,
    },
    /// A time zone that does not exist.
    #[error("unknown time zone `{zone}`")]
    Zone {
        /// Name given.
        zone: String,
    },
    /// Columns that do not form a table.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file that could not be written.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A CSV row that could not be written.
    #[error("cannot write a row of `{table}` as CSV")]
    Csv {
        /// Name of the table.
        table: &'static str,
        /// Error of the CSV writer.
        #[source]
        source: csv::Error,
    },
    /// A file of the inbox that could not be written.
    #[error("cannot write `{path}`")]
    Write {
        /// Path relative to the inbox.
        path: String,
        /// Error of the operating system.
        #[source]
        source: io::Error,
    },
}

impl Hint for SimulateError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownPreset { known, .. } => {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                Some(format!("available presets: {}", names.join(", ")))
            }
            Self::UnknownSetting { path, known } => {
                let last = path.rsplit('.').next().unwrap_or(path);
                let similar = known.iter().find(|known| known.ends_with(&format!(".{last}")));
                Some(match similar {
                    Some(similar) => format!("did you mean `{similar}`?"),
                    None => "`slotcast simulate --show` lists every setting".to_owned(),
                })
            }
            Self::Zone { .. } => Some("use an IANA name such as `Asia/Seoul`".to_owned()),
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
