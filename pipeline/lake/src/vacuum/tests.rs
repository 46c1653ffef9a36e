//! A vacuum takes what nobody needs, and only that.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};

use super::*;
use crate::{
    file_names::parquet_files,
    store::Replace,
    testing::{self, Order, WEEK, orders, orders_at, take_in, write_orders},
};

fn run_id(number: u32) -> String {
    format!("20150306T130000Z-{number:08x}")
}

fn id(number: u32) -> RunId {
    run_id(number).parse().unwrap()
}

fn relation() -> TableId {
    TableId::relation("numbers")
}

/// A run that built the relation anew and names it, and the facts as they are.
async fn build(lake: &Lake, number: u32, verb: &str) -> RunRow {
    let values: arrow::array::ArrayRef = Arc::new(Int64Array::from(vec![i64::from(number)]));
    let batch = RecordBatch::try_from_iter([("n", values)]).unwrap();
    let part =
        lake.write_part(&relation(), &format!("{}.parquet", run_id(number)), std::slice::from_ref(&batch));
    let version = lake.commit(&relation(), &batch.schema(), &[part.unwrap()], &Replace::All).await.unwrap();
    let facts = lake.head(&orders()).await.unwrap().map(|head| head.version);
    let named = [(relation(), Some(version)), (orders(), facts)];
    let tables = named.into_iter().filter_map(|(table, version)| Some((table.to_string(), version?)));
    let row = RunRow {
        run_id: run_id(number),
        verb: verb.to_owned(),
        as_of: "2015-03-06T13:00:00Z".parse().unwrap(),
        status: RunStatus::Done,
        attempt: 1,
        started_at: "2015-03-07T03:00:00Z".parse().unwrap(),
        seconds: 1.0,
        version: "0".to_owned(),
        inputs_hash: "x".to_owned(),
        tables: tables.collect(),
        message: None,
    };
    lake.record_run(&row).await.unwrap();
    row
}

fn files_of(lake: &Lake, table: &TableId) -> Vec<String> {
    parquet_files(&lake.layout().table(table))
}

async fn number_at(lake: &Lake, run: &RunRow) -> usize {
    let snapshot = lake.at(&relation(), run.tables[&relation().to_string()]).await.unwrap();
    snapshot.read().unwrap().iter().map(RecordBatch::num_rows).sum()
}

#[tokio::test]
async fn older_runs_go_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    build(&lake, 1, "backtest").await;
    build(&lake, 2, "nightly").await;
    let kept =
        [build(&lake, 3, "forget").await, build(&lake, 4, "nightly").await, build(&lake, 5, "nightly").await];
    let plan = lake.plan_vacuum(2).await.unwrap();
    // The only backtest stays; the erasure does not count.
    assert_eq!(plan.runs, [run_id(2)]);
    let names: Vec<_> = plan.unneeded.iter().filter_map(|file| file.path.file_name()?.to_str()).collect();
    assert!(names.contains(&format!("{}.parquet", run_id(2)).as_str()), "{names:?}");
    assert_eq!(files_of(&lake, &relation()).len(), 5, "a plan removes nothing");
    lake.vacuum(&plan).await.unwrap();
    assert_eq!(files_of(&lake, &relation()).len(), 4);
    assert_eq!(files_of(&lake, &TableId::ledger("runs")).len(), 1);
    let runs = lake.runs().await.unwrap();
    assert!(matches!(runs.done(&id(2)), Err(LakeError::Vacuumed(_))));
    assert_eq!(runs.latest_done().map(|run| &run.run_id), Some(&run_id(5)));
    for run in &kept {
        assert_eq!(number_at(&lake, run).await, 1);
    }
    assert_eq!(lake.plan_vacuum(2).await.unwrap(), VacuumPlan { freed_bytes: 0, ..VacuumPlan::default() });
    // Keeping more later brings nothing back.
    assert_eq!(lake.plan_vacuum(30).await.unwrap().runs, Vec::<String>::new());
    assert!(lake.runs().await.unwrap().done(&id(2)).is_err());
}

