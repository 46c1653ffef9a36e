//! A forgotten customer is in no file, and nothing else changed.

use std::{fs, path::Path};

use arrow::array::AsArray;

use super::*;
use crate::{
    parquet_file::read_parts,
    snapshot::Snapshot,
    testing::{self, Order, orders, orders_at, reject, rejects, take_in, write_orders},
};

const ID: &str = "kim.7";
const AT: &str = "2026-11-25T00:00:00Z";

fn at() -> DateTime<Utc> {
    AT.parse().unwrap()
}

/// Everything that lies in the lake, as text: the rows of Parquet files, the bytes of others. The
/// ledger of erasures is left out: it has to know whom the door refuses.
fn all_texts(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("ledger/erasures") {
                all_texts(&path, texts);
            }
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            for batch in read_parts(&[path]).unwrap() {
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

fn names(lake: &Lake, word: &str) -> usize {
    let mut texts = Vec::new();
    all_texts(lake.layout().root(), &mut texts);
    texts.iter().filter(|text| text.contains(word)).count()
}

/// Two batches that name the customer, one that does not; a rejected row that does, one that does not.
async fn lake_with_customer(folder: &Path) -> (Lake, String) {
    let lake = testing::lake(folder);
    let door = lake.pseudonyms().await.unwrap();
    let (kim, lee) = (door.of(ID).unwrap(), door.of("lee").unwrap());
    let first = [Order(1, "c1", Some(&kim)), Order(2, "c2", Some(&lee)), Order(3, "c3", None)];
    take_in(&lake, "a", &first).await;
    take_in(&lake, "b", &[Order(4, "c4", Some(&lee))]).await;
    take_in(&lake, "c", &[Order(5, "c5", Some(&kim)), Order(6, "c5", Some(&kim))]).await;
    reject(&lake, "a", &["e1,o1,kim.7,sold", "e2,o2,kim.71,sold"]).await;
    (lake, kim)
}

#[tokio::test]
async fn nothing_of_a_forgotten_customer_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, kim) = lake_with_customer(folder.path()).await;
    let before = orders_at(&lake, None).await;
    let spans =
        |head: Snapshot| head.files.into_iter().map(|file| (file.rows, file.span)).collect::<Vec<_>>();
    let spans_before = spans(lake.head(&orders()).await.unwrap().unwrap());
    let oldest = lake.head(&orders()).await.unwrap().unwrap().version - 2;
    let rejects_before = lake.head(&rejects()).await.unwrap().unwrap().version;
    assert!(names(&lake, &kim) > 0 && names(&lake, "kim.7,") > 0);

    let erasure = lake.forget(ID, at()).await.unwrap();
    assert_eq!(erasure, Erasure { orders: 2, facts_changed: 3, rejects_emptied: 1 });
    assert_eq!((names(&lake, &kim), names(&lake, "kim.7,")), (0, 0));
    assert_eq!(lake.pseudonyms().await.unwrap().of(ID), None);

    let nobody = |rows: Vec<(String, Option<String>)>| {
        rows.into_iter()
            .map(|(order, customer)| (order, customer.filter(|one| *one != kim)))
            .collect::<Vec<_>>()
    };
    assert_eq!(orders_at(&lake, None).await, nobody(before), "the orders stay, and those of others");
    assert_eq!(spans(lake.head(&orders()).await.unwrap().unwrap()), spans_before);
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
async fn forgetting_again_finds_only_what_came_since() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, _) = lake_with_customer(folder.path()).await;
    lake.forget(ID, at()).await.unwrap();
    let head = lake.head(&orders()).await.unwrap().unwrap();
    assert_eq!(lake.forget(ID, at()).await.unwrap(), Erasure::default());
    assert_eq!(lake.head(&orders()).await.unwrap().unwrap().version, head.version, "nothing was written");
    reject(&lake, "d", &[r#"{"customer_id":"kim.7","event":"?"}"#]).await;
    assert_eq!(lake.forget(ID, at()).await.unwrap().rejects_emptied, 1);
    // Another customer whose orders stand in a file that was rewritten before.
    let lee = lake.forget("lee", at()).await.unwrap();
    assert_eq!(lee, Erasure { orders: 2, facts_changed: 2, rejects_emptied: 0 });
    assert!(orders_at(&lake, None).await.iter().all(|(_, customer)| customer.is_none()));
    assert_eq!(orders_at(&lake, Some(head.version)).await.len(), 6);
    assert_eq!(lake.erasures().await.unwrap().len(), 4);
}

#[tokio::test]
async fn one_who_never_came_is_refused_should_he_come() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    assert_eq!(lake.forget("nobody", at()).await.unwrap(), Erasure::default());
    assert_eq!(lake.pseudonyms().await.unwrap().of("nobody"), None);
    assert_eq!(lake.finish_erasures().await.unwrap(), 0);
}

#[tokio::test]
async fn an_erasure_killed_on_the_way_is_finished_without_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, kim) = lake_with_customer(folder.path()).await;
    // Killed after its request, with one file rewritten, one committed by nobody, one cut off.
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
    assert_eq!((names(&lake, &kim), names(&lake, "kim.7,")), (0, 0));
    assert!(lake.erasures().await.unwrap()[0].is_done);
    assert_eq!(orders_at(&lake, None).await.len(), 6);
    assert_eq!(lake.finish_erasures().await.unwrap(), 0);
    // Taking back an unfinished batch still knows its files.
    let head = lake.head(&orders()).await.unwrap().unwrap();
    let part = write_orders(
        &lake,
        "q--01-00000.parquet",
        &[Order(7, "c7", lake.pseudonyms().await.unwrap().of("lee").as_deref())],
    );
    lake.commit(&orders(), &head.schema, &[part], &Replace::Nothing).await.unwrap();
    lake.forget("lee", at()).await.unwrap();
    assert_eq!(lake.take_back_unfinished().await.unwrap(), [(orders(), 1)]);
}

/// A request that cannot be carried out is not written down: each ingest would stop at it.
#[tokio::test]
async fn nothing_behind_a_link_is_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let (lake, kim) = lake_with_customer(&folder.path().join("lake")).await;
    let (table, elsewhere) = (lake.layout().table(&orders()), folder.path().join("elsewhere"));
    fs::rename(&table, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &table).unwrap();
    let named = names(&lake, &kim);
    let refused = lake.forget("kim", at()).await;
    assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == table));
    assert_eq!((names(&lake, &kim), lake.erasures().await.unwrap()), (named, Vec::new()));
}
