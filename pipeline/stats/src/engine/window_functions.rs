//! Window functions that process a partition at once.
//!
//! The engine's own sum over a growing frame takes about a microsecond per value, and millions of values need one.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array},
    datatypes::{DataType, Field, FieldRef, Int64Type},
};
use datafusion::{
    common::Result as EngineResult,
    logical_expr::{
        LimitEffect, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
        function::{PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
    physical_expr::PhysicalExpr,
    prelude::SessionContext,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum RunningFunction {
    /// `running_sum(x)`: sum of `x` up to and including the row, in the order of the window; null counts as zero.
    RunningSum,
    /// `next_value(x)`: value of the next row, null in the last.
    NextValue,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct WindowFunction {
    function: RunningFunction,
    signature: Signature,
}

/// Registers `running_sum` and `next_value` of integers in a session.
pub(crate) fn register(context: &SessionContext) {
    for function in [RunningFunction::RunningSum, RunningFunction::NextValue] {
        let signature = Signature::exact(vec![DataType::Int64], Volatility::Immutable);
        context.register_udwf(WindowUDF::new_from_impl(WindowFunction { function, signature }));
    }
}

impl WindowUDFImpl for WindowFunction {
    fn name(&self) -> &str {
        match self.function {
            RunningFunction::RunningSum => "running_sum",
            RunningFunction::NextValue => "next_value",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(
        &self,
        _arguments: PartitionEvaluatorArgs<'_>,
    ) -> EngineResult<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(self.function))
    }

    fn field(&self, arguments: WindowUDFFieldArgs<'_>) -> EngineResult<FieldRef> {
        Ok(Arc::new(Field::new(arguments.name(), DataType::Int64, true)))
    }

    fn limit_effect(&self, _arguments: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::Unknown
    }
}

impl PartitionEvaluator for RunningFunction {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> EngineResult<ArrayRef> {
        let values = values[0].as_primitive::<Int64Type>();
        let results: Int64Array = match self {
            Self::RunningSum => {
                let mut sum = 0_i64;
                let add = |value: Option<i64>| {
                    sum += value.unwrap_or(0);
                    Some(sum)
                };
                values.iter().map(add).collect()
            }
            Self::NextValue => {
                let next =
                    |row: usize| (row + 1 < rows && values.is_valid(row + 1)).then(|| values.value(row + 1));
                (0..rows).map(next).collect()
            }
        };
        Ok(Arc::new(results))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::new_context;

    #[tokio::test]
    async fn each_partition_is_processed_in_its_order() {
        let context = new_context();
        register(&context);
        let sql = "SELECT k, t, running_sum(x) OVER w AS s, next_value(x) OVER w AS n \
                   FROM (VALUES ('a', 2, 5), ('b', 1, 7), ('a', 1, 3), ('a', 3, NULL)) AS v (k, t, x) \
                   WINDOW w AS (PARTITION BY k ORDER BY t) ORDER BY k, t";
        let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
        let text = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        let rows: Vec<&str> = text.lines().skip(3).take(4).collect();
        assert_eq!(
            rows,
            ["| a | 1 | 3 | 5 |", "| a | 2 | 8 |   |", "| a | 3 | 8 |   |", "| b | 1 | 7 |   |"]
        );
    }
}
