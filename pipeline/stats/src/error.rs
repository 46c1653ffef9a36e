//! What can go wrong between facts and relations.

use slotcast_core::Hint;
use thiserror::Error;

/// A relation that could not be built, or a query that could not be answered.
#[derive(Debug, Error)]
pub enum StatsError {
    /// A relation of ours failed.
    #[error("relation `{relation}` could not be built: {source}")]
    Relation {
        /// The relation.
        relation: String,
        /// Why.
        #[source]
        source: Box<datafusion::error::DataFusionError>,
    },
    /// An audit found rows.
    #[error("audit `{audit}` failed: {meaning}; {rows} row(s), first: {first}")]
    Audit {
        /// The audit.
        audit: &'static str,
        /// What its rows mean.
        meaning: String,
        /// How many rows it returned.
        rows: usize,
        /// The first keys.
        first: String,
    },
    /// A user's query failed.
    #[error("the query failed: {message}")]
    Query {
        /// Why.
        message: String,
        /// What may help.
        hint: String,
    },
    /// A user's query is more than a question.
    #[error("only questions are answered here (SELECT, EXPLAIN, DESCRIBE, SHOW TABLES): {0}")]
    NotAQuestion(String),
    /// A relation that is not there, or may not be asked.
    #[error("there is no relation `{name}`")]
    NoRelation {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// A column that is not there.
    #[error("there is no column `{name}` in what is asked")]
    NoColumn {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// A query took more time than it was given.
    #[error("the query was stopped after {seconds} s, the time it is given")]
    TooLong {
        /// The limit.
        seconds: u64,
    },
    /// A query needs more memory than it may hold.
    #[error("the query needs more than {mib} MiB of memory, what it may hold{}", held_by(holder.as_deref()))]
    TooMuchMemory {
        /// The limit.
        mib: u64,
        /// Which part of the plan held most.
        holder: Option<String>,
    },
    /// A query needs more room for temporary files than it is given.
    #[error("the query needs more than {mib} MiB of temporary files, eight times the memory it may hold")]
    TooMuchDisk {
        /// The limit.
        mib: u64,
    },
    /// Something that should not happen.
    #[error("{0}")]
    Internal(String),
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] datafusion::error::DataFusionError),
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] slotcast_lake::LakeError),
}

impl StatsError {
    pub(crate) fn relation(name: &str) -> impl FnOnce(datafusion::error::DataFusionError) -> Self {
        let relation = name.to_owned();
        move |source| Self::Relation { relation, source: Box::new(source) }
    }
}

fn held_by(holder: Option<&str>) -> String {
    holder.map(|holder| format!(" (most of it in `{holder}`)")).unwrap_or_default()
}

impl Hint for StatsError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Audit { .. } => {
                Some("the run stopped before ranking; what was published last is still published".to_owned())
            }
            Self::NotAQuestion(_) => Some(
                "one SELECT, such as \"select * from slot_summary\"; facts come in through `slotcast ingest`"
                    .to_owned(),
            ),
            Self::Query { hint, .. } | Self::NoRelation { hint, .. } | Self::NoColumn { hint, .. } => {
                Some(hint.clone())
            }
            Self::TooLong { seconds } => Some(format!(
                "`--timeout {}` gives it more time, `--timeout 0` all it needs; fewer rows make it shorter",
                seconds.saturating_mul(10).max(60)
            )),
            Self::TooMuchMemory { mib, .. } => Some(format!(
                "`--memory {}` lets it hold more; so does asking for fewer columns, groups or joined rows",
                mib.saturating_mul(4)
            )),
            Self::TooMuchDisk { mib } => {
                Some(format!("`--memory {}` gives it more of both, or ask for fewer rows", mib / 2))
            }
            Self::Lake(error) => error.hint(),
            _ => None,
        }
    }
}
