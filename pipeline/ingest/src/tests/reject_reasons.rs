//! Reasons for rejecting a row.

use super::{TestFile, batch, column, contract, counts, ingest_contract, settings};
use crate::{FileError, RejectReason};

/// The reject of a file with one row.
fn only_reject(name: &str, content: &str) -> (RejectReason, Option<String>) {
    let result = ingest_contract(name, content);
    assert_eq!(counts(&result), (1, 0, 1, 0, 0), "{content}");
    assert!(result.facts.is_empty());
    assert_eq!(result.rejects[0].line, 2);
    (result.rejects[0].reason, result.rejects[0].column_name.clone())
}

const CAMPAIGN: [(&str, &str); 11] = [
    ("campaign_id", "c1"),
    ("product_id", "p1"),
    ("slot_date", "2016-02-16"),
    ("opens_at", "2016-02-16T10:00:00+09:00"),
    ("closes_at", "2016-02-23 10:00:00"),
    ("threshold", "100"),
    ("threshold_basis", "units"),
    ("price", "19900.00"),
    ("status", "scheduled"),
    ("declared_outcome", ""),
    ("updated_at", "2016-02-01 09:00"),
];

fn campaign(changes: &[(&str, &str)]) -> String {
    let cell = |(name, usual): &(&str, &str)| {
        changes
            .iter()
            .find(|(changed, _)| changed == name)
            .map_or_else(|| (*usual).to_owned(), |(_, to)| (*to).to_owned())
    };
    let header: Vec<_> = CAMPAIGN.iter().map(|(name, _)| *name).collect();
    let cells: Vec<_> = CAMPAIGN.iter().map(cell).collect();
    format!("{}\n{}\n", header.join(","), cells.join(","))
}

#[test]
fn valid_campaign() {
    let result = ingest_contract("campaigns/a.csv", &campaign(&[]));
    assert_eq!(counts(&result), (1, 1, 0, 0, 0));
    let facts = batch(&result, "campaigns");
    assert_eq!(column(facts, "opens_at"), ["2016-02-16T01:00:00Z"]);
    assert_eq!(column(facts, "closes_at"), ["2016-02-23T01:00:00Z"]);
    assert_eq!(column(facts, "threshold"), ["100.00"]);
    assert_eq!(column(facts, "slot_date"), ["2016-02-16"]);
    assert_eq!(column(facts, "capacity"), [""]);
    assert_eq!(column(facts, "line"), ["2"]);
    assert_eq!(column(facts, "source_file_id"), ["0"]);
}

#[test]
fn invalid_campaigns() {
    type Case<'a> = (&'a [(&'a str, &'a str)], RejectReason, &'a str);
    let cases: [Case<'_>; 18] = [
        (&[("product_id", "  ")], RejectReason::MissingValue, "product_id"),
        (&[("threshold", "")], RejectReason::MissingValue, "threshold"),
        (&[("threshold", "many")], RejectReason::BadNumber, "threshold"),
        (&[("price", "1e3")], RejectReason::BadNumber, "price"),
        (&[("opens_at", "16.02.2016")], RejectReason::BadTimestamp, "opens_at"),
        (&[("slot_date", "2016-02-30")], RejectReason::BadDate, "slot_date"),
        (&[("slot_date", "2016-02-16 10:00")], RejectReason::BadDate, "slot_date"),
        (&[("slot_date", "0016-02-16")], RejectReason::OutOfRange, "slot_date"),
        (&[("threshold_basis", "pieces")], RejectReason::UnknownWord, "threshold_basis"),
        (&[("threshold", "0")], RejectReason::NotPositive, "threshold"),
        (&[("threshold", "-5")], RejectReason::NotPositive, "threshold"),
        (&[("price", "-0.01")], RejectReason::Negative, "price"),
        (&[("price", "0.001")], RejectReason::TooManyDecimals, "price"),
        (&[("price", "99999999999999999")], RejectReason::OutOfRange, "price"),
        (&[("updated_at", "20160-02-01 09:00")], RejectReason::BadTimestamp, "updated_at"),
        (&[("closes_at", "2016-02-16 10:00:00")], RejectReason::ClosesBeforeOpens, "closes_at"),
        (&[("declared_outcome", "reached")], RejectReason::OutcomeBeforeClose, "declared_outcome"),
        (&[("status", "closed")], RejectReason::OutcomeBeforeClose, "status"),
    ];
    for (changes, reason, column) in cases {
        let found = only_reject("campaigns/a.csv", &campaign(changes));
        assert_eq!(found, (reason, Some(column.to_owned())), "{changes:?}");
    }
}

