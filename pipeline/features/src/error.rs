//! Errors of reading relations of features and outcomes.

use thiserror::Error;

/// A relation that cannot be read as features or labels.
#[derive(Debug, Error)]
pub enum FeatureError {
    /// A missing column.
    #[error("relation `{relation}` has no column `{column}`")]
    MissingColumn {
        /// The relation.
        relation: &'static str,
        /// The missing column.
        column: String,
    },
    /// A column of an unsupported type.
    #[error("column `{column}` of `{relation}` has type {found}, but {expected} is needed")]
    Type {
        /// The relation.
        relation: &'static str,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The supported types.
        expected: &'static str,
    },
    /// A null key.
    #[error("column `{column}` of `{relation}` is null in row {row}")]
    NullKey {
        /// The relation.
        relation: &'static str,
        /// The key column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// An error of Arrow.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// A threshold basis that is neither units nor amount.
    #[error(transparent)]
    Basis(#[from] slotcast_core::UnknownBasis),
}
