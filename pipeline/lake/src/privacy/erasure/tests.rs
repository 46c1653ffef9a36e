//! Tests of erasure: the customer is in no file, and nothing else changes.

use std::{fs, path::Path};

use arrow::array::{AsArray, RecordBatch};

use super::*;
use crate::{
    storage::{Snapshot, read_parquet_files},
    testing::{self, Order, ingest, orders, orders_at, reject, rejects, write_orders},
};

const ID: &str = "kim.7";
const AT: &str = "2026-11-25T00:00:00Z";

fn at() -> DateTime<Utc> {
    AT.parse().unwrap()
}

/// The whole content of a lake as text: the rows of Parquet files, the bytes of others. The ledger of
/// erasures is left out, because it must contain pseudonyms.
fn all_texts(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("ledger/erasures") {
                all_texts(&path, texts);
            }
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            for batch in read_parquet_files(&[path]).unwrap() {
                for column in batch.columns() {
                    let plain = column.as_string_opt::<i32>();
                    texts.extend(plain.into_iter().flatten().flatten().map(str::to_owned));
                    let raw = column.as_binary_opt::<i32>();
                    let raw = raw.into_iter().flatten().flatten();
                    texts.extend(raw.map(|raw| String::from_utf8_lossy(raw).into_owned()));
                }
            }
        } else {
            texts.push(String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
        }
    }
}

/// Number of texts in the lake that contain a word.
fn occurrences(lake: &Lake, word: &str) -> usize {
    let mut texts = Vec::new();
    all_texts(lake.layout().root(), &mut texts);
    texts.iter().filter(|text| text.contains(word)).count()
}

/// Two batches with the customer and one without; one rejected row with the customer and one without.
async fn lake_with_customer(folder: &Path) -> (Lake, String) {
    let lake = testing::lake(folder);
    let pseudonyms = lake.pseudonyms().await.unwrap();
    let (kim, lee) = (pseudonyms.pseudonym(ID).unwrap(), pseudonyms.pseudonym("lee").unwrap());
    let first = [Order(1, "c1", Some(&kim)), Order(2, "c2", Some(&lee)), Order(3, "c3", None)];
    ingest(&lake, "a", &first).await;
    ingest(&lake, "b", &[Order(4, "c4", Some(&lee))]).await;
    ingest(&lake, "c", &[Order(5, "c5", Some(&kim)), Order(6, "c5", Some(&kim))]).await;
    reject(&lake, "a", &["e1,o1,kim.7,sold", "e2,o2,kim.71,sold"]).await;
    (lake, kim)
}

#[tokio::test]
async fn an_erased_customer_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, kim) = lake_with_customer(folder.path()).await;
    let before = orders_at(&lake, None).await;
    let ranges =
        |head: Snapshot| head.files.into_iter().map(|file| (file.rows, file.time_range)).collect::<Vec<_>>();
    let ranges_before = ranges(lake.head(&orders()).await.unwrap().unwrap());
    let oldest = lake.head(&orders()).await.unwrap().unwrap().version - 2;
    let rejects_before = lake.head(&rejects()).await.unwrap().unwrap().version;
    assert!(occurrences(&lake, &kim) > 0 && occurrences(&lake, "kim.7,") > 0);

    let erasure = lake.forget(ID, at()).await.unwrap();
    assert_eq!(erasure, Erasure { orders: 2, facts_changed: 3, rejects_emptied: 1 });
    assert_eq!((occurrences(&lake, &kim), occurrences(&lake, "kim.7,")), (0, 0));
    assert_eq!(lake.pseudonyms().await.unwrap().pseudonym(ID), None);

    let without_kim = |rows: Vec<(String, Option<String>)>| {
        rows.into_iter()
            .map(|(order, customer)| (order, customer.filter(|one| *one != kim)))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        orders_at(&lake, None).await,
        without_kim(before),
        "the orders and the customers of others stay"
    );
    assert_eq!(ranges(lake.head(&orders()).await.unwrap().unwrap()), ranges_before);
    // Older versions stay readable, without the customer.
    let at_first = orders_at(&lake, Some(oldest)).await;
    assert_eq!(at_first.iter().map(|(order, _)| order.as_str()).collect::<Vec<_>>(), ["c1", "c2", "c3"]);
    assert_eq!(at_first[0].1, None);
    let older = lake.at(&rejects(), rejects_before).await.unwrap().read().unwrap();
    assert_eq!(older.iter().map(RecordBatch::num_rows).sum::<usize>(), 2, "only the text is gone");
    let done = lake.erasures().await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!((done[0].is_done, done[0].facts_changed, done[0].rejects_emptied), (true, 3, 1));
}

