//! Properties of every input.

use std::io::Write;

use arrow::{
    array::AsArray,
    datatypes::{Decimal128Type, Int64Type, TimestampMicrosecondType},
};
use proptest::prelude::*;
use slotcast_core::{DateTime, Utc};

use super::{TestFile, batch, column, contract, counts, ingest_mapped, settings};
use crate::values::normalize::normalize_text;

const ORDERS: &str = "event_id,order_id,campaign_id,event,occurred_at,units,amount\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Parts of invalid files. Most files pass the format check.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"e1,o1,c,placed,2016-02-16 10:00,1,2.50\n".to_vec()),
        Just(b"e2,o2,c,cancelled,2016-02-16T10:00:00+09:00,,\r\n".to_vec()),
        Just("e3,\"주\n문\",c,placed,2016-02-16 10:00,1,\n".as_bytes().to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"{\"event_id\": \"e\", \"units\": 1e300}\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..30),
        "[0-9,:-]{0,30}\n".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// An instant at the limits of or within the valid range.
fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(-2_208_988_800_000_000_i64),
        Just(7_258_118_399_999_999_i64),
        Just(0),
        -2_208_988_800_000_000_i64..7_258_118_400_000_000,
    ]
}

/// Text that trimming keeps: without outer spaces, and not empty.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[가-힣]{1,8}", "[🎁🧶a-z\"\n;,]{1,6}", "\\PC{1,12}", any::<String>()]
        .prop_map(|text| text.trim().replace(['\0', '\r'], ""))
        .prop_filter("the text is not empty", |text| {
            let is_guarded = text.starts_with(['=', '\'']);
            !is_guarded && !normalize_text(text).is_empty() && text.trim() == text
        })
}

const FOREIGN: &str = r#"
name = "foreign"
zone = "UTC"
[[file]]
pattern = "*.csv"
delimiter = ";"
[[file.target]]
table = "order_events"
[file.target.columns]
event_id = "nr"
order_id = { concat = ["o-", { column = "what" }] }
campaign_id = "what"
event = { column = "how", map = { buy = "placed", back = "cancelled" } }
occurred_at = "when"
units = { column = "many", abs = true }
amount = "paid"
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in pieces(), header in any::<bool>(), ending in 0_usize..7) {
        let content = if header { [ORDERS.as_bytes(), &bytes].concat() } else { bytes };
        let (name, content) = match ending {
            0 => ("order_events/a.csv", content),
            1 => ("order_events/a.csv.gz", gzip(&content)),
            2 => ("order_events/a.csv.zst", zstd::encode_all(content.as_slice(), 1).unwrap()),
            3 => ("order_events/a.csv.gz", content),
            4 => ("order_events/a.ndjson", content),
            5 => ("order_events/a.parquet", content),
            _ => ("order_events/a.tsv", content),
        };
        let file = TestFile::new(name, &content);
        match file.ingest(&contract(), &settings()) {
            Ok(result) => {
                let (_, accepted, ..) = counts(&result);
                let facts: usize = result.facts.iter().map(|(_, batch)| batch.num_rows()).sum();
                prop_assert_eq!(facts as u64, accepted);
            }
            // The message names the file.
            Err(refused) => prop_assert!(refused.to_string().contains(name)),
        }
    }

    #[test]
    fn mappings_keep_every_value(
        rows in proptest::collection::vec((text(), instant(), 1_i64..=1_000_000_000_000_000, 1_i128..=999_999_999_999_999_999), 1..20),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        writer.write_record(["nr", "what", "how", "when", "many", "paid"]).unwrap();
        for (number, (what, when, many, paid)) in rows.iter().enumerate() {
            let at: DateTime<Utc> = DateTime::from_timestamp_micros(*when).unwrap();
            let when = at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            let paid = format!("{}.{:02}", paid / 100, paid % 100);
            writer.write_record([&format!("n{number:03}"), what, "buy", &when, &format!("-{many}"), &paid]).unwrap();
        }
        let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let result = ingest_mapped(FOREIGN, &written);
        prop_assert_eq!(counts(&result), (rows.len() as u64, rows.len() as u64, 0, 0, 0));
        let facts = batch(&result, "order_events");
        let at = facts.column_by_name("occurred_at").unwrap().as_primitive::<TimestampMicrosecondType>();
        let units = facts.column_by_name("units").unwrap().as_primitive::<Int64Type>();
        let amounts = facts.column_by_name("amount").unwrap().as_primitive::<Decimal128Type>();
        let names: Vec<String> = column(facts, "campaign_id");
        for (row, (what, when, many, paid)) in rows.iter().enumerate() {
            prop_assert_eq!(&names[row], &*normalize_text(what));
            prop_assert_eq!((at.value(row), units.value(row), amounts.value(row)), (*when, *many, *paid));
        }
    }
}
