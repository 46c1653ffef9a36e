//! Damaged files: each is read or refused, and the other file of the inbox is ingested.
//!
//! `SLOTCAST_FUZZ_CASES=5000 cargo test -p slotcast-ingest damaged -- --nocapture` damages each sample
//! 5000 times and prints each case, so that an abort shows its case.
#![expect(clippy::print_stderr, reason = "a long run prints its progress")]

use std::{io::Write, sync::Arc};

use arrow::{
    array::{
        ArrayRef, Date64Array, Decimal128Array, DictionaryArray, Int64Array, LargeStringArray, ListArray,
        RecordBatch, StringArray, TimestampMicrosecondArray,
    },
    datatypes::{Int32Type, Int64Type},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding},
    file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion},
};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{TestFile, TestLake, contract, settings};
use crate::FileError;

const GOOD: &str = "maker_id,name,kind,updated_at\nm1,x,artist,2016-01-01 09:00\n";
const ORDERS: &str = "event_id,order_id,campaign_id,event,occurred_at,units,amount\n";
const ROWS: usize = 300;

/// Cases per lake.
const CASES_PER_LAKE: usize = 50;

fn parquet(properties: WriterPropertiesBuilder) -> Vec<u8> {
    let numbers = 0..ROWS as i64;
    let text = |prefix: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(numbers.clone().map(|number| format!("{prefix}{number}"))))
    };
    let events = (0..ROWS).map(|row| if row % 5 == 0 { "cancelled" } else { "placed" });
    let events: DictionaryArray<Int32Type> = events.collect();
    let moments = numbers.clone().map(|number| 1_455_580_800_000_000 + number * 1_000_000);
    let units = Int64Array::from_iter(numbers.clone().map(|number| (number % 3 > 0).then_some(number)));
    let amounts =
        Decimal128Array::from_iter(numbers.clone().map(|number| Some(i128::from(number + 1) * 100)));
    let lists = numbers.clone().map(|number| {
        (number % 4 > 0).then(|| (0..number % 4).map(|item| (item > 1).then_some(item)).collect::<Vec<_>>())
    });
    let batch = RecordBatch::try_from_iter([
        ("event_id", text("e")),
        ("order_id", text("order-")),
        ("campaign_id", Arc::new(LargeStringArray::from_iter_values((0..ROWS).map(|_| "c"))) as ArrayRef),
        ("event", Arc::new(events)),
        (
            "occurred_at",
            Arc::new(TimestampMicrosecondArray::from_iter_values(moments).with_timezone("Asia/Seoul")),
        ),
        ("units", Arc::new(units)),
        ("amount", Arc::new(amounts.with_precision_and_scale(12, 2).unwrap())),
        ("day", Arc::new(Date64Array::from_iter_values(numbers.map(|number| number * 86_400_000)))),
        ("items", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists))),
    ])
    .unwrap();
    let properties = properties.set_max_row_group_row_count(Some(200)).set_data_page_row_count_limit(64);
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.set_write_batch_size(32).build()))
            .unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn csv() -> String {
    let row = |number: usize| {
        format!("e{number},\"o,{number}\",c{},placed,2016-02-16 10:{:02},1,2.50\n", number % 7, number % 60)
    };
    ORDERS.to_owned() + &(0..ROWS).map(row).collect::<String>()
}

fn ndjson() -> String {
    let row = |number: usize| {
        format!(
            "{{\"event_id\": \"e{number}\", \"order_id\": {number}, \"campaign_id\": \"c\", \"event\": \"placed\", \
             \"occurred_at\": \"2016-02-16 10:00\", \"units\": 1, \"more\": {{\"a\": [1, {{\"b\": null}}]}}}}\n"
        )
    };
    (0..ROWS).map(row).collect()
}

