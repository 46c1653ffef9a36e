//! Versions of makers, products, campaigns and candidates.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, TimestampMicrosecondArray},
    compute::{cast, concat_batches},
    datatypes::{DataType, Field, Int64Type, Schema, SchemaRef},
};
use hashbrown::HashMap;
use slotcast_core::Slot;
use slotcast_lake::contract::instant_type;

use super::{fact_columns::instants, versions::for_each_superseded};
use crate::{calendar::day_number, engine::required_column, error::StatsError};

/// Adds `superseded_at` to versions of entities; `key` names their id.
///
/// # Errors
/// Fails if a column of the contract is missing.
pub(crate) fn stage_entities(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    key: &str,
) -> Result<RecordBatch, StatsError> {
    let batch = concat_batches(schema, batches)?;
    let ends = superseded(&batch, key)?;
    with_column(&batch, Field::new("superseded_at", instant_type(), true), Arc::new(ends))
}

/// Adds `opening_slot` to campaigns: the date of the slot in which each opens; null outside every slot.
///
/// # Errors
/// Fails if `opens_at` is missing.
pub(crate) fn with_opening_slots(batch: &RecordBatch, slots: &[Slot]) -> Result<RecordBatch, StatsError> {
    let opens: Vec<i64> = slots.iter().map(|slot| slot.opens_at.timestamp_micros()).collect();
    let date = |at: i64| {
        let slot = &slots[opens.partition_point(|opens| *opens <= at).checked_sub(1)?];
        (at < slot.closes_at.timestamp_micros()).then(|| day_number(slot.date))
    };
    let dates: Date32Array = instants(batch, "opens_at")?.iter().map(|at| at.and_then(date)).collect();
    with_column(batch, Field::new("opening_slot", DataType::Date32, true), Arc::new(dates))
}

/// Time at which a later version of each row was first known.
fn superseded(batch: &RecordBatch, key: &str) -> Result<TimestampMicrosecondArray, StatsError> {
    let ids = cast(required_column(batch, key)?, &DataType::Utf8)?;
    let ids = ids.as_string::<i32>();
    let [updated_at, known_at] = [instants(batch, "updated_at")?, instants(batch, "known_at")?];
    let whole = |name: &str| Ok::<_, StatsError>(cast(required_column(batch, name)?, &DataType::Int64)?);
    let [origin, line] = [whole("source_file_id")?, whole("line")?];
    let [origin, line]: [&Int64Array; 2] = [origin.as_primitive::<Int64Type>(), line.as_primitive()];
    let order = |row: usize| (updated_at.value(row), known_at.value(row), origin.value(row), line.value(row));

    let mut versions: HashMap<&str, Vec<usize>> = HashMap::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        versions.entry(ids.value(row)).or_default().push(row);
    }
    let mut ends = vec![None; batch.num_rows()];
    for rows in versions.into_values() {
        for_each_superseded(rows, order, |row, end| ends[row] = Some(end));
    }
    Ok(TimestampMicrosecondArray::from(ends).with_timezone("UTC"))
}

fn with_column(batch: &RecordBatch, field: Field, values: ArrayRef) -> Result<RecordBatch, StatsError> {
    let mut fields = batch.schema().fields().iter().cloned().collect::<Vec<_>>();
    fields.push(Arc::new(field));
    let mut columns = batch.columns().to_vec();
    columns.push(values);
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
