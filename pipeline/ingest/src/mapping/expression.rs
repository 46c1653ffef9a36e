//! Expressions: the text of a target column, computed from source columns.

use crate::mapping::{
    attributes::AttributeKind,
    condition::Condition,
    source_ref::{CellType, SourceCell, SourceRef},
};

/// The text of a target column.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    /// A source column, or a text computed from source columns.
    Source(SourceRef),
    /// A constant.
    Value(String),
    /// A number without its sign.
    Abs(SourceRef),
    /// The number of characters or words of a text; 0 for an empty cell.
    Length(SourceRef, LengthUnit),
    /// `true` if the cell is not empty, else `false`.
    Present(SourceRef),
    /// A lookup of values.
    Map { of: Box<Expression>, values: Vec<(String, String)>, otherwise: Option<String> },
    /// An expression, or a constant where it is empty.
    Default { of: Box<Expression>, value: String },
    /// Concatenated texts; null if one of them is null.
    Concat(Vec<Expression>),
    /// One of two expressions.
    When { condition: Condition, then: Box<Expression>, otherwise: Option<Box<Expression>> },
}

/// Unit of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LengthUnit {
    /// Unicode characters.
    Chars,
    /// Words, separated by white space.
    Words,
}

impl Expression {
    /// Appends the references that the expression reads to `found`.
    pub(crate) fn collect_sources(&self, found: &mut Vec<SourceRef>) {
        match self {
            Self::Source(source) | Self::Abs(source) | Self::Length(source, _) | Self::Present(source) => {
                found.push(source.clone());
            }
            Self::Value(_) => {}
            Self::Map { of, .. } | Self::Default { of, .. } => of.collect_sources(found),
            Self::Concat(parts) => parts.iter().for_each(|part| part.collect_sources(found)),
            Self::When { condition, then, otherwise } => {
                condition.collect_sources(found);
                then.collect_sources(found);
                otherwise.iter().for_each(|part| part.collect_sources(found));
            }
        }
    }

    /// Reads cells as numbers, for files with another number format.
    ///
    /// Cells of maps, lengths and tests for presence stay text. `is_json` finds the columns whose
    /// values come from JSON, which are in plain notation.
    pub(crate) fn with_numeric_cells(self, is_json: &dyn Fn(&str) -> bool) -> Self {
        let numeric = |source: SourceRef| match source {
            SourceRef::Cell(cell)
                if cell.cell_type == CellType::Text && !cell.reads_json() && !is_json(&cell.column) =>
            {
                SourceRef::Cell(SourceCell { cell_type: CellType::Number, ..cell })
            }
            other => other,
        };
        match self {
            Self::Source(source) => Self::Source(numeric(source)),
            Self::Abs(source) => Self::Abs(numeric(source)),
            Self::Concat(parts) => {
                Self::Concat(parts.into_iter().map(|part| part.with_numeric_cells(is_json)).collect())
            }
            Self::Default { of, value } => {
                Self::Default { of: Box::new(of.with_numeric_cells(is_json)), value }
            }
            Self::When { condition, then, otherwise } => Self::When {
                condition,
                then: Box::new(then.with_numeric_cells(is_json)),
                otherwise: otherwise.map(|part| Box::new(part.with_numeric_cells(is_json))),
            },
            Self::Value(_) | Self::Length(..) | Self::Present(_) | Self::Map { .. } => self,
        }
    }

    /// Kind of an attribute with this expression, if the expression implies one.
    pub(crate) fn implied_kind(&self) -> Option<AttributeKind> {
        match self {
            Self::Default { of, .. } => of.implied_kind(),
            Self::Present(_) => Some(AttributeKind::Flag),
            Self::Length(..) => Some(AttributeKind::Number),
            Self::Source(SourceRef::Cell(SourceCell { cell_type: CellType::Sign, .. })) => {
                Some(AttributeKind::Number)
            }
            Self::Source(
                SourceRef::Product(_) | SourceRef::LineOrdinal(_) | SourceRef::RunningTotal { .. },
            ) => Some(AttributeKind::Number),
            _ => None,
        }
    }

    /// Returns whether a value may be missing from the map.
    pub(crate) fn is_partial_map(&self) -> bool {
        match self {
            Self::Map { otherwise: None, .. } => true,
            Self::Default { of, .. } => of.is_partial_map(),
            _ => false,
        }
    }
}
