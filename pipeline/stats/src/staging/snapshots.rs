//! Order snapshots of the campaigns of a session.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, SchemaRef},
};
use slotcast_lake::contract::{instant_type, money_type};

use super::{
    fact_columns::{VersionColumns, instants, read_columns},
    id_dictionary::IdDictionary,
    staged_table::{StagedTable, StagingRequest, Validity},
    versions::{RowIndex, VersionIndex},
};
use crate::{
    engine::{required_column, schema_of},
    error::StatsError,
};

const READ_COLUMNS: [&str; 11] = [
    "campaign_id",
    "observed_at",
    "measure",
    "orders",
    "units",
    "amount",
    "customers",
    "recorded_at",
    "known_at",
    "source_file_id",
    "line",
];

const COPIED_COLUMNS: [&str; 7] =
    ["observed_at", "orders", "units", "amount", "customers", "recorded_at", "known_at"];

fn schema() -> SchemaRef {
    schema_of([
        ("campaign_key", DataType::Int64),
        ("measure", DataType::Utf8),
        ("observed_at", instant_type()),
        ("orders", DataType::Int64),
        ("units", DataType::Int64),
        ("amount", money_type()),
        ("customers", DataType::Int64),
        ("recorded_at", instant_type()),
        ("known_at", instant_type()),
        ("superseded_at", instant_type()),
    ])
}

/// Stages the snapshots of the campaigns in `dictionary`.
pub(crate) fn stage_snapshots(
    request: &StagingRequest<'_>,
    dictionary: &IdDictionary,
) -> Result<StagedTable, StatsError> {
    let mut validity = Validity::default();
    let mut batches: Vec<RecordBatch> = Vec::new();
    for file in request.files {
        read_columns(file, &READ_COLUMNS, |batch| {
            let campaigns = dictionary.look_up(required_column(&batch, "campaign_id")?)?;
            let (observed, known) = (instants(&batch, "observed_at")?, instants(&batch, "known_at")?);
            // An observation at the end of a day is dated to the first instant after it.
            let mut is_visible = |row| {
                campaigns.get(row).is_some()
                    && validity.narrow(known.value(row).max(observed.value(row)), request.as_of)
            };
            let mask: BooleanArray = (0..batch.num_rows()).map(|row| Some(is_visible(row))).collect();
            batches.push(filter_record_batch(&batch, &mask)?);
            Ok(())
        })?;
    }
    let mut versions = VersionIndex::default();
    let mut keys = Vec::new();
    for batch in &batches {
        let campaigns = dictionary.look_up(required_column(batch, "campaign_id")?)?;
        let observed = instants(batch, "observed_at")?;
        let key = |row| (campaigns.get(row).unwrap_or(-1), observed.value(row));
        keys.push((0..batch.num_rows()).map(key).collect::<Vec<_>>());
    }
    for (batch, own) in keys.iter().enumerate() {
        for (row, key) in own.iter().enumerate() {
            let hash = xxhash_rust::xxh3::xxh3_64_with_seed(&key.0.to_le_bytes(), key.1 as u64);
            let index = RowIndex { batch: batch as u32, row: row as u32 };
            versions.insert(index, hash, |first| keys[first.batch as usize][first.row as usize] == *key);
        }
    }
    let version_columns = batches.iter().map(VersionColumns::new).collect::<Result<Vec<_>, _>>()?;
    let ends =
        versions.take_superseded(|index| version_columns[index.batch as usize].order(index.row as usize));
    let mut staged = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let end = |row: usize| ends.get(&RowIndex { batch: index as u32, row: row as u32 }).copied();
        let superseded: TimestampMicrosecondArray = (0..batch.num_rows()).map(end).collect();
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(keys[index].iter().map(|key| key.0).collect::<Int64Array>()),
            cast(required_column(batch, "measure")?, &DataType::Utf8)?,
        ];
        for name in COPIED_COLUMNS {
            arrays.push(Arc::clone(required_column(batch, name)?));
        }
        arrays.push(Arc::new(superseded.with_timezone("UTC")));
        staged.push(RecordBatch::try_new(schema(), arrays)?);
    }
    Ok(StagedTable { schema: schema(), batches: staged, validity })
}
