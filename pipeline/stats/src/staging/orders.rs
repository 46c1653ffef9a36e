//! Order events of the campaigns of a session.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray,
        TimestampMicrosecondArray,
    },
    compute::{cast, filter_record_batch},
    datatypes::{DataType, SchemaRef},
};
use hashbrown::HashTable;
use slotcast_lake::contract::{instant_type, money_type};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    fact_columns::{VersionColumns, instants, read_columns},
    id_dictionary::IdDictionary,
    staged_table::{StagedTable, StagingRequest, Validity},
    versions::{RowIndex, SupersededTimes, VersionIndex, runs_of},
};
use crate::{
    engine::{required_column, schema_of},
    error::StatsError,
};

const READ_COLUMNS: [&str; 13] = [
    "event_id",
    "order_id",
    "campaign_id",
    "customer_id",
    "event",
    "occurred_at",
    "units",
    "amount",
    "channel",
    "recorded_at",
    "known_at",
    "source_file_id",
    "line",
];

fn schema() -> SchemaRef {
    schema_of([
        ("event_id", DataType::Utf8View),
        ("campaign_key", DataType::Int64),
        ("order_key", DataType::Int64),
        ("customer_key", DataType::Int64),
        ("channel_key", DataType::Int64),
        ("event", DataType::Utf8View),
        ("occurred_at", instant_type()),
        ("day", DataType::Date32),
        ("units", DataType::Int64),
        ("amount", money_type()),
        ("recorded_at", instant_type()),
        ("known_at", instant_type()),
        ("superseded_at", instant_type()),
        ("is_single_event", DataType::Boolean),
        ("event_key", DataType::Int64),
    ])
}

/// Stages the events of the campaigns in `dictionary`.
pub(crate) fn stage_orders(
    request: &StagingRequest<'_>,
    dictionary: &mut IdDictionary,
) -> Result<StagedTable, StatsError> {
    let mut validity = Validity::default();
    let mut batches = Vec::new();
    for file in request.files {
        read_columns(file, &READ_COLUMNS, |batch| {
            let kept = visible(&batch, request.as_of, dictionary, &mut validity)?;
            if kept.num_rows() > 0 {
                batches.push(kept);
            }
            Ok(())
        })?;
    }
    let columns =
        batches.iter().map(|batch| EventColumns::read(batch, dictionary)).collect::<Result<Vec<_>, _>>()?;
    let orders = OrderIndex::new(&batches, &columns)?;
    let mut staged = Vec::with_capacity(batches.len());
    let mut first_key = 0;
    for (index, (batch, columns)) in batches.iter().zip(&columns).enumerate() {
        staged.push(stage_batch(request, batch, columns, (index as u32, first_key), &orders)?);
        first_key += batch.num_rows() as i64;
    }
    Ok(StagedTable { schema: schema(), batches: staged, validity })
}

/// Rows of these campaigns that are visible at `as_of`.
fn visible(
    batch: &RecordBatch,
    as_of: i64,
    dictionary: &IdDictionary,
    validity: &mut Validity,
) -> Result<RecordBatch, StatsError> {
    let campaigns = dictionary.look_up(required_column(batch, "campaign_id")?)?;
    let (occurred, known) = (instants(batch, "occurred_at")?, instants(batch, "known_at")?);
    let mask: BooleanArray = (0..batch.num_rows())
        .map(|row| {
            Some(
                campaigns.get(row).is_some() && {
                    validity.known_from = validity.known_from.min(known.value(row));
                    validity.narrow(known.value(row).max(occurred.value(row) + 1), as_of)
                },
            )
        })
        .collect();
    Ok(filter_record_batch(batch, &mask)?)
}

/// Columns of a batch that identify events and orders.
struct EventColumns<'a> {
    events: &'a StringViewArray,
    orders: &'a StringViewArray,
    campaigns: Vec<i64>,
    channels: Vec<Option<i64>>,
}

impl<'a> EventColumns<'a> {
    fn read(batch: &'a RecordBatch, dictionary: &mut IdDictionary) -> Result<Self, StatsError> {
        let text = |name: &str| Ok::<_, StatsError>(required_column(batch, name)?.as_string_view());
        let campaigns = dictionary.look_up(required_column(batch, "campaign_id")?)?;
        let campaigns = (0..batch.num_rows())
            .map(|row| campaigns.get(row).expect("rows of other campaigns were filtered out"))
            .collect();
        let channels = dictionary.encode(required_column(batch, "channel")?)?;
        Ok(Self {
            events: text("event_id")?,
            orders: text("order_id")?,
            campaigns,
            channels: (0..batch.num_rows()).map(|row| channels.get(row)).collect(),
        })
    }
}

