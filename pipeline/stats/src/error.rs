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
    #[error("the query failed: {0}")]
    Query(String),
    /// A user's query is more than a question.
    #[error("only questions are answered here (SELECT, EXPLAIN): {0}")]
    NotAQuestion(String),
    /// A relation that is not there.
    #[error("there is no relation `{name}`; there are: {known}")]
    NoRelation {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
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

impl Hint for StatsError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Audit { .. } => {
                Some("the run stopped before ranking; what was published last is still published".to_owned())
            }
            Self::NotAQuestion(_) => Some("facts come in through `slotcast ingest` only".to_owned()),
            Self::Query(_) => Some("`slotcast sql --describe` lists relations and columns".to_owned()),
            Self::Lake(error) => error.hint(),
            _ => None,
        }
    }
}
