//! Columns of text to typed columns: polars applies the mapping and reads numbers,
//! days, flags and words; arrow-rs gives them the types of the lake.

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, new_null_array},
    compute::cast,
    datatypes::{DataType as ArrowType, Field},
    error::ArrowError,
};
use polars::prelude::{DataFrame, DataType, Expr, IntoLazy, PolarsError, StrptimeOptions, lit, when};
use slotcast_core::Tz;
use slotcast_lake::contract::{instant_type, money_type};

use crate::{
    checks::{self, Faults},
    condition::one_of,
    expression::no_flag,
    frame_to_arrow::column_to_arrow,
    instants::instants,
    money::money,
    plan::{Plan, Reading, Target, TargetColumn},
    reason::Reason,
};

/// Words that mean yes, and words that mean no, in lower case.
const YES: [&str; 5] = ["true", "t", "yes", "y", "1"];
const NO: [&str; 5] = ["false", "f", "no", "n", "0"];

/// An engine failed on data that it should have taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error(transparent)]
    Polars(#[from] PolarsError),
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// The rows of one target, one for each row of the chunk.
pub(crate) struct Typed {
    /// Name and type of each column.
    pub(crate) fields: Vec<Field>,
    pub(crate) columns: Vec<ArrayRef>,
    /// Whether the target is made from the row; none: from every row.
    pub(crate) wanted: Option<BooleanArray>,
    pub(crate) faults: Faults,
}

/// A chunk after the mapping.
pub(crate) struct TypedChunk {
    /// One mask for each filter of the plan.
    pub(crate) filters: Vec<BooleanArray>,
    pub(crate) targets: Vec<Typed>,
}

/// Applies the plan to a frame of text.
pub(crate) fn type_chunk(plan: &Plan, frame: DataFrame, zone: Tz) -> Result<TypedChunk, EngineError> {
    let rows = frame.height();
    let source = |condition: &crate::condition::Condition| {
        let source = crate::expression::SourceRef { column: condition.column.clone(), json: None };
        condition.to_polars(&plan.name(&source))
    };
    let mut wanted: Vec<Expr> = Vec::new();
    for (place, (condition, _)) in plan.filters.iter().enumerate() {
        wanted.push(source(condition).alias(format!("f{place}")));
    }
    for (place, target) in plan.targets.iter().enumerate() {
        wanted.extend(target.when.iter().map(|when| source(when).alias(format!("w{place}"))));
        for (number, column) in target.columns.iter().enumerate() {
            wanted.extend(expressions(plan, target, column, &format!("{place}_{number}")));
        }
    }
    let frame = frame.lazy().with_columns(wanted).collect()?;
    let take = |name: &str| -> Result<ArrayRef, EngineError> {
        Ok(column_to_arrow(frame.column(name)?.as_materialized_series())?)
    };
    let flags = |name: &str| -> Result<BooleanArray, EngineError> { Ok(take(name)?.as_boolean().clone()) };
    let filters =
        (0..plan.filters.len()).map(|place| flags(&format!("f{place}"))).collect::<Result<_, _>>()?;
    let mut targets = Vec::new();
    for (place, target) in plan.targets.iter().enumerate() {
        let mut faults = Faults::none(rows);
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for (number, column) in target.columns.iter().enumerate() {
            let name = format!("{place}_{number}");
            let array = if is_made(target, column) {
                let given = if has_given(column) { Some(flags(&format!("g{name}"))?) } else { None };
                typed(&take(&format!("v{name}"))?, given, column, number, zone, &mut faults)?
            } else {
                new_null_array(&lake_type(column.reading), rows)
            };
            if column.required {
                checks::missing(&array, number, &mut faults);
            }
            fields.push(Field::new(&column.name, lake_type(column.reading), true));
            columns.push(array);
        }
        checks::table_rules(target.table.name, &fields, &columns, &mut faults);
        let wanted = if target.when.is_some() { Some(flags(&format!("w{place}"))?) } else { None };
        targets.push(Typed { fields, columns, wanted, faults });
    }
    Ok(TypedChunk { filters, targets })
}

/// A snapshot that does not say what it measures is a total.
fn is_measure(target: &Target, column: &TargetColumn) -> bool {
    target.table.name == "order_snapshots" && column.name == "measure"
}

fn is_made(target: &Target, column: &TargetColumn) -> bool {
    column.rule.is_some() || is_measure(target, column)
}

/// Whether a separate column says which cells were given, to tell a bad cell from an empty one.
fn has_given(column: &TargetColumn) -> bool {
    let in_rust = matches!(column.reading, Reading::Text | Reading::Money { .. } | Reading::Instant);
    column.rule.as_ref().is_some_and(|rule| !in_rust || rule.expression.may_forget())
}

fn expressions(plan: &Plan, target: &Target, column: &TargetColumn, name: &str) -> Vec<Expr> {
    let Some(rule) = &column.rule else {
        let total = is_measure(target, column).then(|| lit("total").alias(format!("v{name}")));
        return total.into_iter().collect();
    };
    let source = |source: &crate::expression::SourceRef| plan.name(source);
    let text = rule.expression.to_polars(&source);
    let value = match column.reading {
        Reading::Text | Reading::Money { .. } | Reading::Instant => text,
        Reading::Word(words) => {
            let known = when(one_of(&text, words)).then(text).otherwise(lit(polars::prelude::NULL));
            if is_measure(target, column) {
                // Only an empty cell is a total; a word that is not known stays a fault.
                when(rule.expression.given(&source)).then(known).otherwise(lit("total"))
            } else {
                known
            }
        }
        // Tables written by pandas carry whole numbers as 3.0.
        Reading::Whole { .. } => text.str().strip_suffix(lit(".0")).cast(DataType::Int64),
        Reading::Number => text.cast(DataType::Float64),
        Reading::Flag => {
            let word = text.str().to_lowercase();
            when(one_of(&word, &YES))
                .then(lit(true))
                .when(one_of(&word, &NO))
                .then(lit(false))
                .otherwise(no_flag())
        }
        Reading::Day => {
            let format = rule.format.as_deref().unwrap_or("%Y-%m-%d").into();
            text.str().to_date(StrptimeOptions {
                format: Some(format),
                strict: false,
                exact: true,
                cache: true,
            })
        }
    };
    let mut made = vec![value.alias(format!("v{name}"))];
    if has_given(column) {
        made.push(rule.expression.given(&source).alias(format!("g{name}")));
    }
    made
}

fn lake_type(reading: Reading) -> ArrowType {
    match reading {
        Reading::Text | Reading::Word(_) => ArrowType::Utf8,
        Reading::Whole { .. } => ArrowType::Int64,
        Reading::Money { .. } => money_type(),
        Reading::Flag => ArrowType::Boolean,
        Reading::Instant => instant_type(),
        Reading::Day => ArrowType::Date32,
        Reading::Number => ArrowType::Float64,
    }
}

fn typed(
    values: &ArrayRef,
    given: Option<BooleanArray>,
    column: &TargetColumn,
    number: usize,
    zone: Tz,
    faults: &mut Faults,
) -> Result<ArrayRef, EngineError> {
    let rule = column.rule.as_ref();
    if let Some(given) = given {
        let forgot = rule.is_some_and(|rule| rule.expression.may_forget());
        let reason = match column.reading {
            _ if forgot => Reason::UnknownWord,
            Reading::Word(_) | Reading::Text => Reason::UnknownWord,
            Reading::Flag => Reason::BadFlag,
            Reading::Day => Reason::BadDate,
            Reading::Instant => Reason::BadTimestamp,
            Reading::Whole { .. } | Reading::Money { .. } | Reading::Number => Reason::BadNumber,
        };
        for row in (0..values.len()).filter(|row| values.is_null(*row) && given.value(*row)) {
            faults.add(row, number, reason);
        }
    }
    let array = match (column.reading, rule) {
        (Reading::Money { .. }, Some(rule)) => money(values.as_string::<i64>(), rule.round, number, faults)?,
        (Reading::Instant, Some(rule)) => instants(values.as_string::<i64>(), rule, zone, number, faults),
        (reading, _) => cast(values, &lake_type(reading))?,
    };
    checks::ranges(&array, column.reading, number, faults);
    Ok(array)
}
