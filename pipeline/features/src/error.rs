//! What can be wrong with a relation of features.

use thiserror::Error;

/// A relation that cannot be read as features or labels.
#[derive(Debug, Error)]
pub enum FeatureError {
    /// A key column is absent.
    #[error("relation `{relation}` has no column `{column}`")]
    MissingColumn {
        /// The relation read.
        relation: &'static str,
        /// The column asked for.
        column: String,
    },
    /// A column has a type that no feature has.
    #[error("column `{column}` of `{relation}` has type {found}, but {expected} is needed")]
    Type {
        /// The relation read.
        relation: &'static str,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// A key is null.
    #[error("column `{column}` of `{relation}` is null in row {row}")]
    NullKey {
        /// The relation read.
        relation: &'static str,
        /// The key column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// Arrow refused.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// A threshold basis that is neither units nor amount.
    #[error(transparent)]
    Basis(#[from] slotcast_core::UnknownBasis),
}
