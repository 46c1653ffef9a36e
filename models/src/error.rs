//! Errors of fitting, scoring and reading models, with hints.

use slotcast_core::Hint;
use thiserror::Error;

/// A model that cannot be fitted, used, read or evaluated.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A setting out of its range.
    #[error("`{name}` must be {rule}, not `{value}`")]
    Param {
        /// The setting.
        name: &'static str,
        /// Its rule.
        rule: &'static str,
        /// Its value.
        value: String,
    },
    /// Lists of different lengths for the same rows.
    #[error("`{rows}` rows need as many {list}, not `{found}`")]
    LengthMismatch {
        /// Number of rows.
        rows: usize,
        /// The list that should have one entry per row.
        list: &'static str,
        /// Its length.
        found: usize,
    },
    /// A training table without outcomes.
    #[error("a model needs at least one row with a known outcome")]
    NoRows,
    /// Too few rows for a regression.
    #[error("a regression needs `{needed}` rows with a known outcome, but there are `{found}`")]
    TooFewRows {
        /// The setting `min_training_rows`.
        needed: usize,
        /// Number of rows.
        found: usize,
    },
    /// Training rows that are all hits or all misses.
    #[error("a regression needs hits and misses, but all `{rows}` rows are {outcome}")]
    SingleOutcome {
        /// Number of rows.
        rows: usize,
        /// `hits` or `misses`.
        outcome: &'static str,
    },
    /// Training rows with the same ratio of demand to threshold.
    #[error("a regression of demand needs demands that differ, but all `{rows}` rows have the same")]
    ConstantDemand {
        /// Number of rows.
        rows: usize,
    },
    /// Training rows without a feature that varies.
    #[error("a regression needs a feature that varies, but all `{features}` are constant in `{rows}` rows")]
    ConstantFeatures {
        /// Number of features.
        features: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A failure of the solver.
    #[error("the regression's solver stopped: {0}")]
    Solver(String),
    /// A solver that ran out of iterations.
    #[error("the regression must end within `0.000001` nats of its optimum, but is `{gap:e}` away")]
    NotConverged {
        /// Expected decrease of the loss, in nats over all rows.
        gap: f64,
    },
    /// A Hessian of the loss without a Cholesky factor.
    #[error("the regression's Hessian is not positive definite: {0}")]
    NotPositiveDefinite(String),
    /// Hits that score lower than misses on the training rows.
    #[error("training hits must score above misses, but their mean logits are `{hits:.4}` and `{misses:.4}`")]
    InvertedScores {
        /// Mean logit of the hits.
        hits: f64,
        /// Mean logit of the misses.
        misses: f64,
    },
    /// A table with other features than the model's.
    #[error("the model was fitted to features `{model}`, but the table has features `{table}`")]
    SpecMismatch {
        /// Hash of the model's feature specification.
        model: String,
        /// Hash of the table's feature specification.
        table: String,
    },
    /// A table that contradicts its own specification.
    #[error("column `{feature}` must hold `{rows}` values of the kind that its specification names")]
    ColumnMismatch {
        /// The feature, or `columns` if their number is wrong.
        feature: String,
        /// Number of rows of the table.
        rows: usize,
    },
    /// A number that is no probability.
    #[error("a probability must lie within `0` and `1`, not be `{value}` (row `{row}`)")]
    NotAProbability {
        /// The number.
        value: f64,
        /// The row, from 0.
        row: usize,
    },
    /// An artifact of another format.
    #[error("an artifact must have format `{known}`, not `{found}`")]
    Format {
        /// The format that this version writes and reads.
        known: u32,
        /// The format found.
        found: u32,
    },
    /// An artifact that is not JSON or lacks a field.
    #[error("the artifact cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// An artifact whose parts contradict each other.
    #[error("the artifact is damaged: {0}")]
    Damaged(&'static str),
}

impl ModelError {
    /// Whether the training data, not a mistake, prevents a regression. The base rate can be used then.
    pub fn falls_back_to_base_rate(&self) -> bool {
        matches!(
            self,
            Self::TooFewRows { .. }
                | Self::SingleOutcome { .. }
                | Self::ConstantDemand { .. }
                | Self::ConstantFeatures { .. }
                | Self::Solver(_)
                | Self::NotConverged { .. }
                | Self::NotPositiveDefinite(_)
        )
    }
}

impl Hint for ModelError {
    fn hint(&self) -> Option<String> {
        let advice = match self {
            Self::NoRows | Self::TooFewRows { .. } => {
                "ingest more closed campaigns; until then the base rate ranks"
            }
            Self::SingleOutcome { .. } | Self::ConstantDemand { .. } => {
                "the base rate ranks until outcomes differ; check that outcomes are ingested"
            }
            Self::ConstantFeatures { .. } => "check that the relations behind the features have rows",
            Self::Solver(_) | Self::NotConverged { .. } | Self::NotPositiveDefinite(_) => {
                "raise `ridge_alpha` or `max_iterations`; until then the base rate ranks"
            }
            Self::SpecMismatch { .. } => {
                "train a model on the present features, or score with those of the model"
            }
            Self::Format { .. } | Self::Json(_) | Self::Damaged(_) => "train the model again",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}
