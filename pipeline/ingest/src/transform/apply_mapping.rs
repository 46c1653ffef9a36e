//! Evaluation of the conditions and expressions of a plan on a chunk, by polars.

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, LargeStringArray},
    error::ArrowError,
};
use polars::prelude::{DataFrame, Expr, IntoLazy, PolarsError};

use crate::{
    mapping::source_ref::SourceRef,
    report::reject_reason::RejectReason,
    transform::{
        error_mark::find_error,
        plan::FilePlan,
        polars_expression::{condition_to_polars, expression_to_polars, has_value},
        polars_to_arrow::column_to_arrow,
    },
};

/// An engine failed on valid input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error(transparent)]
    Polars(#[from] PolarsError),
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// Results of a mapping for the rows of a chunk.
pub(crate) struct MappedChunk {
    /// Mask per filter of the plan.
    pub(crate) filters: Vec<BooleanArray>,
    /// Mask per target of the rows to write; none for all rows.
    pub(crate) wanted: Vec<Option<BooleanArray>>,
    /// Computed columns per target.
    pub(crate) columns: Vec<Vec<ComputedColumn>>,
}

/// Text of a target column with an expression.
pub(crate) struct ComputedColumn {
    /// Index of the target column.
    pub(crate) column: usize,
    text: ArrayRef,
    /// Mask of the rows whose source has a value, for partial maps.
    has_value: Option<BooleanArray>,
}

impl ComputedColumn {
    /// Text of a row; none if it is empty.
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        let texts: &LargeStringArray = self.text.as_string();
        texts.is_valid(row).then(|| texts.value(row)).filter(|text| !text.is_empty())
    }

    /// Error of a row: a value that is missing from the map, or a text that could not be computed.
    pub(crate) fn error(&self, row: usize) -> Option<RejectReason> {
        if self.has_value.as_ref().is_some_and(|mask| mask.value(row)) && self.text.is_null(row) {
            return Some(RejectReason::UnknownWord);
        }
        self.text(row).and_then(find_error)
    }
}

/// Evaluates the plan on a frame of texts.
pub(crate) fn apply_mapping(plan: &FilePlan, frame: DataFrame) -> Result<MappedChunk, EngineError> {
    let frame = frame.lazy().with_columns(plan_expressions(plan)).collect()?;
    let array = |name: String| -> Result<ArrayRef, EngineError> {
        Ok(column_to_arrow(frame.column(&name)?.as_materialized_series())?)
    };
    let mask = |name: String| -> Result<BooleanArray, EngineError> { Ok(array(name)?.as_boolean().clone()) };
    let filters = (0..plan.filters.len()).map(|filter| mask(filter_name(filter)));
    let filters = filters.collect::<Result<_, _>>()?;
    let (mut wanted, mut columns) = (Vec::new(), Vec::new());
    for (number, target) in plan.targets.iter().enumerate() {
        wanted.push(target.when.as_ref().map(|_| mask(wanted_name(number))).transpose()?);
        let mut computed = Vec::new();
        for (column, own) in target.columns.iter().enumerate() {
            let Some(rule) = own.polars_rule() else { continue };
            let text = array(text_name(number, column))?;
            let is_partial = rule.expression.is_partial_map();
            let has_value = is_partial.then(|| mask(has_value_name(number, column))).transpose()?;
            computed.push(ComputedColumn { column, text, has_value });
        }
        columns.push(computed);
    }
    Ok(MappedChunk { filters, wanted, columns })
}

fn plan_expressions(plan: &FilePlan) -> Vec<Expr> {
    let name = |source: &SourceRef| plan.polars_name(source);
    let mut found: Vec<Expr> = Vec::new();
    for (filter, (condition, _)) in plan.filters.iter().enumerate() {
        found.push(condition_to_polars(condition, &name).alias(filter_name(filter)));
    }
    for (number, target) in plan.targets.iter().enumerate() {
        let when = target.when.as_ref().map(|when| condition_to_polars(when, &name));
        found.extend(when.map(|when| when.alias(wanted_name(number))));
        for (column, own) in target.columns.iter().enumerate() {
            let Some(rule) = own.polars_rule() else { continue };
            let text = expression_to_polars(&rule.expression, &name);
            found.push(text.alias(text_name(number, column)));
            if rule.expression.is_partial_map() {
                let mask = has_value(&rule.expression, &name);
                found.push(mask.alias(has_value_name(number, column)));
            }
        }
    }
    found
}

fn filter_name(filter: usize) -> String {
    format!("f{filter}")
}

fn wanted_name(target: usize) -> String {
    format!("w{target}")
}

fn text_name(target: usize, column: usize) -> String {
    format!("v{target}_{column}")
}

fn has_value_name(target: usize, column: usize) -> String {
    format!("g{target}_{column}")
}
