//! Rounding of figures outside the offer schema.

use crate::columns::ColumnKind;

/// The number with six decimals, as in the CSV; `None` unless it is finite.
pub(super) fn six_decimals(value: f64) -> Option<f64> {
    ColumnKind::Probability.rounded(value)
}
