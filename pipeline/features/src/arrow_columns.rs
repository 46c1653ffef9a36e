//! Columns of record batches as vectors of plain values.

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Date32Type, Float64Type, TimeUnit, TimestampMicrosecondType},
};
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::FeatureError;

/// A column cast to a type; `expected` describes the type in an error.
pub(crate) fn read_column(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
    kind: &DataType,
    expected: &'static str,
) -> Result<ArrayRef, FeatureError> {
    let column = batch
        .column_by_name(name)
        .ok_or_else(|| FeatureError::MissingColumn { relation, column: name.to_owned() })?;
    cast(column, kind).map_err(|_| FeatureError::Type {
        relation,
        column: name.to_owned(),
        found: column.data_type().to_string(),
        expected,
    })
}

pub(crate) fn read_texts(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<String>>, FeatureError> {
    let column = read_column(batch, relation, name, &DataType::Utf8, "a text")?;
    Ok(column.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect())
}

/// Finite numbers; others are missing.
pub(crate) fn read_numbers(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<f64>>, FeatureError> {
    let column = read_column(batch, relation, name, &DataType::Float64, "a number")?;
    Ok(column
        .as_primitive::<Float64Type>()
        .iter()
        .map(|value| value.filter(|number| number.is_finite()))
        .collect())
}

pub(crate) fn read_instants(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<DateTime<Utc>>>, FeatureError> {
    let kind = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let column = read_column(batch, relation, name, &kind, "a timestamp")?;
    let values = column.as_primitive::<TimestampMicrosecondType>();
    Ok(values.iter().map(|value| value.and_then(DateTime::from_timestamp_micros)).collect())
}

pub(crate) fn read_dates(
    batch: &RecordBatch,
    relation: &'static str,
    name: &str,
) -> Result<Vec<Option<NaiveDate>>, FeatureError> {
    let column = read_column(batch, relation, name, &DataType::Date32, "a date")?;
    let to_date = Date32Type::to_naive_date_opt;
    Ok(column.as_primitive::<Date32Type>().iter().map(|day| day.and_then(to_date)).collect())
}

/// Values of a key column, none of them missing.
pub(crate) fn required<T>(
    values: Vec<Option<T>>,
    relation: &'static str,
    column: &str,
) -> Result<Vec<T>, FeatureError> {
    let null = |row| FeatureError::NullKey { relation, column: column.to_owned(), row };
    values.into_iter().enumerate().map(|(row, value)| value.ok_or_else(|| null(row))).collect()
}