#[tokio::test]
async fn a_second_erasure_affects_only_new_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, _) = lake_with_customer(folder.path()).await;
    lake.forget(ID, at()).await.unwrap();
    let head = lake.head(&orders()).await.unwrap().unwrap();
    assert_eq!(lake.forget(ID, at()).await.unwrap(), Erasure::default());
    assert_eq!(lake.head(&orders()).await.unwrap().unwrap().version, head.version, "nothing was written");
    reject(&lake, "d", &[r#"{"customer_id":"kim.7","event":"?"}"#]).await;
    assert_eq!(lake.forget(ID, at()).await.unwrap().rejects_emptied, 1);
    // Another customer with orders in a file that was rewritten before.
    let lee = lake.forget("lee", at()).await.unwrap();
    assert_eq!(lee, Erasure { orders: 2, facts_changed: 2, rejects_emptied: 0 });
    assert!(orders_at(&lake, None).await.iter().all(|(_, customer)| customer.is_none()));
    assert_eq!(orders_at(&lake, Some(head.version)).await.len(), 6);
    assert_eq!(lake.erasures().await.unwrap().len(), 4);
}

#[tokio::test]
async fn an_unknown_customer_is_erased_in_advance() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    assert_eq!(lake.forget("nobody", at()).await.unwrap(), Erasure::default());
    assert_eq!(lake.pseudonyms().await.unwrap().pseudonym("nobody"), None);
    assert_eq!(lake.finish_erasures().await.unwrap(), 0);
}

#[tokio::test]
async fn an_interrupted_erasure_is_completed_without_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, kim) = lake_with_customer(folder.path()).await;
    // Killed after its request, with one rewritten file, one uncommitted file and one truncated file.
    let request = ErasureRow {
        erased_at: at(),
        pseudonym: kim.clone(),
        is_done: false,
        facts_changed: 0,
        rejects_emptied: 0,
    };
    lake.record_erasures(&[request]).await.unwrap();
    write_orders(&lake, "a--01-00000.e1.parquet", &[Order(1, "c1", None)]);
    write_orders(&lake, "z--01-00000.parquet", &[Order(9, "c9", Some(&kim))]);
    let table = lake.layout().table(&orders());
    fs::write(table.join("y--01-00000.parquet"), format!("PAR1 cut off {kim}")).unwrap();
    fs::write(table.join(".x--01-00000.parquet.tmp"), &kim).unwrap();
    assert_eq!(lake.finish_erasures().await.unwrap(), 1);
    assert_eq!((occurrences(&lake, &kim), occurrences(&lake, "kim.7,")), (0, 0));
    assert!(lake.erasures().await.unwrap()[0].is_done);
    assert_eq!(orders_at(&lake, None).await.len(), 6);
    assert_eq!(lake.finish_erasures().await.unwrap(), 0);
    // A rollback of an unfinished batch still finds its rewritten files.
    let head = lake.head(&orders()).await.unwrap().unwrap();
    let file = write_orders(
        &lake,
        "q--01-00000.parquet",
        &[Order(7, "c7", lake.pseudonyms().await.unwrap().pseudonym("lee").as_deref())],
    );
    lake.commit(&orders(), &head.schema, &[file], &FilesToRemove::None).await.unwrap();
    lake.forget("lee", at()).await.unwrap();
    assert_eq!(lake.roll_back_unfinished().await.unwrap(), [(orders(), 1)]);
}

/// An impossible request is not recorded: otherwise every later ingest would fail.
#[tokio::test]
async fn files_behind_a_link_are_not_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, kim) = lake_with_customer(&folder.path().join("lake")).await;
    let (table, elsewhere) = (lake.layout().table(&orders()), folder.path().join("elsewhere"));
    fs::rename(&table, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &table).unwrap();
    let before = occurrences(&lake, &kim);
    let refused = lake.forget("kim", at()).await;
    assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == table));
    assert_eq!((occurrences(&lake, &kim), lake.erasures().await.unwrap()), (before, Vec::new()));
}
