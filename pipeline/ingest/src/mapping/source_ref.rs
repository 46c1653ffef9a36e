//! References from expressions to source columns, and to texts computed from them.

use serde::Deserialize;

use crate::{mapping::text_step::TextStep, values::time_rule::TimeRule};

/// A text of a source row. `C` is a column name in a mapping, and a column index in a plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SourceRef<C = String> {
    /// A cell.
    Cell(SourceCell<C>),
    /// The product of numbers.
    Product(Vec<C>),
    /// The slot that contains a timestamp.
    Slot { of: C, field: SlotField, time: TimeRule },
    /// The number of rows up to this one with equal cells in these columns; none compares all columns.
    LineOrdinal(Option<Vec<C>>),
    /// The sum of a column over the rows up to this one with equal cells in other columns.
    RunningTotal { of: C, over: Vec<C> },
}

/// A cell, or a text made from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SourceCell<C = String> {
    pub(crate) column: C,
    /// Fills an empty cell from the rows before, while the cells of these columns stay equal.
    pub(crate) fill_down: Option<Vec<C>>,
    pub(crate) steps: Vec<TextStep>,
    pub(crate) cell_type: CellType,
}

/// Interpretation of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellType {
    /// Text.
    Text,
    /// A number in the number format of the file, converted to plain notation.
    Number,
    /// The sign of a number: -1, 0 or 1.
    Sign,
}

/// Field of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SlotField {
    /// Local date of the opening.
    Date,
    /// Opening instant.
    OpensAt,
    /// Closing instant.
    ClosesAt,
}

impl SourceRef {
    /// A plain column.
    pub(crate) fn column(name: &str) -> Self {
        Self::Cell(SourceCell::plain(name.to_owned()))
    }

    /// Replaces column names by indices; none if a column has no index.
    pub(crate) fn resolve(&self, index: &dyn Fn(&str) -> Option<usize>) -> Option<SourceRef<usize>> {
        let all = |names: &[String]| names.iter().map(|name| index(name)).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Cell(cell) => SourceRef::Cell(SourceCell {
                column: index(&cell.column)?,
                fill_down: match &cell.fill_down {
                    None => None,
                    Some(columns) => Some(all(columns)?),
                },
                steps: cell.steps.clone(),
                cell_type: cell.cell_type,
            }),
            Self::Product(columns) => SourceRef::Product(all(columns)?),
            Self::Slot { of, field, time } => {
                SourceRef::Slot { of: index(of)?, field: *field, time: time.clone() }
            }
            Self::LineOrdinal(None) => SourceRef::LineOrdinal(None),
            Self::LineOrdinal(Some(columns)) => SourceRef::LineOrdinal(Some(all(columns)?)),
            Self::RunningTotal { of, over } => SourceRef::RunningTotal { of: index(of)?, over: all(over)? },
        })
    }
}

impl<C> SourceRef<C> {
    /// Columns that the reference reads.
    pub(crate) fn columns(&self) -> Vec<&C> {
        match self {
            Self::Cell(cell) => cell.fill_down.iter().flatten().chain([&cell.column]).collect(),
            Self::Slot { of, .. } => vec![of],
            Self::Product(columns) | Self::LineOrdinal(Some(columns)) => columns.iter().collect(),
            Self::LineOrdinal(None) => Vec::new(),
            Self::RunningTotal { of, over } => over.iter().chain([of]).collect(),
        }
    }

    /// Column of an unmodified cell.
    pub(crate) fn as_column(&self) -> Option<&C> {
        match self {
            Self::Cell(SourceCell { column, fill_down: None, steps, cell_type: CellType::Text }) => {
                steps.is_empty().then_some(column)
            }
            _ => None,
        }
    }
}

impl<C> SourceCell<C> {
    /// An unmodified cell.
    pub(crate) fn plain(column: C) -> Self {
        Self { column, fill_down: None, steps: Vec::new(), cell_type: CellType::Text }
    }

    /// Returns whether the text is a value inside a JSON text.
    pub(crate) fn reads_json(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, TextStep::Json(_)))
    }
}