#[test]
fn outcome_at_the_close_is_valid() {
    let closed =
        [("status", "closed"), ("declared_outcome", "missed"), ("updated_at", "2016-02-23 10:00:00")];
    assert_eq!(counts(&ingest_contract("campaigns/a.csv", &campaign(&closed))), (1, 1, 0, 0, 0));
}

#[test]
fn invalid_orders() {
    let header = "event_id,order_id,campaign_id,event,occurred_at,units,amount,gift\n";
    let cases = [
        ("e,o,c,placed,2016-02-16 10:00,0,,", RejectReason::NotPositive, "units"),
        ("e,o,c,placed,2016-02-16 10:00,1.5,,", RejectReason::BadNumber, "units"),
        ("e,o,c,placed,2016-02-16 10:00,9999999999999999,,", RejectReason::OutOfRange, "units"),
        ("e,o,c,placed,2016-02-16 10:00,,,", RejectReason::NoQuantity, "units"),
        ("e,o,c,placed,2016-02-16 10:00,1,,maybe", RejectReason::BadFlag, "gift"),
        ("e,o,c,ordered,2016-02-16 10:00,1,,", RejectReason::UnknownWord, "event"),
    ];
    for (row, reason, column) in cases {
        let found = only_reject("order_events/a.csv", &format!("{header}{row}\n"));
        assert_eq!(found, (reason, Some(column.to_owned())), "{row}");
    }
    let good = format!("{header}e,o,c,cancelled,2016-02-16 10:00,,,\nf,o,c,placed,2016-02-16 10:00,3.0,,T\n");
    let result = ingest_contract("order_events/a.csv", &good);
    assert_eq!(counts(&result), (2, 2, 0, 0, 0));
    assert_eq!(column(batch(&result, "order_events"), "units"), ["", "3"]);
    assert_eq!(column(batch(&result, "order_events"), "gift"), ["", "true"]);
}

#[test]
fn invalid_snapshots() {
    let header = "campaign_id,observed_at,measure,orders,units,customers\n";
    let cases = [
        ("c,2016-02-17T00:00:00Z,,,,7", RejectReason::NoQuantity, "orders"),
        ("c,2016-02-17T00:00:00Z,,-1,,", RejectReason::Negative, "orders"),
        ("c,2016-02-17T00:00:00Z,sum,1,,", RejectReason::UnknownWord, "measure"),
    ];
    for (row, reason, column) in cases {
        let found = only_reject("order_snapshots/a.csv", &format!("{header}{row}\n"));
        assert_eq!(found, (reason, Some(column.to_owned())), "{row}");
    }
    let result = ingest_contract(
        "order_snapshots/a.csv",
        &format!("{header}c,2016-02-17T00:00:00Z,,0,,\nc,2016-02-18T00:00:00Z,increment,0,,\n"),
    );
    assert_eq!(column(batch(&result, "order_snapshots"), "measure"), ["total", "increment"]);
}

#[test]
fn snapshots_without_measure_are_totals() {
    let result =
        ingest_contract("order_snapshots/a.csv", "campaign_id,observed_at,units\nc,2016-02-17T00:00:00Z,4\n");
    assert_eq!(column(batch(&result, "order_snapshots"), "measure"), ["total"]);
}

#[test]
fn malformed_rows() {
    let good = "m,작가,artist,2016-02-01 09:00\n".repeat(3);
    let header = "maker_id,name,kind,updated_at\r\n";
    let mut bytes = format!("{header}{good}a,b\r\n\r\n\"x\ny\",").into_bytes();
    bytes.extend_from_slice(b"\xb0\xa1,artist,2016-02-01 09:00\r\nz,z,z,z,z");
    let result = TestFile::new("makers/a.csv", bytes).ingest(&contract(), &settings()).unwrap();
    assert_eq!(counts(&result), (6, 1, 3, 2, 0));
    let found: Vec<_> =
        result.rejects.iter().map(|reject| (reject.line, reject.reason, reject.raw.as_slice())).collect();
    let foreign: &[u8] = b"\"x\ny\",\xb0\xa1,artist,2016-02-01 09:00";
    assert_eq!(
        found,
        [
            (5, RejectReason::RaggedRow, &b"a,b"[..]),
            (7, RejectReason::BadEncoding, foreign),
            (9, RejectReason::RaggedRow, &b"z,z,z,z,z"[..]),
        ]
    );
}