#[tokio::test]
async fn what_killed_runs_left_goes_and_what_is_published_stays() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let published = Published::of(&lake);
    for number in [1, 2, 3] {
        build(&lake, number, "nightly").await;
        let head = lake.head(&relation()).await.unwrap().unwrap();
        published
            .lay_out(&id(number), &[head], &[("page.html".to_owned(), vec![b'x'; 100])], Default::default())
            .unwrap();
    }
    // `latest` still leads to the first: nobody is to lose what it shows.
    published.point_latest_at(&id(1)).unwrap();
    let table = lake.layout().table(&relation());
    let left = [
        table.join(".half.parquet.tmp"),
        table.join("_delta_log/00000000000000000009.json#42"),
        table.join("orphan.parquet"),
        folder.path().join("market.42.tmp"),
        folder.path().join("salt.42.tmp"),
    ];
    for path in &left {
        fs::write(path, "left").unwrap();
    }
    for name in [".20150306T130000Z-00000009.tmp", "20150306T130000Z-00000009", "mine"] {
        fs::create_dir_all(folder.path().join("published").join(name)).unwrap();
    }
    fs::create_dir_all(lake.layout().table(&TableId::relation("never"))).unwrap();
    fs::write(lake.layout().table(&TableId::relation("never")).join("a.parquet"), "left").unwrap();
    fs::write(folder.path().join("notes.tmp"), "not ours").unwrap();

    let plan = lake.plan_vacuum(1).await.unwrap();
    assert_eq!(plan.runs, [run_id(2)]);
    let second = lake.layout().published().join(run_id(2));
    let weighed = plan.unneeded.iter().find(|one| one.path == second).unwrap();
    let bytes_of_part = fs::metadata(table.join(format!("{}.parquet", run_id(2)))).unwrap().len();
    assert_eq!(weighed.bytes, bytes_of_part + 100);
    let sum: u64 = plan.unneeded.iter().map(|one| one.bytes).sum();
    assert_eq!(plan.freed_bytes, sum - bytes_of_part, "a hard link shares its bytes");
    lake.vacuum(&plan).await.unwrap();
    assert!(left.iter().all(|path| !path.exists()));
    assert!(!second.exists() && published.run(&id(3)).exists());
    assert!(published.latest().join("page.html").exists());
    assert!(lake.layout().published().join("mine").exists() && folder.path().join("notes.tmp").exists());
    assert!(files_of(&lake, &TableId::relation("never")).is_empty());
    assert_eq!(lake.plan_vacuum(1).await.unwrap().unneeded, []);
}

#[tokio::test]
async fn small_files_go_when_no_kept_run_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    for night in 0..8_u32 {
        let at = 100 * WEEK + i64::from(night);
        take_in(&lake, &format!("night{night}"), &[Order(at, &format!("c{night}"), None)]).await;
    }
    let before = build(&lake, 1, "nightly").await;
    lake.compact_facts().await.unwrap();
    build(&lake, 2, "nightly").await;
    write_orders(&lake, "killed--01-00000.parquet", &[Order(1, "c9", None)]);
    let version = before.tables[&orders().to_string()];
    lake.vacuum(&lake.plan_vacuum(2).await.unwrap()).await.unwrap();
    assert_eq!(files_of(&lake, &orders()).len(), 9, "the first run still reads the eight");
    assert_eq!(orders_at(&lake, Some(version)).await.len(), 8);
    lake.vacuum(&lake.plan_vacuum(1).await.unwrap()).await.unwrap();
    assert_eq!(files_of(&lake, &orders()).len(), 1);
    assert_eq!(orders_at(&lake, None).await.len(), 8);
}

#[tokio::test]
async fn an_erased_file_that_an_older_run_needs_stays() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let kim = lake.pseudonyms().await.unwrap().of("kim").unwrap();
    for night in 0..8_u32 {
        let at = 100 * WEEK + i64::from(night);
        take_in(&lake, &format!("night{night}"), &[Order(at, &format!("c{night}"), Some(&kim))]).await;
    }
    let older = build(&lake, 1, "nightly").await;
    lake.compact_facts().await.unwrap();
    lake.forget("kim", "2026-11-25T00:00:00Z".parse().unwrap()).await.unwrap();
    build(&lake, 2, "nightly").await;
    lake.vacuum(&lake.plan_vacuum(2).await.unwrap()).await.unwrap();
    let rows = orders_at(&lake, Some(older.tables[&orders().to_string()])).await;
    assert_eq!(rows.len(), 8);
    assert!(rows.iter().all(|(_, customer)| customer.is_none()));
    assert_eq!(files_of(&lake, &orders()).len(), 9);
}

/// What others reached by a link is not the lake's to remove.
#[tokio::test]
async fn nothing_behind_a_link_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(&folder.path().join("lake"));
    build(&lake, 1, "nightly").await;
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::write(elsewhere.join("a.parquet"), "precious").unwrap();
    let published = Published::of(&lake);
    fs::create_dir_all(lake.layout().published()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, published.run(&id(9))).unwrap();
    assert_eq!(lake.plan_vacuum(1).await.unwrap().unneeded, [], "a link is no publication");
    let linked = lake.layout().table(&TableId::relation("linked"));
    std::os::unix::fs::symlink(&elsewhere, &linked).unwrap();
    let refused = lake.plan_vacuum(1).await;
    assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == linked));
    fs::remove_file(&linked).unwrap();
    fs::rename(lake.layout().published(), folder.path().join("moved")).unwrap();
    std::os::unix::fs::symlink("../moved", lake.layout().published()).unwrap();
    assert!(matches!(lake.plan_vacuum(1).await, Err(LakeError::SymbolicLink(_))));
    assert!(elsewhere.join("a.parquet").exists());
}
