//! `to_char` as in Postgres, for times and numbers. A pattern that contains `%` is one of the engine's own, as in
//! `%Y-%m-%d`.

use std::{fmt::Write as _, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, StringArray, StringBuilder},
    compute::cast,
    datatypes::{DataType, Decimal128Type, Float64Type, TimeUnit, TimestampMicrosecondType},
};
use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use datafusion::{
    common::{Result as EngineResult, exec_err, plan_err},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::SessionContext,
};
use slotcast_core::Tz;

use super::{
    number_pattern::NumberPattern,
    time_pattern::{TimePattern, ZonedTime},
};

/// Largest number of digits of a decimal.
const MAX_DIGITS: u8 = 38;

#[derive(Debug, PartialEq, Eq, Hash)]
struct ToChar {
    signature: Signature,
    aliases: Vec<String>,
}

/// Replaces the engine's function in a session.
pub(in crate::query) fn register(context: &SessionContext) {
    let signature = Signature::user_defined(Volatility::Immutable);
    let own = ToChar { signature, aliases: vec!["date_format".to_owned()] };
    context.register_udf(ScalarUDF::new_from_impl(own));
}

impl ScalarUDFImpl for ToChar {
    fn name(&self) -> &str {
        "to_char"
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> EngineResult<Vec<DataType>> {
        let [value, _] = given else {
            return plan_err!("to_char takes a value and a pattern, not {} arguments", given.len());
        };
        let value = match value {
            DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
            DataType::Date32 | DataType::Date64 | DataType::Null | DataType::Utf8 | DataType::Utf8View => {
                DataType::Timestamp(TimeUnit::Microsecond, None)
            }
            DataType::Float16 | DataType::Float32 | DataType::Float64 => DataType::Float64,
            DataType::Decimal128(..) => value.clone(),
            kind if kind.is_integer() => DataType::Decimal128(20, 0),
            other => return plan_err!("to_char takes a time, a date or a number, not {other}"),
        };
        Ok(vec![value, DataType::Utf8])
    }

    fn return_type(&self, _arguments: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let [values, patterns] = arrays.as_slice() else {
            return exec_err!("to_char takes a value and a pattern");
        };
        let patterns = patterns.as_string::<i32>();
        let texts = match values.data_type() {
            DataType::Timestamp(_, zone) => format_times(values, zone.as_deref(), patterns)?,
            _ => format_numbers(values, patterns)?,
        };
        Ok(ColumnarValue::Array(texts))
    }
}

/// Formats each value by its pattern. A pattern that repeats is parsed once.
fn format_rows<P>(
    values: &ArrayRef,
    patterns: &StringArray,
    parse: impl Fn(&str) -> Result<P, String>,
    format: impl Fn(&P, usize) -> EngineResult<String>,
) -> EngineResult<ArrayRef> {
    let mut texts = StringBuilder::new();
    let mut last: Option<(&str, P)> = None;
    for row in 0..values.len() {
        if values.is_null(row) || patterns.is_null(row) {
            texts.append_null();
            continue;
        }
        let text = patterns.value(row);
        if last.as_ref().is_none_or(|(known, _)| *known != text) {
            match parse(text) {
                Ok(pattern) => last = Some((text, pattern)),
                Err(reason) => return exec_err!("{reason}"),
            }
        }
        if let Some((_, pattern)) = &last {
            texts.append_value(format(pattern, row)?);
        }
    }
    Ok(Arc::new(texts.finish()))
}

/// A pattern of a time.
enum AnyPattern {
    Postgres(TimePattern),
    /// A pattern of `strftime`.
    Strftime(String),
}

fn format_times(values: &ArrayRef, zone: Option<&str>, patterns: &StringArray) -> EngineResult<ArrayRef> {
    let micros = values.as_primitive::<TimestampMicrosecondType>();
    let parse = |text: &str| match text.contains('%') {
        true => Ok(AnyPattern::Strftime(text.to_owned())),
        false => TimePattern::parse(text).map(AnyPattern::Postgres),
    };
    let format = |pattern: &AnyPattern, row: usize| {
        let Some(instant) = DateTime::from_timestamp_micros(micros.value(row)) else {
            return exec_err!("a time is out of the range of to_char");
        };
        let time = zoned(instant, zone);
        match pattern {
            AnyPattern::Postgres(pattern) => Ok(pattern.format(&time)),
            AnyPattern::Strftime(pattern) => strftime(&time, zone.is_some(), pattern),
        }
    };
    format_rows(values, patterns, parse, format)
}

/// The local time in a zone. A time without zone is local already.
fn zoned(instant: DateTime<Utc>, zone: Option<&str>) -> ZonedTime {
    let utc = instant.naive_utc();
    let named: Option<Tz> = zone.and_then(|zone| zone.parse().ok());
    if let Some(named) = named {
        let local = named.from_utc_datetime(&utc);
        let (zone, offset_seconds) = (local.format("%Z").to_string(), local.offset().fix().local_minus_utc());
        return ZonedTime { local: local.naive_local(), zone, offset_seconds };
    }
    let offset: Option<FixedOffset> = zone.and_then(|zone| zone.parse().ok());
    let local: NaiveDateTime = offset.map_or(utc, |offset| utc + offset);
    ZonedTime {
        local,
        zone: match (zone, offset) {
            (Some(_), Some(offset)) if offset.local_minus_utc() == 0 => "UTC".to_owned(),
            (zone, _) => zone.unwrap_or_default().to_owned(),
        },
        offset_seconds: offset.map_or(0, |offset| offset.local_minus_utc()),
    }
}

fn strftime(time: &ZonedTime, has_zone: bool, pattern: &str) -> EngineResult<String> {
    let mut text = String::new();
    let written = match FixedOffset::east_opt(time.offset_seconds).filter(|_| has_zone) {
        Some(offset) => {
            let local = DateTime::<FixedOffset>::from_naive_utc_and_offset(time.local - offset, offset);
            write!(text, "{}", local.format(pattern))
        }
        None => write!(text, "{}", time.local.format(pattern)),
    };
    match written {
        Ok(()) => Ok(text),
        Err(_) => exec_err!("pattern `{pattern}` is no valid pattern of strftime"),
    }
}

fn format_numbers(values: &ArrayRef, patterns: &StringArray) -> EngineResult<ArrayRef> {
    let format = |pattern: &NumberPattern, row: usize| {
        let places = pattern.places();
        let text = match values.data_type() {
            DataType::Float64 => format!("{:.places$}", values.as_primitive::<Float64Type>().value(row)),
            _ => {
                let scale = i8::try_from(places).unwrap_or(i8::MAX);
                // Halves are rounded away from zero.
                let rounded = cast(&values.slice(row, 1), &DataType::Decimal128(MAX_DIGITS, scale))?;
                rounded.as_primitive::<Decimal128Type>().value_as_string(0)
            }
        };
        if !text.ends_with(|last: char| last.is_ascii_digit()) {
            return exec_err!("to_char cannot write `{text}` by a pattern");
        }
        let (is_negative, digits) =
            text.strip_prefix('-').map_or((false, text.as_str()), |digits| (true, digits));
        let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        Ok(pattern.format(is_negative && !is_zero, digits))
    };
    format_rows(values, patterns, NumberPattern::parse, format)
}
