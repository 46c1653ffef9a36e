//! Groups of options that several verbs share.

use std::path::PathBuf;

use clap::Args;
use slotcast_core::Audience;

// Source of an inbox. A doc comment would replace the help of the verb.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Mapping from a foreign format to the input tables
    #[arg(long, value_name = "MAPPING.toml")]
    pub(crate) source: Option<PathBuf>,
    /// Load history: date facts by when they were recorded or occurred, not by when they are ingested
    #[arg(long)]
    pub(crate) history: bool,
    /// Refuse a file if any of its rows is bad
    #[arg(long)]
    pub(crate) strict: bool,
    /// Load a retracted file of the inbox again; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) reload: Vec<String>,
}

// Readers of an output. A doc comment would replace the help of the verb.
#[derive(Debug, Args)]
pub(crate) struct AudienceArgs {
    /// Include cost, margin and columns derived from them; for internal use only
    #[arg(long)]
    internal: bool,
}

impl AudienceArgs {
    pub(crate) fn audience(&self) -> Audience {
        if self.internal { Audience::Internal } else { Audience::Everyone }
    }
}

// Place of a run among others. A doc comment would replace the help of the verb.
#[derive(Debug, Args)]
pub(crate) struct LatestArgs {
    /// Let `published/latest` and queries show this run, although a run for a later time exists
    #[arg(long)]
    pub(crate) make_latest: bool,
}

// Limits of a query. A doc comment would replace the help of the verb.
#[derive(Debug, Args)]
pub(crate) struct SqlLimits {
    /// Maximum number of rows to print, 0 for all [default: `[sql] rows`, else 10000, for tables; all for other formats]
    #[arg(long, value_name = "ROWS")]
    pub(crate) limit: Option<usize>,
    /// Maximum duration of the query, 0 for no limit [default: `[sql] seconds`, else 60]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
    /// Maximum memory before the query spills to temporary files of up to eight times that [default: `[sql] memory_mib`, else 1024]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) memory: Option<u32>,
}
