//! Translation of expressions and conditions to polars expressions over text.

use polars::prelude::{DataType, Expr, LiteralValue, NamedFrom, Series, col, lit, when};

use crate::{
    mapping::{
        condition::{CellTest, Condition},
        expression::{Expression, LengthUnit},
        source_ref::SourceRef,
    },
    transform::{
        column_functions::{absolute, concat, map_words, starts_with},
        plan::FilePlan,
    },
};

/// Translates an expression.
pub(super) fn expression_to_polars(expression: &Expression, plan: &FilePlan) -> Expr {
    let text = |source: &SourceRef| col(plan.polars_name(source));
    match expression {
        Expression::Source(source) => text(source),
        Expression::Value(value) => lit(value.as_str()),
        Expression::Abs(source) => absolute(text(source), plan.numbers.plain()),
        Expression::Length(source, unit) => {
            let length = match unit {
                LengthUnit::Chars => text(source).str().len_chars(),
                LengthUnit::Words => text(source).str().count_matches(lit(r"\S+"), false),
            };
            length.fill_null(lit(0)).cast(DataType::String)
        }
        Expression::Present(source) => {
            when(text(source).is_not_null()).then(lit("true")).otherwise(lit("false"))
        }
        Expression::Map { of, values, otherwise } => {
            map_words(expression_to_polars(of, plan), values, otherwise.clone())
        }
        Expression::Default { of, value } => expression_to_polars(of, plan).fill_null(lit(value.as_str())),
        Expression::Concat(parts) => concat_parts(parts, plan),
        Expression::When { condition, then, otherwise } => {
            let other = otherwise.as_ref().map_or_else(null_text, |part| expression_to_polars(part, plan));
            when(condition_to_polars(condition, plan)).then(expression_to_polars(then, plan)).otherwise(other)
        }
    }
}

/// Translates a condition. Its result is never null.
pub(super) fn condition_to_polars(condition: &Condition, plan: &FilePlan) -> Expr {
    match condition {
        Condition::All(parts) => combine(parts, Expr::and, plan).unwrap_or_else(|| lit(true)),
        Condition::Any(parts) => combine(parts, Expr::or, plan).unwrap_or_else(|| lit(false)),
        Condition::Not(part) => condition_to_polars(part, plan).not(),
        Condition::Test(source, test) => test_to_polars(test, &col(plan.polars_name(source))),
    }
}

/// Combines conditions in a balanced tree: a chain of thousands would exhaust the stack.
fn combine(parts: &[Condition], operator: fn(Expr, Expr) -> Expr, plan: &FilePlan) -> Option<Expr> {
    match parts {
        [] => None,
        [part] => Some(condition_to_polars(part, plan)),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            Some(operator(combine(left, operator, plan)?, combine(right, operator, plan)?))
        }
    }
}

fn test_to_polars(test: &CellTest, text: &Expr) -> Expr {
    let text = text.clone();
    // The text is a plain decimal, or marked as invalid, which casts to null.
    let number = || text.clone().cast(DataType::Float64);
    let holds = match test {
        CellTest::Present => return text.is_not_null(),
        CellTest::Equals(values) => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            text.is_in(lit(Series::new("values".into(), values)).implode(true), false)
        }
        CellTest::StartsWith(prefixes) => return starts_with(text, prefixes.clone()),
        CellTest::Below(bound) => number().lt(lit(*bound)),
        CellTest::Above(bound) => number().gt(lit(*bound)),
    };
    holds.fill_null(lit(false))
}

fn concat_parts(parts: &[Expression], plan: &FilePlan) -> Expr {
    let mut columns = Vec::new();
    let mut texts = Vec::new();
    for part in parts {
        texts.push(match part {
            Expression::Value(value) => Some(value.clone()),
            other => {
                columns.push(expression_to_polars(other, plan));
                None
            }
        });
    }
    if columns.is_empty() {
        return lit(texts.into_iter().flatten().collect::<String>());
    }
    concat(texts, &columns)
}

fn null_text() -> Expr {
    lit(LiteralValue::untyped_null()).cast(DataType::String)
}