/// Valid files of every format, encoding and compression.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let builder = WriterProperties::builder;
    let plain = parquet(builder().set_dictionary_enabled(false));
    let snappy = parquet(builder().set_compression(Compression::SNAPPY));
    let zstd = parquet(builder().set_compression(Compression::ZSTD(Default::default())));
    let second = || builder().set_writer_version(WriterVersion::PARQUET_2_0);
    let delta = parquet(second().set_dictionary_enabled(false));
    let lengths = parquet(
        second()
            .set_dictionary_enabled(false)
            .set_column_encoding("order_id".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .set_column_encoding("units".into(), Encoding::BYTE_STREAM_SPLIT)
            .set_compression(Compression::SNAPPY),
    );
    let (csv, ndjson) = (csv(), ndjson());
    let (korean, _, _) = encoding_rs::EUC_KR
        .encode("maker_id,name,kind,updated_at\nm1,\"해담 공방\",artist,2016-01-01 09:00\n");
    vec![
        ("order_events/plain.parquet", plain),
        ("order_events/snappy.parquet", snappy.clone()),
        ("order_events/zstd.parquet", zstd),
        ("order_events/delta.parquet", delta),
        ("order_events/lengths.parquet", lengths),
        ("order_events/packed.parquet.gz", gzip(&snappy)),
        ("order_events/a.csv", csv.clone().into_bytes()),
        ("order_events/a.csv.gz", gzip(csv.as_bytes())),
        ("order_events/a.csv.zst", zstd::encode_all(csv.as_bytes(), 3).unwrap()),
        ("order_events/a.ndjson", ndjson.clone().into_bytes()),
        ("order_events/a.ndjson.gz", gzip(ndjson.as_bytes())),
        ("makers/korean.csv", korean.into_owned()),
    ]
}

/// Damages a few bytes, mostly near the end with its footer.
fn damage(bytes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..4) {
        let length = bytes.len().max(2);
        let tail = if random.random_bool(0.5) { length.saturating_sub(2_500) } else { 0 };
        let at = random.random_range(tail..length - 1).min(bytes.len());
        let until = (at + random.random_range(1..12)).min(bytes.len());
        match random.random_range(0..8) {
            0..3 => {
                bytes[at..until].iter_mut().take(1).for_each(|byte| *byte ^= 1 << random.random_range(0..8))
            }
            3 => bytes[at..until].iter_mut().for_each(|byte| *byte = random.random()),
            4 => bytes[at..until].fill(if random.random() { 0xff } else { 0 }),
            5 => {
                let from = random.random_range(0..length - 1).min(bytes.len());
                let piece = bytes[from..(from + 40).min(bytes.len())].to_vec();
                bytes.splice(at..until, piece);
            }
            6 => drop(bytes.drain(at..until)),
            _ if random.random_bool(0.2) => bytes.truncate(at),
            _ => {
                let byte = random.random();
                bytes.insert(at, byte);
            }
        }
    }
    bytes
}

#[test]
fn damaged_files_are_read_or_refused() {
    let cases = std::env::var("SLOTCAST_FUZZ_CASES").ok().map(|cases| cases.parse::<usize>().unwrap());
    let good = TestFile::new("makers/good.csv", GOOD);
    let mut lake = TestLake::empty();
    for (sample, (name, bytes)) in samples().iter().enumerate() {
        let (mut read, mut refused, mut panicked) = (0, 0, 0);
        for case in 0..cases.unwrap_or(40) {
            if case % CASES_PER_LAKE == 0 {
                lake = TestLake::empty();
            }
            if cases.is_some() {
                eprintln!("{name} {case}");
            }
            let mut random = ChaCha8Rng::seed_from_u64((sample as u64) << 32 | case as u64);
            let bad = TestFile::new(name, damage(bytes, &mut random));
            let files = [bad.file.clone(), good.file.clone()];
            let mut result = lake.ingest_all(&files, &contract(), &settings());
            assert!(result.pop().unwrap().is_ok_and(|good| good.counts.read == 1), "{name} {case}");
            match result.pop().unwrap() {
                Ok(_) => read += 1,
                Err(found) => {
                    let message = found.to_string();
                    assert!(!matches!(found, FileError::Internal { .. }), "{case}: {message}");
                    assert!(
                        message.starts_with(&format!("`{name}`")) && !message.contains('\n'),
                        "{message}"
                    );
                    if matches!(found, FileError::Damaged { .. }) {
                        panicked += 1;
                    } else {
                        refused += 1;
                    }
                }
            }
        }
        if cases.is_some() {
            eprintln!("{name}: {read} read, {refused} refused, {panicked} refused after a panic");
        }
    }
}

#[test]
fn valid_files_of_every_encoding_are_ingested() {
    for (name, bytes) in samples() {
        let result = TestFile::new(name, &bytes).ingest(&contract(), &settings()).unwrap();
        let expected = if name.starts_with("makers") { 1 } else { ROWS as u64 };
        assert_eq!(result.counts.accepted, expected, "{name}: {:?}", result.rejects.first());
    }
}