#[test]
fn rejects_as_relation() {
    let result =
        ingest_contract("makers/a.csv", "maker_id,name,kind,updated_at\nm,작가,robot,2016-02-01 09:00\n");
    let rows = crate::rejects_to_batch("makers/a.csv", &result.rejects, "batch-1", super::now());
    assert_eq!(column(&rows, "reason"), ["unknown_word"]);
    assert_eq!(column(&rows, "column_name"), ["kind"]);
    assert_eq!(column(&rows, "line"), ["2"]);
    assert_eq!(column(&rows, "known_at"), ["2016-03-01T00:00:00Z"]);
    assert_eq!(crate::rejects_to_batch("f", &[], "b", super::now()).num_rows(), 0);
}

#[test]
fn codes_are_unique() {
    let codes: std::collections::BTreeSet<_> = RejectReason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), RejectReason::ALL.len());
}

#[test]
fn too_many_bad_rows() {
    let rows = |bad: usize, good: usize| {
        let good: String = (0..good).map(|row| format!("m{row},n,artist,2016-02-01 09:00\n")).collect();
        format!("maker_id,name,kind,updated_at\n{}{good}", "m,n,robot,2016-02-01 09:00\n".repeat(bad))
    };
    assert_eq!(counts(&ingest_contract("makers/a.csv", &rows(19, 0))), (19, 0, 19, 0, 0));
    assert_eq!(counts(&ingest_contract("makers/a.csv", &rows(20, 380))), (400, 380, 20, 0, 0));
    let refused = TestFile::new("makers/a.csv", rows(20, 379)).ingest(&contract(), &settings()).unwrap_err();
    let message = refused.to_string();
    assert!(matches!(refused, FileError::TooManyBadRows { bad: 20, read: 399, line: 2, .. }), "{message}");
    assert!(message.contains("column `kind`: unknown_word in `m,n,robot"), "{message}");
    let strict = super::Settings { strict: true, ..settings() };
    let refused = TestFile::new("makers/a.csv", rows(1, 99)).ingest(&contract(), &strict).unwrap_err();
    assert!(refused.to_string().contains("none (strict)"), "{refused}");
}

#[test]
fn json_digits_and_rejects() {
    let line = |id: &str, units: &str, amount: &str| {
        format!(
            "{{\"event_id\":{id},\"order_id\":\"o\",\"campaign_id\":\"c\",\"event\":\"placed\",\
             \"occurred_at\":\"2016-02-16 10:00\",\"units\":{units},\"amount\":{amount}}}\n"
        )
    };
    let rows = [
        line("100000000000000000001", "3.00", "99999999999999.99"),
        line("100000000000000000002", "3", "1234567890123456.78"),
        line("\"a\\u0000b\"", "1", "1"),
        line("7", "1", "100.0000000000000000001"),
    ];
    let result = ingest_contract("order_events/a.ndjson", &rows.concat());
    assert_eq!(counts(&result), (4, 2, 2, 0, 0));
    let facts = batch(&result, "order_events");
    assert_eq!(column(facts, "event_id"), ["100000000000000000001", "100000000000000000002"]);
    assert_eq!(column(facts, "units"), ["3", "3"]);
    assert_eq!(column(facts, "amount"), ["99999999999999.99", "1234567890123456.78"]);
    let reasons: Vec<_> = result.rejects.iter().map(|reject| reject.reason).collect();
    assert_eq!(reasons, [RejectReason::NulByte, RejectReason::TooManyDecimals]);
    let empty = TestFile::new("makers/a.ndjson", "\n").ingest(&contract(), &settings()).unwrap_err();
    assert!(matches!(empty, FileError::Empty { .. }), "{empty}");
}
