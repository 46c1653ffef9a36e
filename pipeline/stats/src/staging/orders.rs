//! Order events of the campaigns that are built together.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray,
        TimestampMicrosecondArray,
    },
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use hashbrown::HashTable;
use slotcast_lake::contract::{instant_type, money_type};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Horizon, Staged, Wanted, Words, column, instants, read_part,
    reading::Ordering,
    versions::{Ends, Place, Versions, runs_of},
};
use crate::error::StatsError;

const READ: [&str; 13] = [
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
    "origin",
    "line",
];

fn schema() -> SchemaRef {
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("event_id", DataType::Utf8View),
        field("campaign_number", DataType::Int64),
        field("order_number", DataType::Int64),
        field("customer_number", DataType::Int64),
        field("channel_number", DataType::Int64),
        field("event", DataType::Utf8View),
        field("occurred_at", instant_type()),
        field("day", DataType::Date32),
        field("units", DataType::Int64),
        field("amount", money_type()),
        field("recorded_at", instant_type()),
        field("known_at", instant_type()),
        field("superseded_at", instant_type()),
        field("is_alone", DataType::Boolean),
        field("event_number", DataType::Int64),
    ]))
}

/// Stages the events of campaigns whose ids are `words` already.
pub(crate) fn stage_orders(wanted: &Wanted<'_>, words: &mut Words) -> Result<Staged, StatsError> {
    let mut horizon = Horizon::default();
    let mut batches = Vec::new();
    for part in wanted.parts {
        read_part(part, &READ, |batch| {
            let kept = visible(&batch, wanted.as_of, words, &mut horizon)?;
            if kept.num_rows() > 0 {
                batches.push(kept);
            }
            Ok(())
        })?;
    }
    let columns = batches.iter().map(|batch| Columns::of(batch, words)).collect::<Result<Vec<_>, _>>()?;
    let orders = Orders::of(&batches, &columns)?;
    let mut staged = Vec::with_capacity(batches.len());
    let mut met = 0;
    for (index, (batch, columns)) in batches.iter().zip(&columns).enumerate() {
        staged.push(finish(wanted, batch, columns, (index as u32, met), &orders)?);
        met += batch.num_rows() as i64;
    }
    Ok(Staged { schema: schema(), batches: staged, horizon })
}

/// The rows of these campaigns that are visible at `as_of`.
fn visible(
    batch: &RecordBatch,
    as_of: i64,
    words: &Words,
    horizon: &mut Horizon,
) -> Result<RecordBatch, StatsError> {
    let campaigns = words.look_up(column(batch, "campaign_id")?)?;
    let (occurred, known) = (instants(batch, "occurred_at")?, instants(batch, "known_at")?);
    let mask: BooleanArray = (0..batch.num_rows())
        .map(|row| {
            Some(
                campaigns.get(row).is_some() && {
                    horizon.known_from = horizon.known_from.min(known.value(row));
                    horizon.meet(known.value(row).max(occurred.value(row) + 1), as_of)
                },
            )
        })
        .collect();
    Ok(filter_record_batch(batch, &mask)?)
}

/// What the rows of a batch are told apart by.
struct Columns<'a> {
    events: &'a StringViewArray,
    orders: &'a StringViewArray,
    campaigns: Vec<i64>,
    channels: Vec<Option<i64>>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch, words: &mut Words) -> Result<Self, StatsError> {
        let text = |name: &str| Ok::<_, StatsError>(column(batch, name)?.as_string_view());
        let campaigns = words.look_up(column(batch, "campaign_id")?)?;
        let campaigns =
            (0..batch.num_rows()).map(|row| campaigns.get(row).expect("it was filtered")).collect();
        let channels = words.number_all(column(batch, "channel")?)?;
        Ok(Self {
            events: text("event_id")?,
            orders: text("order_id")?,
            campaigns,
            channels: (0..batch.num_rows()).map(|row| channels.get(row)).collect(),
        })
    }
}

/// Numbers of orders, how many events each has, and versions that were superseded.
struct Orders {
    of_rows: Vec<Vec<u32>>,
    events: Vec<u32>,
    superseded: Ends,
}

