//! What several tests of this room need: a lake, and orders in it.

use std::{path::Path, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{DataType, Int64Type, SchemaRef},
};

use crate::{
    contract::{ContractTable, ingest_files_schema, rejects_schema},
    layout::TableId,
    market::Market,
    parquet_file::{Part, Span, read_parts, write_part},
    store::{Lake, Replace},
};

pub(crate) const SALT: [u8; 32] = [7; 32];
pub(crate) const WEEK: i64 = 7 * 86_400 * 1_000_000;

/// The lake of a test.
pub(crate) fn lake(folder: &Path) -> Lake {
    Lake::open_or_create(folder, &Market::default(), "test", SALT).unwrap()
}

pub(crate) fn orders() -> TableId {
    TableId::facts("order_events")
}

pub(crate) fn rejects() -> TableId {
    TableId::ledger("rejects")
}

/// One order of a customer, at a moment in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a>(pub(crate) i64, pub(crate) &'a str, pub(crate) Option<&'a str>);

fn with_columns(schema: &SchemaRef, rows: usize, given: &[(&str, ArrayRef)]) -> RecordBatch {
    let columns = schema.fields().iter().map(|field| {
        let column =
            given.iter().find(|(name, _)| name == field.name()).map(|(_, column)| Arc::clone(column));
        column.unwrap_or_else(|| match field.data_type() {
            DataType::Utf8 if !field.is_nullable() => Arc::new(StringArray::from(vec!["x"; rows])),
            DataType::Int64 if !field.is_nullable() => Arc::new(Int64Array::from(vec![0; rows])),
            kind => arrow::array::new_null_array(kind, rows),
        })
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect()).unwrap()
}

/// A part of orders that no log names yet.
pub(crate) fn write_orders(lake: &Lake, name: &str, orders_given: &[Order<'_>]) -> Part {
    let schema = ContractTable::named("order_events").unwrap().fact_schema(&[]);
    let texts = |value: fn(&Order<'_>) -> Option<String>| {
        Arc::new(orders_given.iter().map(value).collect::<StringArray>()) as ArrayRef
    };
    let times: TimestampMicrosecondArray = orders_given.iter().map(|order| Some(order.0)).collect();
    let lines = Int64Array::from_iter_values(0..orders_given.len() as i64);
    let batch = with_columns(
        &schema,
        orders_given.len(),
        &[
            ("event_id", texts(|order| Some(format!("e-{}", order.1)))),
            ("order_id", texts(|order| Some(order.1.to_owned()))),
            ("campaign_id", texts(|order| Some(order.1[..1].to_owned()))),
            ("customer_id", texts(|order| order.2.map(str::to_owned))),
            ("occurred_at", Arc::new(times.with_timezone("UTC"))),
            ("line", Arc::new(lines)),
        ],
    );
    let span = Span::over(None, "occurred_at", &batch);
    write_part(&lake.layout().table(&orders()), name, &[batch], span).unwrap()
}

/// Orders of a batch, and the entry that finishes it.
pub(crate) async fn take_in(lake: &Lake, batch: &str, orders_given: &[Order<'_>]) -> u64 {
    let part = write_orders(lake, &format!("{batch}--01-00000.parquet"), orders_given);
    let schema = ContractTable::named("order_events").unwrap().fact_schema(&[]);
    let version = lake.commit(&orders(), &schema, &[part], &Replace::Nothing).await.unwrap();
    finish(lake, batch).await;
    version
}

pub(crate) async fn finish(lake: &Lake, batch: &str) {
    let schema = ingest_files_schema();
    let known_at = TimestampMicrosecondArray::from(vec![0]).with_timezone("UTC");
    let id: ArrayRef = Arc::new(StringArray::from(vec![batch]));
    let row = with_columns(&schema, 1, &[("batch_id", id), ("known_at", Arc::new(known_at))]);
    let table = TableId::ledger("ingest_files");
    let part = lake.write_part(&table, &format!("{batch}--ingest_files.parquet"), &[row]).unwrap();
    lake.commit(&table, &schema, &[part], &Replace::Nothing).await.unwrap();
}

/// Rejected rows of a batch.
pub(crate) async fn reject(lake: &Lake, batch: &str, raw: &[&str]) -> u64 {
    let schema = rejects_schema();
    let known_at = TimestampMicrosecondArray::from(vec![0; raw.len()]).with_timezone("UTC");
    let bytes: arrow::array::BinaryArray = raw.iter().map(|raw| Some(raw.as_bytes())).collect();
    let rows =
        with_columns(&schema, raw.len(), &[("raw", Arc::new(bytes)), ("known_at", Arc::new(known_at))]);
    let part = lake.write_part(&rejects(), &format!("{batch}--rejects.parquet"), &[rows]).unwrap();
    lake.commit(&rejects(), &schema, &[part], &Replace::Nothing).await.unwrap()
}

/// Order and customer of each row at a version, sorted.
pub(crate) async fn orders_at(lake: &Lake, version: Option<u64>) -> Vec<(String, Option<String>)> {
    let snapshot = match version {
        Some(version) => lake.at(&orders(), version).await.unwrap(),
        None => lake.head(&orders()).await.unwrap().unwrap(),
    };
    let mut rows = Vec::new();
    for batch in snapshot.read().unwrap() {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let (ids, customers) = (text("order_id"), text("customer_id"));
        let customer = |row: usize| customers.is_valid(row).then(|| customers.value(row).to_owned());
        rows.extend((0..batch.num_rows()).map(|row| (ids.value(row).to_owned(), customer(row))));
    }
    rows.sort();
    rows
}

/// Order and line of each row of a file, in the order of the file.
pub(crate) fn order_of_rows(path: &Path) -> Vec<(String, i64)> {
    let mut rows = Vec::new();
    for batch in read_parts(&[path.to_path_buf()]).unwrap() {
        let ids = batch.column_by_name("order_id").unwrap().as_string::<i32>().clone();
        let lines = batch.column_by_name("line").unwrap().as_primitive::<Int64Type>().clone();
        rows.extend((0..batch.num_rows()).map(|row| (ids.value(row).to_owned(), lines.value(row))));
    }
    rows
}
