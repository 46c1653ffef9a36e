//! Rows of a relation by partition, and rows of different builds under one schema.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{AsArray, BooleanArray, RecordBatch, new_null_array},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Date32Type, Int64Type, Schema, SchemaRef},
};

use super::{dimensions::Dimensions, partition::Partition};
use crate::{
    engine::required_column,
    error::StatsError,
    registry::{BuildStep, Relation},
};

/// Rows of each partition, in their order.
pub(super) fn split_by_partition(
    relation: &Relation,
    batch: &RecordBatch,
    dimensions: &Dimensions,
) -> Result<Vec<(Partition, RecordBatch)>, StatsError> {
    let partitions = row_partitions(relation, batch, dimensions)?;
    let Some(first) = partitions.first() else { return Ok(Vec::new()) };
    if partitions.iter().all(|partition| partition == first) {
        return Ok(vec![(*first, batch.clone())]);
    }
    let found: BTreeSet<Partition> = partitions.iter().copied().collect();
    let rows_of = |partition: Partition| {
        let mask: BooleanArray = partitions.iter().map(|other| Some(*other == partition)).collect();
        Ok((partition, filter_record_batch(batch, &mask)?))
    };
    found.into_iter().map(rows_of).collect()
}

/// Partition of each row.
fn row_partitions(
    relation: &Relation,
    batch: &RecordBatch,
    dimensions: &Dimensions,
) -> Result<Vec<Partition>, StatsError> {
    let days =
        |name: &str| Ok::<_, StatsError>(required_column(batch, name)?.as_primitive::<Date32Type>().clone());
    Ok(match relation.step {
        BuildStep::Signals | BuildStep::Views | BuildStep::Conversion => {
            let days = days("day")?;
            let mut last = (i32::MIN, Partition::of_slot(0));
            let mut partition = |day: i32| {
                if day != last.0 {
                    last = (day, Partition::of_slot(dimensions.slot_of_day(day)));
                }
                last.1
            };
            days.values().iter().map(|day| partition(*day)).collect()
        }
        BuildStep::Features => {
            let distances = cast(required_column(batch, "days_before_open")?, &DataType::Int64)?;
            let distances = distances.as_primitive::<Int64Type>().values();
            let partition = |(slot, distance): (&i32, &i64)| Partition {
                slot: *slot,
                days_before_open: *distance as u32,
            };
            days("slot_date")?.values().iter().zip(distances).map(partition).collect()
        }
        _ => days("slot_date")?.values().iter().map(|day| Partition::of_slot(*day)).collect(),
    })
}

/// The columns of both schemas, in the order of the first.
pub(super) fn merged_schema(first: &SchemaRef, second: &SchemaRef) -> SchemaRef {
    let mut fields = first.fields().iter().cloned().collect::<Vec<_>>();
    fields.extend(second.fields().iter().filter(|field| first.index_of(field.name()).is_err()).cloned());
    Arc::new(Schema::new(fields))
}

/// A batch with the columns of a schema; missing ones are null.
pub(super) fn with_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, StatsError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) => Ok(cast(column, field.data_type())?),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, StatsError>>()?)?)
}
