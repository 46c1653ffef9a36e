//! Command-line arguments and their help.

mod common;
mod groups;

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use slotcast_core::NaiveDate;
use slotcast_simulate::OutputFormat;

pub(crate) use common::{CommonArgs, Format, Language};
pub(crate) use groups::{AudienceArgs, LatestArgs, SourceArgs, SqlLimits};

/// Rank the candidates of a made-to-order marketplace by their probability of
/// reaching the minimum order quantity in the next weekly slot.
#[derive(Debug, Parser)]
#[command(name = "slotcast", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The arguments of the process. A query that starts with an SQL comment (`-- `) is no flag.
pub(crate) fn raw_args() -> impl Iterator<Item = OsString> {
    std::env::args_os().map(|arg| match arg.to_str().and_then(|text| text.strip_prefix("--")) {
        Some(rest) if rest.starts_with(char::is_whitespace) => format!(" --{rest}").into(),
        _ => arg,
    })
}

/// Parses the name of a file format.
fn file_format() -> impl TypedValueParser<Value = OutputFormat> {
    PossibleValuesParser::new(OutputFormat::ALL.map(OutputFormat::as_str))
        .map(|name| name.parse().expect("a listed name"))
}

/// Parses a positive number of units or money, with or without thousands separators.
fn positive_number(text: &str) -> Result<f64, String> {
    let number: f64 = text.replace(',', "").parse().map_err(|_| "it is not a number".to_owned())?;
    if number.is_finite() && number > 0.0 { Ok(number) } else { Err("it must be positive".to_owned()) }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a small market, run a night on it, and print the top of the ranked list
    Demo {
        /// Folder of the demo's inbox and lake; files of an earlier demo are replaced, a folder with other files is refused
        #[arg(long, value_name = "DIR", default_value = "demo")]
        out: PathBuf,
    },
    /// Simulate a market with known probabilities: an inbox, and the truth in a separate file
    ///
    /// Writes `DIR/inbox`, `DIR/truth.parquet` and `DIR/slotcast.toml`. The same preset, settings and seed
    /// give the same bytes. `--show` prints every parameter that `--set` accepts.
    Simulate {
        /// Preset: 2016, 2019, 2020 or kickstarter
        #[arg(long, value_name = "NAME", default_value = "2016")]
        preset: String,
        /// File with all parameters, in the format of `--show`
        #[arg(long, value_name = "FILE", conflicts_with = "preset")]
        spec: Option<PathBuf>,
        /// Value of one parameter, such as demand.dispersion=2; repeatable
        #[arg(long, value_name = "PATH=VALUE")]
        set: Vec<String>,
        /// Random seed
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// Folder for inbox, truth and settings; files of an earlier simulation are replaced, a folder with other files is refused
        #[arg(long, value_name = "DIR", required_unless_present = "show")]
        out: Option<PathBuf>,
        /// File format of the inbox
        #[arg(long, value_parser = file_format(), default_value = "csv")]
        form: OutputFormat,
        /// Write only facts known before this time [default: the evening before the next line-up is decided]
        #[arg(long, value_name = "TIMESTAMP")]
        until: Option<String>,
        /// Add only facts that became known at or after this time to the existing inbox
        #[arg(long, value_name = "TIMESTAMP")]
        since: Option<String>,
        /// Number of slots simulated in parallel
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
        threads: u16,
        /// Print the parameters and write nothing
        #[arg(long)]
        show: bool,
    },
    /// Load an inbox into the lake, or retract what was loaded
    ///
    /// `--retract` withdraws the facts of earlier loads from now on, or from `--as-of` on. Earlier states keep them,
    /// so past decisions can be repeated. With `--history` the facts never held.
    Ingest {
        /// Folder with one folder or file pattern per table
        #[arg(required_unless_present = "retract")]
        inbox: Option<PathBuf>,
        /// Retract a file, a batch or all files of a mapping, by its name in `ingest_files`; repeatable
        #[arg(long, value_name = "FILE|BATCH|MAPPING", conflicts_with_all = ["inbox", "source", "strict"])]
        retract: Vec<String>,
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Build the relations that new facts affect, and audit them
    Stats {
        /// Rebuild everything
        #[arg(long)]
        full: bool,
        /// List each rebuilt partition with the reason, and the duration of each phase
        #[arg(long)]
        explain: bool,
        /// Maximum memory of the engine before it spills [default: `[stats] memory_mib`, else no limit]
        #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(64..))]
        memory: Option<u32>,
    },
    /// Fit and calibrate the models, and promote one that performs better
    Train {
        /// Restore the previous champion, and suspend the current one for at least eight slots
        #[arg(long)]
        rollback: bool,
    },
    /// Predict past slots from the facts known before each of them
    Backtest {
        /// First slot date
        #[arg(long)]
        from: NaiveDate,
        /// Last slot date
        #[arg(long)]
        to: NaiveDate,
        /// Number of slots between two fits [default: `[backtest] refit_slots`, else 4]
        #[arg(long, value_name = "SLOTS", value_parser = clap::value_parser!(u32).range(1..=520))]
        refit_every: Option<u32>,
        /// Also score benchmark models (count regression, random forest, boosted trees, nearest neighbors); they are never promoted
        #[arg(long)]
        references: bool,
    },
    /// Compare the latest backtest, or else the ranked list, with the truth of a simulation
    ///
    /// Log loss and Brier score are expected values under the true probability (`p_hit_knowable`). Hits are the
    /// expected hits of the best offers of each slot, up to its number of seats. The offers are chosen by the
    /// model, by habits (most alerts, categories that won in the last slot, random choice), and by the truth.
    Evaluate {
        /// Truth file of `slotcast simulate`
        #[arg(long, value_name = "FILE")]
        truth: PathBuf,
        /// Older run to evaluate
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
    },
    /// Score and rank the offers of the next slot
    Rank {
        #[command(flatten)]
        latest: LatestArgs,
    },
    /// Write page, workbook, CSV, JSON and Parquet
    Publish {
        #[command(flatten)]
        readers: AudienceArgs,
        /// Retract the publication of this run, so that readers see the one before it
        #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["internal", "make_latest"])]
        retract: Option<String>,
        #[command(flatten)]
        latest: LatestArgs,
    },
    /// Run ingest, stats, train, rank and publish in order; safe to repeat
    Nightly {
        /// Folder with one folder or file pattern per table
        #[arg(long)]
        inbox: PathBuf,
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        latest: LatestArgs,
    },
    /// Query the relations of a run in SQL
    ///
    /// `--describe` lists the relations. `--describe NAME` documents the grain and columns of one, with example
    /// queries. Only a single read-only statement is allowed.
    Sql {
        /// Query, such as "select * from slot_summary"
        #[arg(required_unless_present = "describe")]
        query: Option<String>,
        /// List the relations, or describe one
        #[arg(long, value_name = "NAME", num_args = 0..=1, conflicts_with = "query")]
        describe: Option<Option<String>>,
        /// Older run to query
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
        #[command(flatten)]
        limits: SqlLimits,
        #[command(flatten)]
        readers: AudienceArgs,
    },
    /// Explain an offer's rank and show what-if results under other terms
    ///
    /// Shows the probability, its contributions, the offer's track record and signals, and similar past
    /// campaigns. What-if terms must lie within the range of past campaigns.
    Explain {
        /// Id of the offer, as in `rankings` and on the page
        id: String,
        /// Other threshold
        #[arg(long, value_name = "M", value_parser = positive_number)]
        threshold: Option<f64>,
        /// Other price
        #[arg(long, value_name = "P", value_parser = positive_number)]
        price: Option<f64>,
        /// Other capacity
        #[arg(long, value_name = "C", value_parser = positive_number)]
        capacity: Option<f64>,
        /// Older run to explain
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
        #[command(flatten)]
        readers: AudienceArgs,
    },
    /// List the runs of the lake
    Runs,
    /// Remove files that no kept run needs: files of older runs and leftovers of killed runs
    Vacuum {
        /// Number of newest runs that stay readable [default: `[lake] keep_runs`, else 30]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        keep: Option<u32>,
        /// List the files without removing them
        #[arg(long)]
        dry_run: bool,
    },
    /// Erase a customer from the lake; the orders stay without a customer
    Forget {
        /// Customer id after mapping (for example 17850 if the mapping removes `.0`)
        id: String,
    },
}
