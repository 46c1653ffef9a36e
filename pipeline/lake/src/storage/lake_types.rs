//! Conversion of query results to the types and columns of relations.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Field, Schema},
};

use crate::{
    error::LakeError,
    schema::contract::{instant_type, money_type},
};

/// Casts a batch to types that a Delta table supports. String views and dictionaries become text, unsigned
/// integers signed. Decimals become money, timestamps microseconds in UTC.
///
/// # Errors
/// If a value does not fit its new type.
pub fn cast_to_lake_types(batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let kind = lake_type(field.data_type());
        columns.push(if &kind == field.data_type() { Arc::clone(column) } else { cast(column, &kind)? });
        fields.push(Field::new(field.name(), kind, true));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn lake_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(_, _) => DataType::Utf8,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Int8 | DataType::Int16 | DataType::Int32 => DataType::Int64,
        DataType::Float16 | DataType::Float32 => DataType::Float64,
        DataType::Timestamp(_, _) => instant_type(),
        DataType::Null => DataType::Utf8,
        DataType::Decimal128(_, _) | DataType::Decimal256(_, _) => money_type(),
        other => other.clone(),
    }
}

/// A batch with the id of its run as an additional first column.
///
/// # Errors
/// If Arrow fails.
pub fn with_run_id(batch: &RecordBatch, run_id: &str) -> Result<RecordBatch, LakeError> {
    let mut fields = vec![Arc::new(Field::new("run_id", DataType::Utf8, true))];
    fields.extend(batch.schema().fields().iter().cloned());
    let ids = StringArray::from_iter_values(std::iter::repeat_n(run_id, batch.num_rows()));
    let mut columns: Vec<ArrayRef> = vec![Arc::new(ids)];
    columns.extend(batch.columns().iter().cloned());
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
