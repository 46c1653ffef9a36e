//! Versions, new columns, damaged logs.

use std::sync::Arc;

use arrow::{
    array::{Array, AsArray, Int64Array},
    datatypes::{DataType, Field, Int64Type, Schema},
};

use super::*;
use crate::testing;

fn numbers(values: Vec<i64>) -> RecordBatch {
    let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
    RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(values))]).unwrap()
}

fn sum(snapshot: &Snapshot) -> i64 {
    let batches = snapshot.read().unwrap();
    batches
        .iter()
        .flat_map(|b| b.column(0).as_primitive::<Int64Type>().iter().flatten().collect::<Vec<_>>())
        .sum()
}

#[tokio::test]
async fn a_version_stays_readable_after_it_was_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::relation("numbers");
    assert!(lake.head(&table).await.unwrap().is_none());
    let mut versions = Vec::new();
    for (name, values, replace) in [
        ("a.parquet", vec![1, 2], Replace::Nothing),
        ("b.parquet", vec![10], Replace::Nothing),
        ("c.parquet", vec![100], Replace::All),
    ] {
        let batch = numbers(values);
        let part = lake.write_part(&table, name, std::slice::from_ref(&batch)).unwrap();
        versions.push(lake.commit(&table, &batch.schema(), &[part], &replace).await.unwrap());
    }
    let mut sums = Vec::new();
    for version in versions {
        sums.push(sum(&lake.at(&table, version).await.unwrap()));
    }
    assert_eq!(sums, [3, 13, 100]);
}

#[tokio::test]
async fn a_new_column_is_null_in_older_files() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::facts("numbers");
    let old = numbers(vec![1]);
    let part = lake.write_part(&table, "a.parquet", std::slice::from_ref(&old)).unwrap();
    lake.commit(&table, &old.schema(), &[part], &Replace::Nothing).await.unwrap();
    let wider = Arc::new(Schema::new(vec![
        Field::new("n", DataType::Int64, true),
        Field::new("attr_video", DataType::Boolean, true),
    ]));
    lake.commit(&table, &wider, &[], &Replace::Nothing).await.unwrap();
    let head = lake.head(&table).await.unwrap().unwrap();
    assert_eq!(head.schema.fields().len(), 2);
    assert_eq!(head.files.len(), 1);
    assert!(head.read().unwrap()[0].column(0).null_count() == 0);
}

/// Ours are flushed before they are seen, so this takes a disk that lies, or another tool.
#[tokio::test]
async fn a_log_entry_that_is_cut_off_is_named() {
    for kept in ["", "{\"add\":{\"path\":\"b.par"] {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let table = TableId::relation("numbers");
        let mut versions = Vec::new();
        for (name, value) in [("a.parquet", 1), ("b.parquet", 2)] {
            let batch = numbers(vec![value]);
            let part = lake.write_part(&table, name, std::slice::from_ref(&batch)).unwrap();
            versions.push(lake.commit(&table, &batch.schema(), &[part], &Replace::Nothing).await.unwrap());
        }
        let log = lake.layout().table(&table).join("_delta_log");
        let newest = log.join(format!("{:020}.json", versions[1]));
        std::fs::write(&newest, kept).unwrap();
        let refused = lake.head(&table).await.unwrap_err();
        assert!(matches!(&refused, LakeError::Damaged { path, .. } if *path == newest), "{kept}: {refused}");
        assert_eq!(sum(&lake.at(&table, versions[0]).await.unwrap()), 1, "older versions are whole");
        std::fs::remove_file(&newest).unwrap();
        assert_eq!(lake.head(&table).await.unwrap().unwrap().version, versions[0]);
    }
}

#[tokio::test]
async fn a_long_log_is_checkpointed_and_every_version_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::relation("numbers");
    let mut first = None;
    for number in 0..101 {
        let batch = numbers(vec![number]);
        let name = format!("{number}.parquet");
        let part = lake.write_part(&table, &name, std::slice::from_ref(&batch)).unwrap();
        let version = lake.commit(&table, &batch.schema(), &[part], &Replace::All).await.unwrap();
        first.get_or_insert(version);
    }
    assert_eq!(sum(&lake.head(&table).await.unwrap().unwrap()), 100);
    assert_eq!(sum(&lake.at(&table, first.unwrap()).await.unwrap()), 0);
    assert_eq!(sum(&lake.at(&table, first.unwrap() + 50).await.unwrap()), 50);
    let log = lake.layout().table(&table).join("_delta_log");
    assert!(log.join("_last_checkpoint").exists());
    let names = std::fs::read_dir(log).unwrap().flatten().map(|entry| entry.file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains('#')));
}

#[tokio::test]
async fn a_log_names_files_of_its_own_table_only() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::relation("numbers");
    let batch = numbers(vec![1]);
    let part = lake.write_part(&table, "a.parquet", std::slice::from_ref(&batch)).unwrap();
    lake.commit(&table, &batch.schema(), std::slice::from_ref(&part), &Replace::Nothing).await.unwrap();
    let climbing = Part { name: "../../../salt".to_owned(), ..part };
    lake.commit(&table, &batch.schema(), &[climbing], &Replace::Nothing).await.unwrap();
    let message = lake.head(&table).await.unwrap_err().to_string();
    assert!(message.contains("`../../../salt`") && message.contains("damaged"), "{message}");
    assert_eq!(sum(&lake.at(&table, 1).await.unwrap()), 1, "the version before it is readable");
}
