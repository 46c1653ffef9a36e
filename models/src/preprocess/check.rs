//! Check of a table against its own specification. Its fields are public, so they may contradict each other.

use slotcast_features::{FeatureColumn, FeatureKind, FeatureTable};

use crate::error::ModelError;

/// # Errors
/// [`ModelError::ColumnMismatch`] for the first column that contradicts the specification.
pub(crate) fn check_columns(table: &FeatureTable) -> Result<(), ModelError> {
    let features = table.spec.features();
    if features.len() != table.columns.len() {
        return Err(column_mismatch("columns", table));
    }
    for ((name, kind), column) in features.iter().zip(&table.columns) {
        let (found, rows) = match column {
            FeatureColumn::Number(values) => (FeatureKind::Number, values.len()),
            FeatureColumn::Category(values) => (FeatureKind::Category, values.len()),
            FeatureColumn::Record(values) => (FeatureKind::Record, values.len()),
        };
        if found != *kind || rows != table.len() {
            return Err(column_mismatch(name, table));
        }
    }
    Ok(())
}

pub(crate) fn column_mismatch(feature: &str, table: &FeatureTable) -> ModelError {
    ModelError::ColumnMismatch { feature: feature.to_owned(), rows: table.len() }
}
