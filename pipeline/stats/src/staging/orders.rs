//! Order events of the campaigns of a session.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, SchemaRef},
};
use hashbrown::HashTable;
use slotcast_lake::contract::{instant_type, money_type};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    fact_columns::{VersionColumns, counts, instants, read_columns},
    held::{HeldRows, HeldTimes, RowIndex},
    id_dictionary::IdDictionary,
    moved_keys::MovedRow,
    staged_table::{StagedTable, StagingRequest},
    validity::Validity,
    versions::{VersionIndex, hold_retracted, runs_of},
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
        ("source_file_id", DataType::Int64),
        ("line", DataType::Int64),
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
            let kept = visible(&batch, request, dictionary, &mut validity)?;
            if kept.num_rows() > 0 {
                batches.push(kept);
            }
            Ok(())
        })?;
    }
    let columns =
        batches.iter().map(|batch| EventColumns::read(batch, dictionary)).collect::<Result<Vec<_>, _>>()?;
    let orders = OrderIndex::new(request, &batches, &columns, dictionary, &mut validity)?;
    let mut staged = Vec::with_capacity(batches.len());
    let mut first_key = 0;
    for (index, (batch, columns)) in batches.iter().zip(&columns).enumerate() {
        let rows = stage_batch(request, batch, columns, (index as u32, first_key), &orders)?;
        first_key += rows.num_rows() as i64;
        staged.push(rows);
    }
    Ok(StagedTable { schema: schema(), batches: staged, validity })
}

/// Rows of these campaigns that are visible at `as_of`.
fn visible(
    batch: &RecordBatch,
    request: &StagingRequest<'_>,
    dictionary: &IdDictionary,
    validity: &mut Validity,
) -> Result<RecordBatch, StatsError> {
    let campaigns = dictionary.look_up(required_column(batch, "campaign_id")?)?;
    let (occurred, known) = (instants(batch, "occurred_at")?, instants(batch, "known_at")?);
    let source_files = counts(batch, "source_file_id")?;
    let retractions = request.retractions;
    let mut is_visible = |row: usize| {
        let known = known.value(row);
        campaigns.get(row).is_some()
            && (retractions.is_empty() || retractions.ever_valid(source_files.value(row), known, validity))
            && {
                validity.known_from = validity.known_from.min(known);
                validity.narrow(known.max(occurred.value(row) + 1), request.as_of)
            }
    };
    let mask: BooleanArray = (0..batch.num_rows()).map(|row| Some(is_visible(row))).collect();
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
    held: HeldTimes,
}

impl OrderIndex {
    /// An order belongs to one campaign: the same id under another campaign is another order. An event may have moved.
    fn new(
        request: &StagingRequest<'_>,
        batches: &[RecordBatch],
        columns: &[EventColumns<'_>],
        dictionary: &IdDictionary,
        validity: &mut Validity,
    ) -> Result<Self, StatsError> {
        let (retractions, moved) = (request.retractions, request.moved);
        let version_columns = batches.iter().map(VersionColumns::new).collect::<Result<Vec<_>, _>>()?;
        let occurred = batches.iter().map(|batch| instants(batch, "occurred_at"));
        let occurred = occurred.collect::<Result<Vec<_>, _>>()?;
        let version =
            |row: RowIndex| version_columns[row.batch as usize].version(row.row as usize, retractions);
        let runs = runs_of(columns.iter().map(|own| own.campaigns.as_slice()));
        let mut index = Self {
            keys: columns.iter().map(|own| vec![0; own.campaigns.len()]).collect(),
            event_counts: Vec::new(),
            held: HeldTimes::new(),
        };
        let mut versions = VersionIndex::default();
        let mut orders: HashTable<(u64, RowIndex, u32)> = HashTable::new();
        let (mut retracted_rows, mut moved_rows) = (Vec::new(), Vec::new());
        for (campaign, runs) in runs {
            orders.clear();
            for (batch, range) in runs {
                let own = &columns[batch];
                for position in range {
                    let row = RowIndex { batch: batch as u32, row: position as u32 };
                    let event = own.events.value(position);
                    let hash = xxh3_64(event.as_bytes());
                    versions.insert(row, hash, |first| {
                        columns[first.batch as usize].events.value(first.row as usize) == event
                    });
                    index.add(&mut orders, row, columns);
                    if !retractions.is_empty() && version(row).retracted_from.is_some() {
                        retracted_rows.push(row);
                    }
                    if moved.may_contain(hash) {
                        let (entity, order) = (dictionary.text(campaign), version(row).order);
                        let occurred_at = occurred[batch].value(position);
                        moved_rows.push(MovedRow { row, id: event, entity, occurred_at, order });
                    }
                }
            }
            versions.hold(&mut index.held, version);
        }
        hold_retracted(&mut index.held, retracted_rows, version);
        moved.hold(&mut index.held, moved_rows, request.as_of, retractions, validity);
        Ok(index)
    }

    /// Whether a row is the only event of its order, in a version that holds from some time on.
    fn is_single_event(&self, row: RowIndex) -> bool {
        let key = self.keys[row.batch as usize][row.row as usize];
        let is_open = || match self.held.get(&row).map(Vec::as_slice) {
            None => true,
            Some([only]) => only.ends_at.is_none(),
            Some(_) => false,
        };
        self.event_counts[key as usize] == 1 && is_open()
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
    let is_single = |row: usize| Some(orders.is_single_event(RowIndex { batch: index, row: row as u32 }));
    let copied = |name: &str| Ok::<ArrayRef, StatsError>(Arc::clone(required_column(batch, name)?));
    let columns: [ArrayRef; 13] = [
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
        copied("source_file_id")?,
        copied("line")?,
    ];
    let rows = HeldRows::new(index, instants(batch, "known_at")?, &orders.held);
    let mut arrays = columns.iter().map(|column| rows.column(column)).collect::<Result<Vec<_>, _>>()?;
    let is_single: ArrayRef = Arc::new((0..batch.num_rows()).map(is_single).collect::<BooleanArray>());
    let is_single = rows.column(&is_single)?;
    let event_keys = Int64Array::from_iter_values(first_key..first_key + rows.count() as i64);
    arrays.extend([rows.known_at, rows.superseded_at, is_single, Arc::new(event_keys)]);
    Ok(RecordBatch::try_new(schema(), arrays)?)
}
