//! Errors of building relations and of running queries.

use slotcast_core::Hint;
use thiserror::Error;

/// A relation that could not be built, or a query that failed.
#[derive(Debug, Error)]
pub enum StatsError {
    /// A relation could not be computed.
    #[error("relation `{relation}` could not be built: {source}")]
    Relation {
        /// Name of the relation.
        relation: String,
        /// Error of the engine.
        #[source]
        source: Box<datafusion::error::DataFusionError>,
    },
    /// An audit found rows.
    #[error("audit `{audit}` failed: {meaning}; {rows} row(s), first: {first}")]
    Audit {
        /// Name of the audit.
        audit: &'static str,
        /// Meaning of its rows.
        meaning: String,
        /// Number of rows.
        rows: usize,
        /// First keys.
        first: String,
    },
    /// A user's query failed.
    #[error("the query failed: {message}")]
    Query {
        /// Message of the engine.
        message: String,
        /// Remedy.
        hint: String,
    },
    /// A statement that is not read-only, or more than one.
    #[error("only read-only statements are allowed (SELECT, EXPLAIN, DESCRIBE, SHOW TABLES): {0}")]
    NotReadOnly(String),
    /// A relation that does not exist or must not be read.
    #[error("there is no relation `{name}`")]
    UnknownRelation {
        /// Name in the query.
        name: String,
        /// Remedy.
        hint: String,
    },
    /// A column that does not exist.
    #[error("there is no column `{name}` in the relations of the query")]
    UnknownColumn {
        /// Name in the query.
        name: String,
        /// Remedy.
        hint: String,
    },
    /// A query reached its time limit.
    #[error("the query timed out after {seconds} s")]
    TimedOut {
        /// Limit in seconds.
        seconds: u64,
    },
    /// A query reached its memory limit.
    #[error("the query needs more than {mib} MiB of memory, its limit{}", held_by(holder.as_deref()))]
    MemoryExceeded {
        /// Limit in MiB.
        mib: u64,
        /// Operator of the plan that held most memory.
        holder: Option<String>,
    },
    /// A query reached the limit of temporary files.
    #[error("the query needs more than {mib} MiB of temporary files, eight times its memory limit")]
    DiskExceeded {
        /// Limit in MiB.
        mib: u64,
    },
    /// A defect of slotcast.
    #[error("{0}")]
    Internal(String),
    /// An error of the engine.
    #[error(transparent)]
    Engine(#[from] datafusion::error::DataFusionError),
    /// An error of Arrow.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// An error of the lake.
    #[error(transparent)]
    Lake(#[from] slotcast_lake::LakeError),
}

impl StatsError {
    /// The error of a relation, from an error of the engine.
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
                Some("the run stopped before ranking; the last publication is unchanged".to_owned())
            }
            Self::NotReadOnly(_) => Some(
                "run one SELECT, such as \"select * from slot_summary\"; facts are added by `slotcast ingest`"
                    .to_owned(),
            ),
            Self::Query { hint, .. }
            | Self::UnknownRelation { hint, .. }
            | Self::UnknownColumn { hint, .. } => Some(hint.clone()),
            Self::TimedOut { seconds } => Some(format!(
                "`--timeout {}` allows more time, `--timeout 0` removes the limit; fewer rows take less time",
                seconds.saturating_mul(10).max(60)
            )),
            Self::MemoryExceeded { mib, .. } => Some(format!(
                "`--memory {}` allows more; fewer columns, groups or joined rows need less",
                mib.saturating_mul(4)
            )),
            Self::DiskExceeded { mib } => {
                Some(format!("`--memory {}` raises both limits; fewer rows need less", mib / 2))
            }
            Self::Lake(error) => error.hint(),
            _ => None,
        }
    }
}
