//! Expressions whose value in the engine silently differs from that in Postgres.

use arrow::datatypes::{DataType, IntervalMonthDayNanoType, TimeUnit};
use datafusion::{
    common::{
        DFSchema, Result as EngineResult, ScalarValue, plan_err,
        tree_node::{Transformed, TreeNode},
    },
    functions::expr_fn::{date_part, round, to_local_time},
    logical_expr::{
        BinaryExpr, Cast, Expr, ExprSchemable, LogicalPlan, Operator, TryCast, cast, expr::ScalarFunction,
        expr_rewriter::NamePreserver, utils::merge_schema,
    },
    prelude::lit,
};

use super::time_pattern::TimePattern;

/// The plan with the results of Postgres.
///
/// # Errors
/// Fails for expressions that would silently give another result.
pub(in crate::query) fn rewrite(plan: &LogicalPlan) -> EngineResult<LogicalPlan> {
    let rewritten = plan.clone().transform_up_with_subqueries(|plan| {
        let schema = merge_schema(&plan.inputs());
        let names = NamePreserver::new(&plan);
        let rewritten = plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let rewritten = expr.transform_up(|expr| rewritten(expr, &schema))?;
            Ok(rewritten.update_data(|expr| name.restore(expr)))
        })?;
        // An expression may have another type now, and so may the plans above it.
        rewritten.map_data(LogicalPlan::recompute_schema)
    })?;
    Ok(if rewritten.transformed { rewritten.data } else { plan.clone() })
}

fn rewritten(expr: Expr, schema: &DFSchema) -> EngineResult<Transformed<Expr>> {
    match expr {
        Expr::SimilarTo(_) => {
            plan_err!("SIMILAR TO is not supported: use LIKE, or ~ with a regular expression")
        }
        Expr::BinaryExpr(BinaryExpr { op: Operator::BitwiseXor, .. }) => {
            plan_err!("the operator ^ is not supported: write power(a, b)")
        }
        Expr::BinaryExpr(sum)
            if matches!(sum.op, Operator::Plus | Operator::Minus)
                && !is_number(&sum.left)
                && !is_number(&sum.right) =>
        {
            date_with_time(sum, schema)
        }
        Expr::Cast(Cast { expr, field }) => {
            let inner = cast_argument(*expr, field.data_type(), schema)?;
            Ok(inner.update_data(|expr| Expr::Cast(Cast { expr: Box::new(expr), field })))
        }
        Expr::TryCast(TryCast { expr, field }) => {
            let inner = cast_argument(*expr, field.data_type(), schema)?;
            Ok(inner.update_data(|expr| Expr::TryCast(TryCast { expr: Box::new(expr), field })))
        }
        Expr::ScalarFunction(function) => match function.name() {
            "date_part" => fraction_of_second(function, schema),
            name if name == "to_date" || name.starts_with("to_timestamp") => translated_pattern(function),
            _ => Ok(Transformed::no(Expr::ScalarFunction(function))),
        },
        other => Ok(Transformed::no(other)),
    }
}

/// The sum of a date and an interval is a timestamp if the interval may contain hours, which a date would lose.
fn date_with_time(sum: BinaryExpr, schema: &DFSchema) -> EngineResult<Transformed<Expr>> {
    let is_date =
        |expr: &Expr| is_of_type(expr, schema, |kind| matches!(kind, DataType::Date32 | DataType::Date64));
    let has_time = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(value)), _) => {
            Ok(IntervalMonthDayNanoType::to_parts(*value).2 != 0)
        }
        other => is_of_type(other, schema, |kind| matches!(kind, DataType::Interval(_))),
    };
    let BinaryExpr { left, op, right } = sum;
    let timestamp = |expr: Box<Expr>| Box::new(cast(*expr, DataType::Timestamp(TimeUnit::Microsecond, None)));
    let (left, right, is_rewritten) = if is_date(&left)? && has_time(&right)? {
        (timestamp(left), right, true)
    } else if op == Operator::Plus && is_date(&right)? && has_time(&left)? {
        (left, timestamp(right), true)
    } else {
        (left, right, false)
    };
    let sum = Expr::BinaryExpr(BinaryExpr { left, op, right });
    Ok(if is_rewritten { Transformed::yes(sum) } else { Transformed::no(sum) })
}

