//! Options of all verbs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use slotcast_core::NaiveDate;

#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArgs {
    /// Folder of the lake [default: ./lake]
    #[arg(long, global = true, value_name = "DIR", env = "SLOTCAST_LAKE")]
    pub(crate) lake: Option<PathBuf>,
    /// Settings file [default: ./slotcast.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE", env = "SLOTCAST_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Date of the run, such as 2015-03-06T10:00:00-03:00: only facts known by then count [default: now]
    #[arg(long, global = true, value_name = "TIMESTAMP")]
    pub(crate) as_of: Option<String>,
    /// Slot to rank: the local date on which it opens [default: the next slot]
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) slot: Option<NaiveDate>,
    /// Language of reasons and pages
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Language>,
    /// Output format of data
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Wait up to this many seconds for the lake's write lock [default: no wait]
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
    pub(crate) wait: u64,
    /// Print only warnings and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print more details
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Ko,
    En,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Csv,
    Json,
    Parquet,
}
