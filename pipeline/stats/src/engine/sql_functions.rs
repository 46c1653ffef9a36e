//! Functions that relations share. Each is replaced by its expression when a query is optimized.
//!
//! - `holds_at(known_at, superseded_at, t)`: whether the version `[known_at, superseded_at)` holds at `t`.
//! - `net_of_cancellations(net, full_cancellations)`: the net of an order, which a full cancellation makes 0 and which
//!   is never negative.
//! - `cancelled_share(amount, units, all_units)`: the part of an order's amount that belongs to some of its units.
//! - `window_unit(opens_at, closes_at)`: unit of the order curve, `hour` for windows of 168 hours, else `decile`.
//! - `window_step(opens_at, closes_at, at)`: step of the window at an instant, in that unit, from 0.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::{
    common::{Result as EngineResult, ScalarValue, internal_err, plan_err},
    functions::{
        core::expr_fn::{greatest, least},
        math::expr_fn::round,
    },
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
        simplify::{ExprSimplifyResult, SimplifyContext},
    },
    prelude::{SessionContext, lit, when},
};

const MONEY: DataType = DataType::Decimal128(18, 2);
const WEEK_MICROS: i64 = 604_800_000_000;
const HOUR_MICROS: i64 = 3_600_000_000;
const DECILES: i64 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Macro {
    HoldsAt,
    NetOfCancellations,
    CancelledShare,
    WindowUnit,
    WindowStep,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct MacroFunction {
    name: Macro,
    signature: Signature,
}

/// Registers the functions in a session.
pub(crate) fn register(context: &SessionContext) {
    let macros = [
        Macro::HoldsAt,
        Macro::NetOfCancellations,
        Macro::CancelledShare,
        Macro::WindowUnit,
        Macro::WindowStep,
    ];
    for name in macros {
        let signature = Signature::user_defined(Volatility::Immutable);
        context.register_udf(ScalarUDF::new_from_impl(MacroFunction { name, signature }));
    }
}

impl Macro {
    fn argument_types(self, given: &[DataType]) -> EngineResult<Vec<DataType>> {
        let instant = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        match (self, given) {
            (Self::HoldsAt | Self::WindowStep, [_, _, _]) | (Self::WindowUnit, [_, _]) => {
                Ok(vec![instant(); given.len()])
            }
            (Self::NetOfCancellations, [net, _]) => Ok(vec![net.clone(), DataType::Int64]),
            (Self::CancelledShare, [amount, _, _]) => {
                Ok(vec![amount.clone(), DataType::Int64, DataType::Int64])
            }
            _ => plan_err!("{self:?} does not take {} arguments", given.len()),
        }
    }

    fn return_type(self, arguments: &[DataType]) -> DataType {
        match self {
            Self::HoldsAt => DataType::Boolean,
            Self::NetOfCancellations => arguments[0].clone(),
            Self::CancelledShare => MONEY,
            Self::WindowUnit => DataType::Utf8,
            Self::WindowStep => DataType::Int64,
        }
    }

    fn expression(self, arguments: &[Expr], info: &SimplifyContext) -> EngineResult<Expr> {
        let is_week = || (micros(&arguments[1]) - micros(&arguments[0])).eq(lit(WEEK_MICROS));
        match (self, arguments) {
            (Self::HoldsAt, [known_at, superseded_at, at]) => {
                let is_open = superseded_at.clone().is_null().or(superseded_at.clone().gt(at.clone()));
                Ok(known_at.clone().lt_eq(at.clone()).and(is_open))
            }
            (Self::NetOfCancellations, [net, full_cancellations]) => {
                let zero = lit(ScalarValue::new_zero(&info.get_data_type(net)?)?);
                let net = greatest(vec![net.clone(), zero.clone()]);
                when(full_cancellations.clone().gt(lit(0_i64)), zero).otherwise(net)
            }
            (Self::CancelledShare, [amount, units, all_units]) => {
                // Few orders have such a cancellation. A float holds amounts to the cent below 10^13.
                let float = |number: &Expr| cast(number.clone(), DataType::Float64);
                let units_taken = least(vec![units.clone(), all_units.clone()]);
                let share = float(amount) * float(&units_taken) / float(all_units);
                let share = cast(round(vec![share, lit(2_i64)]), MONEY);
                let zero = lit(ScalarValue::new_zero(&MONEY)?);
                let has_share = units.clone().gt(lit(0_i64)).and(all_units.clone().gt(lit(0_i64)));
                when(has_share, share).otherwise(zero)
            }
            (Self::WindowUnit, _) => when(is_week(), lit("hour")).otherwise(lit("decile")),
            (Self::WindowStep, [opens_at, closes_at, at]) => {
                let elapsed = || micros(at) - micros(opens_at);
                let deciles = lit(DECILES) * elapsed() / (micros(closes_at) - micros(opens_at));
                when(is_week(), elapsed() / lit(HOUR_MICROS)).otherwise(deciles)
            }
            _ => internal_err!("{self:?} does not take {} arguments", arguments.len()),
        }
    }
}

fn micros(instant: &Expr) -> Expr {
    cast(instant.clone(), DataType::Int64)
}

impl ScalarUDFImpl for MacroFunction {
    fn name(&self) -> &str {
        match self.name {
            Macro::HoldsAt => "holds_at",
            Macro::NetOfCancellations => "net_of_cancellations",
            Macro::CancelledShare => "cancelled_share",
            Macro::WindowUnit => "window_unit",
            Macro::WindowStep => "window_step",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> EngineResult<Vec<DataType>> {
        self.name.argument_types(given)
    }

    fn return_type(&self, arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(self.name.return_type(arguments))
    }

    fn invoke_with_args(&self, _arguments: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        internal_err!("`{}` is replaced by its expression", self.name())
    }

    fn simplify(&self, arguments: Vec<Expr>, info: &SimplifyContext) -> EngineResult<ExprSimplifyResult> {
        Ok(ExprSimplifyResult::Simplified(self.name.expression(&arguments, info)?))
    }
}
