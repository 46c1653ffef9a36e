//! Helpers of several tests: a lake with orders.

use std::{path::Path, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{DataType, Int64Type, SchemaRef},
};

use crate::{
    log::{FilesToRemove, Lake},
    schema::{
        MarketConfig,
        contract::{ContractTable, WEEK_MICROS, ingest_files_schema, rejects_schema},
    },
    storage::{TableId, TimeRange, UncommittedFile, read_parquet_files, write_parquet},
};

pub(crate) const SALT: [u8; 32] = [7; 32];
pub(crate) const WEEK: i64 = WEEK_MICROS;

/// A new lake.
pub(crate) fn lake(folder: &Path) -> Lake {
    Lake::open_or_create(folder, &MarketConfig::default(), "test", SALT).unwrap()
}

pub(crate) fn orders() -> TableId {
    TableId::facts("order_events")
}

pub(crate) fn rejects() -> TableId {
    TableId::ledger("rejects")
}

/// One order: time in microseconds, id, customer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a>(pub(crate) i64, pub(crate) &'a str, pub(crate) Option<&'a str>);

fn with_columns(schema: &SchemaRef, rows: usize, values: &[(&str, ArrayRef)]) -> RecordBatch {
    let columns = schema.fields().iter().map(|field| {
        let column =
            values.iter().find(|(name, _)| name == field.name()).map(|(_, column)| Arc::clone(column));
        column.unwrap_or_else(|| match field.data_type() {
            DataType::Utf8 if !field.is_nullable() => Arc::new(StringArray::from(vec!["x"; rows])),
            DataType::Int64 if !field.is_nullable() => Arc::new(Int64Array::from(vec![0; rows])),
            kind => arrow::array::new_null_array(kind, rows),
        })
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect()).unwrap()
}

/// An uncommitted file of orders.
pub(crate) fn write_orders(lake: &Lake, name: &str, given: &[Order<'_>]) -> UncommittedFile {
    let schema = ContractTable::find("order_events").unwrap().fact_schema(&[]);
    let texts = |value: fn(&Order<'_>) -> Option<String>| {
        Arc::new(given.iter().map(value).collect::<StringArray>()) as ArrayRef
    };
    let times: TimestampMicrosecondArray = given.iter().map(|order| Some(order.0)).collect();
    let lines = Int64Array::from_iter_values(0..given.len() as i64);
    let batch = with_columns(
        &schema,
        given.len(),
        &[
            ("event_id", texts(|order| Some(format!("e-{}", order.1)))),
            ("order_id", texts(|order| Some(order.1.to_owned()))),
            ("campaign_id", texts(|order| Some(order.1[..1].to_owned()))),
            ("customer_id", texts(|order| order.2.map(str::to_owned))),
            ("occurred_at", Arc::new(times.with_timezone("UTC"))),
            ("line", Arc::new(lines)),
        ],
    );
    let range = TimeRange::union(None, "occurred_at", &batch);
    write_parquet(&lake.layout().table(&orders()), name, &[batch], range).unwrap()
}

/// Commits orders of a batch and the entry that finishes it.
pub(crate) async fn ingest(lake: &Lake, batch: &str, given: &[Order<'_>]) -> u64 {
    let file = write_orders(lake, &format!("{batch}--01-00000.parquet"), given);
    let schema = ContractTable::find("order_events").unwrap().fact_schema(&[]);
    let version = lake.commit(&orders(), &schema, &[file], &FilesToRemove::None).await.unwrap();
    finish(lake, batch).await;
    version
}

/// Commits the entry that finishes a batch.
pub(crate) async fn finish(lake: &Lake, batch: &str) {
    let schema = ingest_files_schema();
    let known_at = TimestampMicrosecondArray::from(vec![0]).with_timezone("UTC");
    let id: ArrayRef = Arc::new(StringArray::from(vec![batch]));
    let row = with_columns(&schema, 1, &[("batch_id", id), ("known_at", Arc::new(known_at))]);
    let table = TableId::ledger("ingest_files");
    let file = lake.write_file(&table, &format!("{batch}--ingest_files.parquet"), &[row]).unwrap();
    lake.commit(&table, &schema, &[file], &FilesToRemove::None).await.unwrap();
}

/// Commits rejected rows of a batch.
pub(crate) async fn reject(lake: &Lake, batch: &str, raw: &[&str]) -> u64 {
    let schema = rejects_schema();
    let known_at = TimestampMicrosecondArray::from(vec![0; raw.len()]).with_timezone("UTC");
    let bytes: arrow::array::BinaryArray = raw.iter().map(|raw| Some(raw.as_bytes())).collect();
    let rows =
        with_columns(&schema, raw.len(), &[("raw", Arc::new(bytes)), ("known_at", Arc::new(known_at))]);
    let file = lake.write_file(&rejects(), &format!("{batch}--rejects.parquet"), &[rows]).unwrap();
    lake.commit(&rejects(), &schema, &[file], &FilesToRemove::None).await.unwrap()
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

/// Order and line of each row of a file, unsorted.
pub(crate) fn rows_of_file(path: &Path) -> Vec<(String, i64)> {
    let mut rows = Vec::new();
    for batch in read_parquet_files(&[path.to_path_buf()]).unwrap() {
        let ids = batch.column_by_name("order_id").unwrap().as_string::<i32>().clone();
        let lines = batch.column_by_name("line").unwrap().as_primitive::<Int64Type>().clone();
        rows.extend((0..batch.num_rows()).map(|row| (ids.value(row).to_owned(), lines.value(row))));
    }
    rows
}
