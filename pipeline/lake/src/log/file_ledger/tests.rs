//! Tests of retractions in the ledger, and of ledgers of older lakes.

use arrow::array::{Int64Array, StringArray};

use super::*;
use crate::testing;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn row(source_file_id: i64, file: &str) -> IngestRow {
    IngestRow {
        batch_id: "b".to_owned(),
        source_file_id,
        file: file.to_owned(),
        content_hash: "c".to_owned(),
        mapping_hash: "m".to_owned(),
        read: 3,
        accepted: 2,
        rejected: 0,
        repeats: 1,
        filtered: 0,
        known_at: at("2026-04-01T00:00:00Z"),
        mapping: Some("shop".to_owned()),
        replaced: Some(1),
        findings: None,
        retraction: None,
    }
}

#[tokio::test]
async fn a_retraction_is_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    for (name, id) in [("one", 0), ("two", 1)] {
        let file = format!("{name}--01-ingest_files.parquet");
        lake.record_ingest_files(&file, &[row(id, name)], &BTreeMap::new()).await.unwrap();
    }
    let before = lake.head(&ingest_files_table()).await.unwrap().unwrap();
    let withdrawn =
        FileRetraction { at: at("2026-04-02T00:00:00Z"), from: Some(at("2026-04-02T00:00:00Z")), before: 2 };
    let never = FileRetraction { from: None, ..withdrawn };
    let name = "three--01-ingest_files.parquet";
    let retracted = BTreeMap::from([(0, withdrawn), (1, never)]);
    lake.record_ingest_files(name, &[row(2, "one")], &retracted).await.unwrap();
    let rows = lake.ingest_files().await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.retraction).collect::<Vec<_>>(),
        [Some(withdrawn), Some(never), None]
    );
    let unchanged =
        |id: i64, name: &str| IngestRow { retraction: rows[id as usize].retraction, ..row(id, name) };
    assert_eq!(rows, [unchanged(0, "one"), unchanged(1, "two"), unchanged(2, "one")]);
    let head = lake.head(&ingest_files_table()).await.unwrap().unwrap();
    assert_eq!((head.version, head.files.len()), (before.version + 1, 1));
    assert_eq!(
        lake.ingest_files_at(&before).unwrap(),
        [row(0, "one"), row(1, "two")],
        "older runs see no retraction"
    );
    // The first retraction of a file decides.
    let later = FileRetraction { at: at("2026-05-01T00:00:00Z"), ..withdrawn };
    lake.record_ingest_files("four--01-ingest_files.parquet", &[], &BTreeMap::from([(0, later)]))
        .await
        .unwrap();
    assert_eq!(lake.ingest_files().await.unwrap(), rows);
}

/// A ledger as earlier builds wrote it.
#[tokio::test]
async fn missing_columns_are_null() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let schema = arrow_schema! {
        batch_id: Utf8 not null,
        source_file_id: Int64 not null,
        file: Utf8 not null,
        content_hash: Utf8 not null,
        mapping_hash: Utf8 not null,
        read: Int64 not null,
        accepted: Int64 not null,
        rejected: Int64 not null,
        repeats: Int64 not null,
        filtered: Int64 not null,
        known_at: Timestamp not null,
    };
    let text = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let count = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let texts = ["old", "c", "m"].map(text);
    let counts = [3, 2, 0, 1, 0].map(count);
    let known_at = instant_array([at("2026-04-01T00:00:00Z")].into_iter());
    let columns = [vec![text("b"), count(0)], texts.to_vec(), counts.to_vec(), vec![known_at]].concat();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let table = ingest_files_table();
    let file = lake.write_file(&table, "old.parquet", &[batch]).unwrap();
    lake.commit(&table, &schema, &[file], &FilesToRemove::None).await.unwrap();
    let head = lake.head(&table).await.unwrap().unwrap();
    assert_eq!(head.schema.fields(), ingest_files_schema().fields(), "readers see the new columns");
    let old = IngestRow { mapping: None, replaced: None, ..row(0, "old") };
    assert_eq!(lake.ingest_files().await.unwrap(), std::slice::from_ref(&old));
    lake.record_ingest_files("new.parquet", &[row(1, "new")], &BTreeMap::new()).await.unwrap();
    assert_eq!(lake.ingest_files().await.unwrap(), [old, row(1, "new")]);
    assert_eq!(lake.at(&table, head.version).await.unwrap().files.len(), 1);
}
