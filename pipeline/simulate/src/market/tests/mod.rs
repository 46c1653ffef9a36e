//! Tests of simulated markets.

mod anomalies;
mod ground_truth;
mod inbox;
mod orders;
mod settings;

use std::collections::BTreeMap;

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::{Float64Type, TimestampMicrosecondType},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Market, MarketCounts, MarketSpec, OutputFormat, Preset, WriteOptions};

/// Files by path, and the counts of their rows.
fn written(market: &Market, options: WriteOptions) -> (BTreeMap<String, Vec<u8>>, MarketCounts) {
    let (files, counts) = market.files(&options).unwrap();
    (files.into_iter().map(|file| (file.path, file.bytes)).collect(), counts)
}

fn everything(format: OutputFormat) -> WriteOptions {
    WriteOptions { format, since: None, until: "2100-01-01T00:00:00Z".parse().unwrap(), threads: 2 }
}

fn small_spec() -> MarketSpec {
    let settings = [
        ("market.slots", "12"),
        ("terms.median", "60"),
        ("demand.median", "40"),
        ("signals.like.median", "20"),
    ];
    MarketSpec::preset(Preset::Y2016).with(&settings).unwrap()
}

/// Batches of a table, parsed from Parquet files.
fn rows(files: &BTreeMap<String, Vec<u8>>, table: &str) -> Vec<RecordBatch> {
    let own = files.iter().filter(|(path, _)| path.starts_with(&format!("{table}/")));
    own.flat_map(|(_, bytes)| {
        let bytes = bytes::Bytes::from(bytes.clone());
        ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap().map(Result::unwrap)
    })
    .collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    batch[name].as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn instants(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    batch[name].as_primitive::<TimestampMicrosecondType>().iter().collect()
}

/// Columns `p_hit_oracle`, `p_hit_knowable` and `hit` of the ground truth.
fn probabilities(market: &Market) -> (Vec<f64>, Vec<f64>, Vec<Option<bool>>) {
    let truth = market.truth(2).unwrap();
    let numbers = |name: &str| truth[name].as_primitive::<Float64Type>().values().to_vec();
    (numbers("p_hit_oracle"), numbers("p_hit_knowable"), truth["hit"].as_boolean().iter().collect())
}