/// Whether an operand is a literal number. The type of a long sum is not computed for each of its parts.
fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(value, _) if value.data_type().is_numeric())
}

fn is_of_type(expr: &Expr, schema: &DFSchema, is: fn(&DataType) -> bool) -> EngineResult<bool> {
    Ok(is(&expr.get_type(schema)?))
}

/// The argument of a cast that the user wrote. A number is rounded to an integer, and not truncated. A timestamp without
/// a zone is the local time, and not that of UTC; an offset in its text is refused, because
/// Postgres would ignore it.
fn cast_argument(argument: Expr, to: &DataType, schema: &DFSchema) -> EngineResult<Transformed<Expr>> {
    let from = argument.get_type(schema)?;
    let is_fraction = from.is_floating() || matches!(from, DataType::Decimal128(_, scale) if scale > 0);
    match (&argument, to) {
        _ if is_fraction && to.is_integer() => Ok(Transformed::yes(round(vec![argument]))),
        (Expr::Literal(ScalarValue::Utf8(Some(text)), _), DataType::Timestamp(_, None))
            if has_offset(text) =>
        {
            plan_err!("a TIMESTAMP has no offset, but `{text}` has one: write TIMESTAMPTZ '{text}'")
        }
        (_, DataType::Timestamp(_, None)) if matches!(from, DataType::Timestamp(_, Some(_))) => {
            Ok(Transformed::yes(to_local_time(vec![argument])))
        }
        _ => Ok(Transformed::no(argument)),
    }
}

/// Whether a time of day is followed by an offset from UTC, such as `10:00+09:00`. `Z` changes no time.
fn has_offset(text: &str) -> bool {
    let offset = text.split_once(':').and_then(|(_, after_hour)| after_hour.split_once(['+', '-']));
    offset.is_some_and(|(_, offset)| offset.contains(|digit: char| ('1'..='9').contains(&digit)))
}

/// Seconds and milliseconds of a timestamp with their fraction.
fn fraction_of_second(function: ScalarFunction, schema: &DFSchema) -> EngineResult<Transformed<Expr>> {
    let per_unit = match function.args.as_slice() {
        [Expr::Literal(ScalarValue::Utf8(Some(part)), _), of]
            if matches!(of.get_type(schema)?, DataType::Timestamp(..)) =>
        {
            match part.to_ascii_lowercase().as_str() {
                "second" | "seconds" | "sec" | "secs" | "s" => Some(1e6),
                "millisecond" | "milliseconds" | "ms" | "msec" | "msecs" => Some(1e3),
                _ => None,
            }
        }
        _ => None,
    };
    let Some(micros) = per_unit else { return Ok(Transformed::no(Expr::ScalarFunction(function))) };
    let of = function.args.into_iter().nth(1).expect("the arguments are two");
    let part = date_part(lit("microsecond"), of);
    Ok(Transformed::yes(cast(part, DataType::Float64) / lit(micros)))
}

/// A call of `to_date` or `to_timestamp` with its Postgres pattern in the engine's syntax.
fn translated_pattern(mut function: ScalarFunction) -> EngineResult<Transformed<Expr>> {
    let mut is_rewritten = false;
    for argument in function.args.iter_mut().skip(1) {
        let Expr::Literal(ScalarValue::Utf8(Some(pattern)), _) = argument else { continue };
        if pattern.contains('%') {
            continue;
        }
        let translated = TimePattern::parse(pattern).and_then(|parsed| {
            let lacks = |field| format!("pattern `{pattern}` has `{field}`, which cannot be parsed; use YYYY, MM, DD, HH24, MI, SS, Mon or a pattern of strftime, such as `%Y-%m-%d`");
            parsed.to_strftime().map_err(lacks)
        });
        match translated {
            Ok(pattern) => *argument = lit(pattern),
            Err(reason) => return plan_err!("{reason}"),
        }
        is_rewritten = true;
    }
    let call = Expr::ScalarFunction(function);
    Ok(if is_rewritten { Transformed::yes(call) } else { Transformed::no(call) })
}
