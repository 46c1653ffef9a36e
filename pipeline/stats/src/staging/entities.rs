//! Versions of makers, products, campaigns and candidates.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch},
    compute::{cast, concat_batches, filter_record_batch},
    datatypes::{DataType, Field, Int64Type, Schema, SchemaRef},
};
use hashbrown::HashMap;
use slotcast_core::Slot;
use slotcast_lake::contract::instant_type;

use super::{
    fact_columns::instants,
    held::{HeldRows, HeldTimes, Interval, RowIndex, Version, held_intervals},
    retractions::Retractions,
    validity::Validity,
};
use crate::{calendar::day_number, engine::required_column, error::StatsError};

/// Adds `superseded_at` to versions of entities; `key` names their id. There is one row per interval in which a version
/// holds, and `known_at` is its start.
///
/// # Errors
/// Fails if a column of the contract is missing.
pub(crate) fn stage_entities(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    key: &str,
    retractions: &Retractions,
) -> Result<RecordBatch, StatsError> {
    let all = concat_batches(schema, batches)?;
    let batch = if retractions.is_empty() { all } else { ever_valid(&all, retractions)? };
    let held = held(&batch, key, retractions)?;
    let rows = HeldRows::new(0, instants(&batch, "known_at")?, &held);
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        if field.name() == "known_at" { Ok(Arc::clone(&rows.known_at)) } else { rows.column(column) }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    with_column(&batch, Field::new("superseded_at", instant_type(), true), rows.superseded_at)
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

/// Rows that were valid at any time.
fn ever_valid(batch: &RecordBatch, retractions: &Retractions) -> Result<RecordBatch, StatsError> {
    let (known_at, source_files) = (instants(batch, "known_at")?, integers(batch, "source_file_id")?);
    // These tables are staged in every build.
    let mut validity = Validity::default();
    let is_valid = |(known_at, source_file): (&i64, &i64)| {
        Some(retractions.ever_valid(*source_file, *known_at, &mut validity))
    };
    let mask: BooleanArray = known_at.values().iter().zip(source_files.values()).map(is_valid).collect();
    Ok(filter_record_batch(batch, &mask)?)
}

/// Intervals in which each row holds.
fn held(batch: &RecordBatch, key: &str, retractions: &Retractions) -> Result<HeldTimes, StatsError> {
    let ids = cast(required_column(batch, key)?, &DataType::Utf8)?;
    let ids = ids.as_string::<i32>();
    let [updated_at, known_at] = [instants(batch, "updated_at")?, instants(batch, "known_at")?];
    let [origin, line] = [integers(batch, "source_file_id")?, integers(batch, "line")?];
    let version = |row: &usize| Version {
        order: (updated_at.value(*row), known_at.value(*row), origin.value(*row), line.value(*row)),
        retracted_from: retractions.known(origin.value(*row)),
    };
    let mut rows_of: HashMap<&str, Vec<usize>> = HashMap::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        rows_of.entry(ids.value(row)).or_default().push(row);
    }
    let mut held = HeldTimes::new();
    for rows in rows_of.into_values() {
        let versions: Vec<Version> = rows.iter().map(version).collect();
        let intervals: Vec<Vec<Interval>> = held_intervals(&versions);
        let index = |row: usize| RowIndex { batch: 0, row: row as u32 };
        held.extend(rows.into_iter().map(index).zip(intervals));
    }
    Ok(held)
}

fn integers(batch: &RecordBatch, name: &str) -> Result<Int64Array, StatsError> {
    Ok(cast(required_column(batch, name)?, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

fn with_column(batch: &RecordBatch, field: Field, values: ArrayRef) -> Result<RecordBatch, StatsError> {
    let mut fields = batch.schema().fields().iter().cloned().collect::<Vec<_>>();
    fields.push(Arc::new(field));
    let mut columns = batch.columns().to_vec();
    columns.push(values);
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