/// Orders of the rows of all batches.
struct OrderIndex {
    /// Key of the order of each row, by batch.
    keys: Vec<Vec<u32>>,
    /// Number of events of each order.
    event_counts: Vec<u32>,
    superseded: SupersededTimes,
}

impl OrderIndex {
    /// Orders and events belong to one campaign: the same id under another campaign is another order or event.
    fn new(batches: &[RecordBatch], columns: &[EventColumns<'_>]) -> Result<Self, StatsError> {
        let version_columns = batches.iter().map(VersionColumns::new).collect::<Result<Vec<_>, _>>()?;
        let runs = runs_of(columns.iter().map(|own| own.campaigns.as_slice()));
        let mut index = Self {
            keys: columns.iter().map(|own| vec![0; own.campaigns.len()]).collect(),
            event_counts: Vec::new(),
            superseded: SupersededTimes::new(),
        };
        let mut versions = VersionIndex::default();
        let mut orders: HashTable<(u64, RowIndex, u32)> = HashTable::new();
        for runs in runs.into_values() {
            orders.clear();
            for (batch, range) in runs {
                let own = &columns[batch];
                for position in range {
                    let row = RowIndex { batch: batch as u32, row: position as u32 };
                    let event = own.events.value(position);
                    versions.insert(row, xxh3_64(event.as_bytes()), |first| {
                        columns[first.batch as usize].events.value(first.row as usize) == event
                    });
                    index.add(&mut orders, row, columns);
                }
            }
            let order = |row: RowIndex| version_columns[row.batch as usize].order(row.row as usize);
            index.superseded.extend(versions.take_superseded(order));
        }
        Ok(index)
    }

    fn add(
        &mut self,
        orders: &mut HashTable<(u64, RowIndex, u32)>,
        row: RowIndex,
        columns: &[EventColumns<'_>],
    ) {
        let text = |row: RowIndex| columns[row.batch as usize].orders.value(row.row as usize);
        let order = text(row);
        let hash = xxh3_64(order.as_bytes());
        let is_same = |entry: &(u64, RowIndex, u32)| entry.0 == hash && text(entry.1) == order;
        let entry = orders.entry(hash, is_same, |entry| entry.0).or_insert_with(|| {
            self.event_counts.push(0);
            (hash, row, self.event_counts.len() as u32 - 1)
        });
        let key = entry.get().2;
        self.event_counts[key as usize] += 1;
        self.keys[row.batch as usize][row.row as usize] = key;
    }
}

/// Staged rows of one batch.
fn stage_batch(
    request: &StagingRequest<'_>,
    batch: &RecordBatch,
    columns: &EventColumns<'_>,
    (index, first_key): (u32, i64),
    orders: &OrderIndex,
) -> Result<RecordBatch, StatsError> {
    let keys = &orders.keys[index as usize];
    let customers = required_column(batch, "customer_id")?.as_string_view();
    let customers = customers.iter().map(|text| text.map(|text| xxh3_64(text.as_bytes()) as i64));
    let occurred = instants(batch, "occurred_at")?;
    let end = |row: usize| orders.superseded.get(&RowIndex { batch: index, row: row as u32 }).copied();
    let ends: TimestampMicrosecondArray = (0..batch.num_rows()).map(end).collect();
    let copied = |name: &str| Ok::<ArrayRef, StatsError>(Arc::clone(required_column(batch, name)?));
    let arrays: Vec<ArrayRef> = vec![
        copied("event_id")?,
        Arc::new(Int64Array::from(columns.campaigns.clone())),
        Arc::new(keys.iter().map(|key| i64::from(*key)).collect::<Int64Array>()),
        Arc::new(customers.collect::<Int64Array>()),
        Arc::new(Int64Array::from(columns.channels.clone())),
        cast(required_column(batch, "event")?, &DataType::Utf8View)?,
        copied("occurred_at")?,
        Arc::new(Date32Array::from_iter_values(occurred.values().iter().map(|at| request.days.day(*at)))),
        copied("units")?,
        copied("amount")?,
        copied("recorded_at")?,
        copied("known_at")?,
        Arc::new(ends.with_timezone("UTC")),
        Arc::new(
            keys.iter().map(|key| Some(orders.event_counts[*key as usize] == 1)).collect::<BooleanArray>(),
        ),
        Arc::new(Int64Array::from_iter_values(first_key..first_key + batch.num_rows() as i64)),
    ];
    Ok(RecordBatch::try_new(schema(), arrays)?)
}
