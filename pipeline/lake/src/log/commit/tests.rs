//! Tests of versions, new columns and damaged logs.

use std::sync::Arc;

use arrow::{
    array::{Array, AsArray, Int64Array},
    datatypes::Int64Type,
};

use super::*;
use crate::testing;

fn numbers(values: Vec<i64>) -> RecordBatch {
    RecordBatch::try_new(arrow_schema! { n: Int64 }, vec![Arc::new(Int64Array::from(values))]).unwrap()
}

fn sum(snapshot: &Snapshot) -> i64 {
    let batches = snapshot.read().unwrap();
    batches
        .iter()
        .flat_map(|b| b.column(0).as_primitive::<Int64Type>().iter().flatten().collect::<Vec<_>>())
        .sum()
}

#[tokio::test]
async fn replaced_versions_stay_readable() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::relation("numbers");
    assert!(lake.head(&table).await.unwrap().is_none());
    let mut versions = Vec::new();
    for (name, values, removes) in [
        ("a.parquet", vec![1, 2], FilesToRemove::None),
        ("b.parquet", vec![10], FilesToRemove::None),
        ("c.parquet", vec![100], FilesToRemove::All),
    ] {
        let batch = numbers(values);
        let file = lake.write_file(&table, name, std::slice::from_ref(&batch)).unwrap();
        versions.push(lake.commit(&table, &batch.schema(), &[file], &removes).await.unwrap());
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
    let file = lake.write_file(&table, "a.parquet", std::slice::from_ref(&old)).unwrap();
    lake.commit(&table, &old.schema(), &[file], &FilesToRemove::None).await.unwrap();
    let wider = arrow_schema! { n: Int64, attr_video: Boolean };
    lake.commit(&table, &wider, &[], &FilesToRemove::None).await.unwrap();
    let head = lake.head(&table).await.unwrap().unwrap();
    assert_eq!(head.schema.fields().len(), 2);
    assert_eq!(head.files.len(), 1);
    assert!(head.read().unwrap()[0].column(0).null_count() == 0);
}

/// Own entries are flushed before they are visible, so this takes another tool or a disk without flushes.
#[tokio::test]
async fn a_truncated_log_entry_is_named() {
    for kept in ["", "{\"add\":{\"path\":\"b.par"] {
        let folder = tempfile::tempdir().unwrap();
        let lake = testing::lake(folder.path());
        let table = TableId::relation("numbers");
        let mut versions = Vec::new();
        for (name, value) in [("a.parquet", 1), ("b.parquet", 2)] {
            let batch = numbers(vec![value]);
            let file = lake.write_file(&table, name, std::slice::from_ref(&batch)).unwrap();
            versions.push(lake.commit(&table, &batch.schema(), &[file], &FilesToRemove::None).await.unwrap());
        }
        let log = lake.layout().table(&table).join("_delta_log");
        let newest = log.join(format!("{:020}.json", versions[1]));
        std::fs::write(&newest, kept).unwrap();
        let refused = lake.head(&table).await.unwrap_err();
        assert!(matches!(&refused, LakeError::Damaged { path, .. } if *path == newest), "{kept}: {refused}");
        assert_eq!(sum(&lake.at(&table, versions[0]).await.unwrap()), 1, "older versions are readable");
        std::fs::remove_file(&newest).unwrap();
        assert_eq!(lake.head(&table).await.unwrap().unwrap().version, versions[0]);
    }
}

#[tokio::test]
async fn a_long_log_has_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::relation("numbers");
    let mut first = None;
    for number in 0..101 {
        let batch = numbers(vec![number]);
        let name = format!("{number}.parquet");
        let file = lake.write_file(&table, &name, std::slice::from_ref(&batch)).unwrap();
        let version = lake.commit(&table, &batch.schema(), &[file], &FilesToRemove::All).await.unwrap();
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
async fn a_log_names_only_files_of_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let table = TableId::relation("numbers");
    let batch = numbers(vec![1]);
    let file = lake.write_file(&table, "a.parquet", std::slice::from_ref(&batch)).unwrap();
    lake.commit(&table, &batch.schema(), std::slice::from_ref(&file), &FilesToRemove::None).await.unwrap();
    let climbing = UncommittedFile { name: "../../../salt".to_owned(), ..file };
    lake.commit(&table, &batch.schema(), &[climbing], &FilesToRemove::None).await.unwrap();
    let message = lake.head(&table).await.unwrap_err().to_string();
    assert!(message.contains("`../../../salt`") && message.contains("damaged"), "{message}");
    assert_eq!(sum(&lake.at(&table, 1).await.unwrap()), 1, "the version before it is readable");
}