impl Orders {
    /// Orders and events belong to one campaign: the same id under another campaign is another order, and
    /// an event that comes again under another campaign is another event.
    fn of(batches: &[RecordBatch], columns: &[Columns<'_>]) -> Result<Self, StatsError> {
        let orderings = batches.iter().map(Ordering::of).collect::<Result<Vec<_>, _>>()?;
        let runs = runs_of(columns.iter().map(|own| own.campaigns.as_slice()));
        let mut numbered = Self {
            of_rows: columns.iter().map(|own| vec![0; own.campaigns.len()]).collect(),
            events: Vec::new(),
            superseded: Ends::new(),
        };
        let mut versions = Versions::default();
        let mut orders: HashTable<(u64, Place, u32)> = HashTable::new();
        for runs in runs.into_values() {
            orders.clear();
            for (batch, range) in runs {
                let own = &columns[batch];
                for row in range {
                    let place = Place { batch: batch as u32, row: row as u32 };
                    let event = own.events.value(row);
                    versions.meet(place, xxh3_64(event.as_bytes()), |first| {
                        columns[first.batch as usize].events.value(first.row as usize) == event
                    });
                    numbered.number(&mut orders, place, columns);
                }
            }
            let order = |place: Place| orderings[place.batch as usize].of_row(place.row as usize);
            numbered.superseded.extend(versions.superseded(order));
        }
        Ok(numbered)
    }

    fn number(&mut self, orders: &mut HashTable<(u64, Place, u32)>, place: Place, columns: &[Columns<'_>]) {
        let text = |place: Place| columns[place.batch as usize].orders.value(place.row as usize);
        let order = text(place);
        let hash = xxh3_64(order.as_bytes());
        let is_same = |entry: &(u64, Place, u32)| entry.0 == hash && text(entry.1) == order;
        let entry = orders.entry(hash, is_same, |entry| entry.0).or_insert_with(|| {
            self.events.push(0);
            (hash, place, self.events.len() as u32 - 1)
        });
        let number = entry.get().2;
        self.events[number as usize] += 1;
        self.of_rows[place.batch as usize][place.row as usize] = number;
    }
}

fn finish(
    wanted: &Wanted<'_>,
    batch: &RecordBatch,
    columns: &Columns<'_>,
    (index, met): (u32, i64),
    orders: &Orders,
) -> Result<RecordBatch, StatsError> {
    let numbers = &orders.of_rows[index as usize];
    let customers = column(batch, "customer_id")?.as_string_view();
    let customers = customers.iter().map(|text| text.map(|text| xxh3_64(text.as_bytes()) as i64));
    let occurred = instants(batch, "occurred_at")?;
    let end = |row: usize| orders.superseded.get(&Place { batch: index, row: row as u32 }).copied();
    let ends: TimestampMicrosecondArray = (0..batch.num_rows()).map(end).collect();
    let kept = |name: &str| Ok::<ArrayRef, StatsError>(Arc::clone(column(batch, name)?));
    let arrays: Vec<ArrayRef> = vec![
        kept("event_id")?,
        Arc::new(Int64Array::from(columns.campaigns.clone())),
        Arc::new(numbers.iter().map(|number| i64::from(*number)).collect::<Int64Array>()),
        Arc::new(customers.collect::<Int64Array>()),
        Arc::new(Int64Array::from(columns.channels.clone())),
        cast(column(batch, "event")?, &DataType::Utf8View)?,
        kept("occurred_at")?,
        Arc::new(Date32Array::from_iter_values(occurred.values().iter().map(|at| wanted.days.day(*at)))),
        kept("units")?,
        kept("amount")?,
        kept("recorded_at")?,
        kept("known_at")?,
        Arc::new(ends.with_timezone("UTC")),
        Arc::new(
            numbers.iter().map(|number| Some(orders.events[*number as usize] == 1)).collect::<BooleanArray>(),
        ),
        Arc::new(Int64Array::from_iter_values(met..met + batch.num_rows() as i64)),
    ];
    Ok(RecordBatch::try_new(schema(), arrays)?)
}
