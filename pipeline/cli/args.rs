//! Arguments and their help, nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use slotcast_core::NaiveDate;

/// Ranks the candidates of a made-to-order marketplace by their chance of
/// reaching the minimum order quantity in the next weekly slot.
#[derive(Debug, Parser)]
#[command(name = "slotcast", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Folder of the lake [default: ./lake]
    #[arg(long, global = true, value_name = "DIR", env = "SLOTCAST_LAKE")]
    pub(crate) lake: Option<PathBuf>,
    /// Settings file [default: ./slotcast.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "SLOTCAST_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The moment the run speaks for, such as 2015-03-06T10:00:00-03:00 [default: now]
    #[arg(long, global = true, value_name = "TIMESTAMP")]
    pub(crate) as_of: Option<String>,
    /// The slot to rank, by the local date on which it opens [default: the next one]
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) slot: Option<NaiveDate>,
    /// Language of reasons and page
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Language>,
    /// How data is printed
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Wait so long for another slotcast that writes to the lake [default: not at all]
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 0, hide_default_value = true)]
    pub(crate) wait: u64,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more
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

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Makes a small market, runs a night on it, shows the top of the ranked list
    Demo {
        /// Where inbox and lake of the demo go; what is there is replaced
        #[arg(long, value_name = "DIR", default_value = "demo")]
        out: PathBuf,
    },
    /// Takes an inbox into the lake
    Ingest {
        /// Folder with one folder or file pattern a table
        inbox: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Builds the relations and audits them
    Stats,
    /// Fits, calibrates and promotes a model
    Train,
    /// Predicts past slots from what was known before each of them
    Backtest {
        /// First slot date
        #[arg(long)]
        from: NaiveDate,
        /// Last slot date
        #[arg(long)]
        to: NaiveDate,
        /// Fit anew every so many slots
        #[arg(long, value_name = "SLOTS", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=520))]
        refit_every: u32,
    },
    /// Scores and ranks the offers of the next slot
    Rank,
    /// Writes page, CSV, JSON and Parquet
    Publish,
    /// All of it in order; safe to run twice
    Nightly {
        /// Folder with one folder or file pattern a table
        #[arg(long)]
        inbox: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Answers a question in SQL over the relations of a run
    Sql {
        /// The question
        #[arg(required_unless_present = "describe")]
        query: Option<String>,
        /// List the relations, or the columns of one
        #[arg(long, value_name = "NAME", num_args = 0..=1, conflicts_with = "query")]
        describe: Option<Option<String>>,
        /// Ask an older run
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
        /// The most rows to return
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Lists the runs of the lake
    Runs,
    /// Removes what no kept run needs: files of older runs, and what killed runs left
    Vacuum {
        /// How many of the newest runs stay readable [default: 30, or `keep_runs` under `[lake]`]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        keep: Option<u32>,
        /// Only list what would go
        #[arg(long)]
        dry_run: bool,
    },
    /// Erases a customer from the lake; orders stay, and nobody's name is on them
    Forget {
        /// The customer's id, as the mapping gives it (for example 17850 where it cuts `.0` off)
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Mapping of a foreign shape to the contract's tables
    #[arg(long, value_name = "MAPPING.toml")]
    pub(crate) source: Option<PathBuf>,
    /// A load of history: facts count as known when they were recorded or happened, not from now on
    #[arg(long)]
    pub(crate) history: bool,
    /// Any bad row refuses its file
    #[arg(long)]
    pub(crate) strict: bool,
}
