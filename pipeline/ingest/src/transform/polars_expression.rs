//! Translation of expressions and conditions to polars expressions over text.
//!
//! `name` returns the name of a reference in the polars frame. Zones, exact numbers, JSON fields
//! and row ordinals are computed row by row before (`computed_source`).

use polars::prelude::{DataType, Expr, LiteralValue, NamedFrom, Series, col, lit, when};

use crate::{
    mapping::{
        condition::{CellTest, Condition},
        expression::{Expression, LengthUnit},
        source_ref::SourceRef,
    },
    transform::error_mark::ERROR_MARK,
};

/// Name of a reference in the polars frame.
type NameOf<'a> = &'a dyn Fn(&SourceRef) -> String;

/// Translates an expression.
pub(crate) fn expression_to_polars(expression: &Expression, name: NameOf<'_>) -> Expr {
    let text = |source: &SourceRef| col(name(source));
    match expression {
        Expression::Source(source) => text(source),
        Expression::Value(value) => lit(value.as_str()),
        Expression::Abs(source) => text(source).str().strip_prefix(lit("-")),
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
        Expression::Map { of, values, otherwise } => map_values(of, values, otherwise.as_deref(), name),
        Expression::Concat(parts) => {
            let parts = parts.iter().map(|part| expression_to_polars(part, name));
            parts.reduce(|text, part| text + part).unwrap_or_else(|| lit(""))
        }
        Expression::When { condition, then, otherwise } => {
            let other = otherwise.as_ref().map_or_else(null_text, |part| expression_to_polars(part, name));
            when(condition_to_polars(condition, name)).then(expression_to_polars(then, name)).otherwise(other)
        }
    }
}

/// Translates the test that an expression has a value, even one that is missing from its map.
pub(crate) fn has_value(expression: &Expression, name: NameOf<'_>) -> Expr {
    match expression {
        Expression::Map { of, otherwise: None, .. } => expression_to_polars(of, name).is_not_null(),
        _ => expression_to_polars(expression, name).is_not_null(),
    }
}

/// Translates a condition. Its result is never null.
pub(crate) fn condition_to_polars(condition: &Condition, name: NameOf<'_>) -> Expr {
    let combine = |parts: &[Condition], operator: fn(Expr, Expr) -> Expr| {
        parts.iter().map(|part| condition_to_polars(part, name)).reduce(operator)
    };
    match condition {
        Condition::All(parts) => combine(parts, Expr::and).unwrap_or_else(|| lit(true)),
        Condition::Any(parts) => combine(parts, Expr::or).unwrap_or_else(|| lit(false)),
        Condition::Not(part) => condition_to_polars(part, name).not(),
        Condition::Test(source, test) => test_to_polars(test, &col(name(source))),
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
        CellTest::StartsWith(prefixes) => {
            let starts = prefixes.iter().map(|prefix| text.clone().str().starts_with(lit(prefix.as_str())));
            starts.reduce(Expr::or).unwrap_or_else(|| lit(false))
        }
        CellTest::Below(bound) => number().lt(lit(*bound)),
        CellTest::Above(bound) => number().gt(lit(*bound)),
    };
    holds.fill_null(lit(false))
}

fn map_values(
    of: &Expression,
    values: &[(String, String)],
    otherwise: Option<&str>,
    name: NameOf<'_>,
) -> Expr {
    let text = expression_to_polars(of, name);
    // An empty cell stays empty; `otherwise` does not apply to it.
    let last = otherwise.map_or_else(null_text, |value| {
        when(text.clone().is_not_null()).then(lit(value)).otherwise(null_text())
    });
    // A marked text passes unmapped, so that it rejects its row.
    let last = if of.can_fail() {
        let is_marked = text.clone().str().starts_with(lit(ERROR_MARK.to_string()));
        when(is_marked).then(text.clone()).otherwise(last)
    } else {
        last
    };
    values.iter().rev().fold(last, |rest, (from, to)| {
        when(text.clone().eq(lit(from.as_str()))).then(lit(to.as_str())).otherwise(rest)
    })
}

fn null_text() -> Expr {
    lit(LiteralValue::untyped_null()).cast(DataType::String)
}
