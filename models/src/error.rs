//! What can be wrong with rows, settings and artefacts, and what to do about it.

use slotcast_core::Hint;
use thiserror::Error;

/// A model that cannot be fitted, used, read or judged.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A setting is out of its range.
    #[error("`{name}` must be {rule}, not `{value}`")]
    Param {
        /// The setting.
        name: &'static str,
        /// What it may be.
        rule: &'static str,
        /// What it is.
        value: String,
    },
    /// Two things that describe the same rows differ in length.
    #[error("`{rows}` rows need as many {what}, not `{found}`")]
    Lengths {
        /// How many rows there are.
        rows: usize,
        /// What should have one entry a row.
        what: &'static str,
        /// How many entries it has.
        found: usize,
    },
    /// There is nothing to learn from.
    #[error("a model needs at least one row with a known outcome")]
    NoRows,
    /// A regression needs more rows.
    #[error("a regression needs `{needed}` rows with a known outcome, but there are `{found}`")]
    TooFewRows {
        /// The setting `min_training_rows`.
        needed: usize,
        /// How many rows there are.
        found: usize,
    },
    /// Every row ended the same way.
    #[error("a regression needs hits and misses, but all `{rows}` rows are {outcome}")]
    OneOutcome {
        /// How many rows there are.
        rows: usize,
        /// `hits` or `misses`.
        outcome: &'static str,
    },
    /// Every row reached equally far.
    #[error("a regression of demand needs demands that differ, but all `{rows}` rows reached equally far")]
    OneDemand {
        /// How many rows there are.
        rows: usize,
    },
    /// No feature tells one row from another.
    #[error("a regression needs a feature that varies, but all `{features}` are constant in `{rows}` rows")]
    NothingVaries {
        /// How many features there are.
        features: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// The solver gave up.
    #[error("the regression's solver stopped: {0}")]
    Solver(String),
    /// The solver ran out of iterations.
    #[error("the regression must end within `0.000001` nats of its optimum, but is `{gap:e}` away")]
    NotConverged {
        /// The loss still to be gained, in nats over all rows.
        gap: f64,
    },
    /// The curvature of the loss has no Cholesky factor.
    #[error("the regression's curvature is not positive definite: {0}")]
    Curvature(String),
    /// Hits score lower than misses on the rows that the model was fitted to.
    #[error("training hits must score above misses, but their mean logits are `{hits:.4}` and `{misses:.4}`")]
    UpsideDown {
        /// Mean logit of the hits.
        hits: f64,
        /// Mean logit of the misses.
        misses: f64,
    },
    /// The table has other features than the model was fitted to.
    #[error("the model was fitted to features `{model}`, but the table has features `{table}`")]
    SpecMismatch {
        /// Hash of the model's feature specification.
        model: String,
        /// Hash of the table's feature specification.
        table: String,
    },
    /// A table is at odds with its own specification.
    #[error("column `{feature}` must hold `{rows}` values of the kind that its specification names")]
    Column {
        /// The feature, or `columns` when their number is wrong.
        feature: String,
        /// How many rows the table has.
        rows: usize,
    },
    /// A number that should be a probability is none.
    #[error("a probability must lie within `0` and `1`, not be `{value}` (row `{row}`)")]
    NotAProbability {
        /// The number.
        value: f64,
        /// The row, from 0.
        row: usize,
    },
    /// An artefact of another format.
    #[error("an artefact must have format `{known}`, not `{found}`")]
    Format {
        /// The format that this version writes and reads.
        known: u32,
        /// The format found.
        found: u32,
    },
    /// An artefact that is not JSON or lacks a field.
    #[error("the artefact cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// An artefact whose parts do not belong together.
    #[error("the artefact is damaged: {0}")]
    Damaged(&'static str),
}

impl ModelError {
    /// Whether the data, and not a mistake, is the reason that there is no regression: the base
    /// rate can still be used.
    pub fn leaves_the_base_rate(&self) -> bool {
        matches!(
            self,
            Self::TooFewRows { .. }
                | Self::OneOutcome { .. }
                | Self::OneDemand { .. }
                | Self::NothingVaries { .. }
                | Self::Solver(_)
                | Self::NotConverged { .. }
                | Self::Curvature(_)
        )
    }
}

impl Hint for ModelError {
    fn hint(&self) -> Option<String> {
        let advice = match self {
            Self::NoRows | Self::TooFewRows { .. } => {
                "ingest more closed campaigns; till then the base rate ranks"
            }
            Self::OneOutcome { .. } | Self::OneDemand { .. } => {
                "the base rate ranks until both outcomes have been seen; check that outcomes are ingested"
            }
            Self::NothingVaries { .. } => "check that the marts of the features are filled",
            Self::Solver(_) | Self::NotConverged { .. } | Self::Curvature(_) => {
                "raise `ridge_alpha` or `max_iterations`; until then the base rate ranks"
            }
            Self::SpecMismatch { .. } => {
                "train a model on the present features, or score with those it knows"
            }
            Self::Format { .. } | Self::Json(_) | Self::Damaged(_) => "train the model anew",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}
