//! Arguments and their help, nothing else.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use slotcast_core::{Audience, NaiveDate};
use slotcast_simulate::FileForm;

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

/// The words of the command line. A query that was copied with the comment above it is no flag.
pub(crate) fn given() -> impl Iterator<Item = OsString> {
    std::env::args_os().map(|word| match word.to_str().and_then(|text| text.strip_prefix("--")) {
        Some(rest) if rest.starts_with(char::is_whitespace) => format!(" --{rest}").into(),
        _ => word,
    })
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

/// A form of the files of a made inbox, by its name.
fn form() -> impl TypedValueParser<Value = FileForm> {
    PossibleValuesParser::new(FileForm::ALL.map(FileForm::as_str))
        .map(|name| name.parse().expect("it is one of the names"))
}

/// A number of units or of money. People write thousands with commas.
fn above_zero(text: &str) -> Result<f64, String> {
    let number: f64 = text.replace(',', "").parse().map_err(|_| "it is not a number".to_owned())?;
    if number.is_finite() && number > 0.0 { Ok(number) } else { Err("it must be above zero".to_owned()) }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Makes a small market, runs a night on it, shows the top of the ranked list
    Demo {
        /// Where inbox and lake of the demo go; what an earlier demo made there is replaced, anything else refused
        #[arg(long, value_name = "DIR", default_value = "demo")]
        out: PathBuf,
    },
    /// Makes a market whose truth is known: an inbox, and beside it what only the maker knows
    ///
    /// Writes `DIR/inbox`, `DIR/truth.parquet` and `DIR/slotcast.toml`. The same preset, settings and seed
    /// give the same bytes. `--show` prints every number that `--set` takes.
    Simulate {
        /// 2016, 2019, 2020 or kickstarter
        #[arg(long, value_name = "NAME", default_value = "2016")]
        preset: String,
        /// Every number from a file instead, as `--show` prints them
        #[arg(long, value_name = "FILE", conflicts_with = "preset")]
        spec: Option<PathBuf>,
        /// One number, such as demand.dispersion=2; may come more than once
        #[arg(long, value_name = "PATH=VALUE")]
        set: Vec<String>,
        /// Another market of the same kind
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// Folder for inbox, truth and settings; what was made there is replaced, anything else refused
        #[arg(long, value_name = "DIR", required_unless_present = "show")]
        out: Option<PathBuf>,
        /// Form of the files
        #[arg(long, value_parser = form(), default_value = "csv")]
        form: FileForm,
        /// Only what is known before this moment [default: the evening before the next line-up is decided]
        #[arg(long, value_name = "TIMESTAMP")]
        until: Option<String>,
        /// Only what became known from this moment on, added to the inbox that is there
        #[arg(long, value_name = "TIMESTAMP")]
        since: Option<String>,
        /// Slots that are made at once
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
        threads: u16,
        /// Print the numbers and make nothing
        #[arg(long)]
        show: bool,
    },
    /// Takes an inbox into the lake
    Ingest {
        /// Folder with one folder or file pattern a table
        inbox: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Builds the relations that new facts touch, and audits them
    Stats {
        /// Build everything anew
        #[arg(long)]
        full: bool,
        /// Say what was built and why, and how long each phase took
        #[arg(long)]
        explain: bool,
        /// The most memory that the engine may hold before it spills [default: `[stats] memory_mib`, else no limit]
        #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(64..))]
        memory: Option<u32>,
    },
    /// Fits and calibrates models; one that proves better takes over the ranking
    Train {
        /// Put the model that ranked before the last change back in its place, for eight slots at least
        #[arg(long)]
        rollback: bool,
    },
    /// Predicts past slots from what was known before each of them
    Backtest {
        /// First slot date
        #[arg(long)]
        from: NaiveDate,
        /// Last slot date
        #[arg(long)]
        to: NaiveDate,
        /// Fit anew every so many slots [default: `[backtest] refit_slots`, else 4]
        #[arg(long, value_name = "SLOTS", value_parser = clap::value_parser!(u32).range(1..=520))]
        refit_every: Option<u32>,
        /// Beside them models that never rank: a count regression, a forest, boosted trees, like-item neighbours
        #[arg(long)]
        references: bool,
    },
    /// Holds the latest backtest, or else the ranked list, against a simulator's truth
    ///
    /// Log loss and Brier score are those to expect under the true chance (`p_hit_knowable`), and hits are
    /// those to expect of the best offers of each slot, as many as it has seats, by the model, by habits
    /// (most alerts, categories that won in the last slot, chance) and by the truth itself.
    Evaluate {
        /// The truth that `slotcast simulate` wrote beside its inbox
        #[arg(long, value_name = "FILE")]
        truth: PathBuf,
        /// Evaluate what an older run made visible
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
    },
    /// Scores and ranks the offers of the next slot
    Rank,
    /// Writes page, workbook, CSV, JSON and Parquet
    Publish {
        #[command(flatten)]
        readers: Readers,
        /// Retract what this run published: readers see what was published before it
        #[arg(long, value_name = "RUN_ID", conflicts_with = "internal")]
        retract: Option<String>,
    },
    /// All of it in order; safe to run twice
    Nightly {
        /// Folder with one folder or file pattern a table
        #[arg(long)]
        inbox: PathBuf,
        #[command(flatten)]
        source: Source,
    },
    /// Answers a question in SQL over the relations of a run
    ///
    /// `--describe` lists the relations; `--describe NAME` says what a row and each column of one is, and
    /// gives questions that may be asked. SELECT only, one at a time.
    Sql {
        /// The question, such as "select * from slot_summary"
        #[arg(required_unless_present = "describe")]
        query: Option<String>,
        /// List the relations, or say what one holds
        #[arg(long, value_name = "NAME", num_args = 0..=1, conflicts_with = "query")]
        describe: Option<Option<String>>,
        /// Ask an older run
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
        #[command(flatten)]
        limits: SqlLimits,
        #[command(flatten)]
        readers: Readers,
    },
    /// Tells why an offer stands where it stands, and what would be under other terms
    ///
    /// The chance, what it is made of, the offer's record and signals, similar past campaigns. Other terms are
    /// answered within the range of past campaigns.
    Explain {
        /// The offer, as `rankings` and the page name it
        id: String,
        /// Its chance to reach this threshold instead
        #[arg(long, value_name = "M", value_parser = above_zero)]
        threshold: Option<f64>,
        /// At this price instead
        #[arg(long, value_name = "P", value_parser = above_zero)]
        price: Option<f64>,
        /// With this capacity instead
        #[arg(long, value_name = "C", value_parser = above_zero)]
        capacity: Option<f64>,
        /// As an older run saw it
        #[arg(long, value_name = "RUN_ID")]
        run: Option<String>,
        #[command(flatten)]
        readers: Readers,
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
pub(crate) struct Readers {
    /// For people of the house: with cost, margin and what follows from them
    #[arg(long)]
    internal: bool,
}

impl Readers {
    pub(crate) fn audience(&self) -> Audience {
        if self.internal { Audience::Internal } else { Audience::Everyone }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SqlLimits {
    /// The most rows to print; 0: all [default: `[sql] rows`, else 10000, in a table; all in other formats]
    #[arg(long, value_name = "ROWS")]
    pub(crate) limit: Option<usize>,
    /// How long the query may take; 0: as long as it needs [default: `[sql] seconds`, else 60]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
    /// The most memory that it may hold before it spills, up to eight times that, to temporary files [default: `[sql] memory_mib`, else 1024]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) memory: Option<u32>,
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
