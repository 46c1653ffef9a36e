//! Order snapshots of the campaigns of a session.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, SchemaRef},
};
use hashbrown::{HashMap, HashSet};
use slotcast_lake::contract::{instant_type, money_type};

use super::{
    fact_columns::{VersionColumns, counts, instants, read_columns},
    held::{HeldRows, HeldTimes, Interval, RowIndex, winners},
    id_dictionary::IdDictionary,
    staged_table::{StagedTable, StagingRequest},
    validity::Validity,
    versions::{VersionIndex, hold_retracted},
};
use crate::{
    engine::{required_column, schema_of},
    error::StatsError,
};

/// A total with the time of its observation and an interval in which it holds.
type TotalClaim = (RowIndex, (i64, Interval));

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

const COPIED_COLUMNS: [&str; 6] = ["observed_at", "orders", "units", "amount", "customers", "recorded_at"];

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
        ("is_latest_version", DataType::Boolean),
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
            let (source_files, retractions) = (counts(&batch, "source_file_id")?, request.retractions);
            // An observation at the end of a day is dated to the first instant after it.
            let mut is_visible = |row| {
                campaigns.get(row).is_some()
                    && retractions.ever_valid(source_files.value(row), known.value(row), &mut validity)
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
    let version = |index: RowIndex| {
        version_columns[index.batch as usize].version(index.row as usize, request.retractions)
    };
    let mut held = HeldTimes::new();
    versions.hold(&mut held, version);
    let retracted = row_indices(&batches).filter(|row| version(*row).retracted_from.is_some());
    hold_retracted(&mut held, retracted, version);
    let is_open =
        |row: &RowIndex| held.get(row).is_none_or(|held| held.iter().any(|held| held.ends_at.is_none()));
    let latest: HashSet<RowIndex> = row_indices(&batches).filter(is_open).collect();
    hold_newest_totals(&mut held, &batches, &keys)?;
    let mut staged = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let rows = HeldRows::new(index as u32, instants(batch, "known_at")?, &held);
        let own_keys: ArrayRef = Arc::new(keys[index].iter().map(|key| key.0).collect::<Int64Array>());
        let measures = cast(required_column(batch, "measure")?, &DataType::Utf8)?;
        let mut arrays = vec![rows.column(&own_keys)?, rows.column(&measures)?];
        for name in COPIED_COLUMNS {
            arrays.push(rows.column(required_column(batch, name)?)?);
        }
        let row_index = |row| RowIndex { batch: index as u32, row };
        let is_latest: BooleanArray =
            (0..batch.num_rows() as u32).map(|row| Some(latest.contains(&row_index(row)))).collect();
        let is_latest = rows.column(&(Arc::new(is_latest) as ArrayRef))?;
        arrays.extend([rows.known_at, rows.superseded_at, is_latest]);
        staged.push(RecordBatch::try_new(schema(), arrays)?);
    }
    Ok(StagedTable { schema: schema(), batches: staged, validity })
}

fn row_indices(batches: &[RecordBatch]) -> impl Iterator<Item = RowIndex> + '_ {
    let rows = |(batch, rows): (usize, &RecordBatch)| {
        (0..rows.num_rows()).map(move |row| RowIndex { batch: batch as u32, row: row as u32 })
    };
    batches.iter().enumerate().flat_map(rows)
}

/// Restricts totals to the times at which each was the newest total of its campaign.
fn hold_newest_totals(
    held: &mut HeldTimes,
    batches: &[RecordBatch],
    keys: &[Vec<(i64, i64)>],
) -> Result<(), StatsError> {
    let measures = batches.iter().map(|batch| {
        let column = required_column(batch, "measure")?;
        Ok::<_, StatsError>(cast(column, &DataType::Utf8)?)
    });
    let measures = measures.collect::<Result<Vec<_>, _>>()?;
    let known = batches.iter().map(|batch| instants(batch, "known_at")).collect::<Result<Vec<_>, _>>()?;
    let mut totals: HashMap<i64, Vec<TotalClaim>> = HashMap::new();
    for row in row_indices(batches) {
        let (batch, position) = (row.batch as usize, row.row as usize);
        let measures = measures[batch].as_string::<i32>();
        if measures.is_valid(position) && measures.value(position) == "increment" {
            continue;
        }
        let (campaign, observed_at) = keys[batch][position];
        let from_known = [Interval { starts_at: known[batch].value(position), ends_at: None }];
        let own = held.get(&row).map_or(&from_known[..], Vec::as_slice);
        if own.iter().any(|interval| !interval.is_empty()) {
            let claims = own.iter().map(|interval| (row, (observed_at, *interval)));
            totals.entry(campaign).or_default().extend(claims);
        }
    }
    for claims in totals.into_values().filter(|claims| claims.len() > 1) {
        let only: Vec<_> = claims.iter().map(|(_, claim)| *claim).collect();
        let mut newest: HashMap<RowIndex, Vec<Interval>> = HashMap::new();
        for ((row, _), intervals) in claims.iter().zip(winners(&only)) {
            newest.entry(*row).or_default().extend(intervals);
        }
        for (row, mut intervals) in newest {
            if intervals.is_empty() {
                intervals.push(Interval::empty(known[row.batch as usize].value(row.row as usize)));
            }
            held.insert(row, intervals);
        }
    }
    Ok(())
}
