//! Order snapshots of the campaigns that are built together.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use slotcast_lake::contract::{instant_type, money_type};

use super::{
    Horizon, Staged, Wanted, Words, column, instants, read_part,
    reading::Ordering,
    versions::{Place, Versions},
};
use crate::error::StatsError;

const READ: [&str; 11] = [
    "campaign_id",
    "observed_at",
    "measure",
    "orders",
    "units",
    "amount",
    "customers",
    "recorded_at",
    "known_at",
    "origin",
    "line",
];

const KEPT: [&str; 7] = ["observed_at", "orders", "units", "amount", "customers", "recorded_at", "known_at"];

fn schema() -> SchemaRef {
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("campaign_number", DataType::Int64),
        field("measure", DataType::Utf8),
        field("observed_at", instant_type()),
        field("orders", DataType::Int64),
        field("units", DataType::Int64),
        field("amount", money_type()),
        field("customers", DataType::Int64),
        field("recorded_at", instant_type()),
        field("known_at", instant_type()),
        field("superseded_at", instant_type()),
    ]))
}

/// Stages the snapshots of campaigns whose ids are `words` already.
pub(crate) fn stage_snapshots(wanted: &Wanted<'_>, words: &Words) -> Result<Staged, StatsError> {
    let mut horizon = Horizon::default();
    let mut batches: Vec<RecordBatch> = Vec::new();
    for part in wanted.parts {
        read_part(part, &READ, |batch| {
            let campaigns = words.look_up(column(&batch, "campaign_id")?)?;
            let (observed, known) = (instants(&batch, "observed_at")?, instants(&batch, "known_at")?);
            // An observation at the very end of a day is observed at the first instant after it.
            let mut is_visible = |row| {
                campaigns.get(row).is_some()
                    && horizon.meet(known.value(row).max(observed.value(row)), wanted.as_of)
            };
            let mask: BooleanArray = (0..batch.num_rows()).map(|row| Some(is_visible(row))).collect();
            batches.push(filter_record_batch(&batch, &mask)?);
            Ok(())
        })?;
    }
    let mut versions = Versions::default();
    let mut keys = Vec::new();
    for batch in &batches {
        let campaigns = words.look_up(column(batch, "campaign_id")?)?;
        let observed = instants(batch, "observed_at")?;
        let key = |row| (campaigns.get(row).unwrap_or(-1), observed.value(row));
        keys.push((0..batch.num_rows()).map(key).collect::<Vec<_>>());
    }
    for (batch, own) in keys.iter().enumerate() {
        for (row, key) in own.iter().enumerate() {
            let hash = xxhash_rust::xxh3::xxh3_64_with_seed(&key.0.to_le_bytes(), key.1 as u64);
            let place = Place { batch: batch as u32, row: row as u32 };
            versions.meet(place, hash, |first| keys[first.batch as usize][first.row as usize] == *key);
        }
    }
    let orderings = batches.iter().map(Ordering::of).collect::<Result<Vec<_>, _>>()?;
    let ends = versions.superseded(|place| orderings[place.batch as usize].of_row(place.row as usize));
    let mut staged = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let end = |row: usize| ends.get(&Place { batch: index as u32, row: row as u32 }).copied();
        let superseded: TimestampMicrosecondArray = (0..batch.num_rows()).map(end).collect();
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(keys[index].iter().map(|key| key.0).collect::<Int64Array>()),
            cast(column(batch, "measure")?, &DataType::Utf8)?,
        ];
        for name in KEPT {
            arrays.push(Arc::clone(column(batch, name)?));
        }
        arrays.push(Arc::new(superseded.with_timezone("UTC")));
        staged.push(RecordBatch::try_new(schema(), arrays)?);
    }
    Ok(Staged { schema: schema(), batches: staged, horizon })
}
