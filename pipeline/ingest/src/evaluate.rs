//! What a mapping makes of the text of a chunk: polars applies its conditions and expressions.

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, LargeStringArray},
    error::ArrowError,
};
use polars::prelude::{DataFrame, Expr, IntoLazy, PolarsError};

use crate::{
    condition::Condition,
    derived::{Source, fault_in},
    frame_to_arrow::column_to_arrow,
    plan::Plan,
    reason::Reason,
};

/// An engine failed on data that it should have taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error(transparent)]
    Polars(#[from] PolarsError),
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// What a mapping says of the rows of a chunk.
pub(crate) struct Evaluated {
    /// One mask for each filter of the plan.
    pub(crate) filters: Vec<BooleanArray>,
    /// For each target: whether it is made from the row; none: from every row.
    pub(crate) wanted: Vec<Option<BooleanArray>>,
    /// For each target, the text of its columns that come from an expression.
    pub(crate) made: Vec<Vec<Made>>,
}

/// A column that comes from an expression.
pub(crate) struct Made {
    pub(crate) column: usize,
    text: ArrayRef,
    /// Whether a value was given for which a map has no word.
    given: Option<BooleanArray>,
}

impl Made {
    /// The text of a row; none if it is empty.
    pub(crate) fn text(&self, row: usize) -> Option<&str> {
        let texts: &LargeStringArray = self.text.as_string();
        texts.is_valid(row).then(|| texts.value(row)).filter(|text| !text.is_empty())
    }

    /// Why there is no text in a row where the source gave one: the map forgot the word, or
    /// something could not be computed.
    pub(crate) fn fault(&self, row: usize) -> Option<Reason> {
        if self.given.as_ref().is_some_and(|given| given.value(row)) && self.text.is_null(row) {
            return Some(Reason::UnknownWord);
        }
        self.text(row).and_then(fault_in)
    }
}

/// Applies the plan to a frame of text. None where the plan asks nothing of polars.
pub(crate) fn evaluate(plan: &Plan, frame: DataFrame) -> Result<Evaluated, EngineError> {
    let mut wanted: Vec<Expr> = Vec::new();
    for (place, (condition, _)) in plan.filters.iter().enumerate() {
        wanted.push(over(plan, condition).alias(format!("f{place}")));
    }
    for (place, target) in plan.targets.iter().enumerate() {
        wanted.extend(target.when.iter().map(|when| over(plan, when).alias(format!("w{place}"))));
        for (number, column) in target.columns.iter().enumerate() {
            let Some(rule) = column.rule.as_ref().filter(|_| column.direct.is_none()) else { continue };
            let name = |source: &Source| plan.name(source);
            wanted.push(rule.expression.to_polars(&name).alias(format!("v{place}_{number}")));
            if rule.expression.may_forget() {
                wanted.push(rule.expression.given(&name).alias(format!("g{place}_{number}")));
            }
        }
    }
    let frame = frame.lazy().with_columns(wanted).collect()?;
    let take = |name: &str| -> Result<ArrayRef, EngineError> {
        Ok(column_to_arrow(frame.column(name)?.as_materialized_series())?)
    };
    let flags = |name: &str| -> Result<BooleanArray, EngineError> { Ok(take(name)?.as_boolean().clone()) };
    let filters =
        (0..plan.filters.len()).map(|place| flags(&format!("f{place}"))).collect::<Result<_, _>>()?;
    let (mut masks, mut targets) = (Vec::new(), Vec::new());
    for (place, target) in plan.targets.iter().enumerate() {
        masks.push(target.when.as_ref().map(|_| flags(&format!("w{place}"))).transpose()?);
        let mut made = Vec::new();
        for (column, rule) in target.columns.iter().enumerate() {
            let Some(rule_of) = rule.rule.as_ref().filter(|_| rule.direct.is_none()) else { continue };
            let text = take(&format!("v{place}_{column}"))?;
            let given = rule_of.expression.may_forget().then(|| flags(&format!("g{place}_{column}")));
            made.push(Made { column, text, given: given.transpose()? });
        }
        targets.push(made);
    }
    Ok(Evaluated { filters, wanted: masks, made: targets })
}

fn over(plan: &Plan, condition: &Condition) -> Expr {
    condition.to_polars(&|source| plan.name(source))
}
