//! Tests of vacuum: only unreferenced files are removed.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};

use slotcast_core::RunId;

use super::*;
use crate::{
    log::{FilesToRemove, RunRow, RunStatus},
    publication::Publications,
    storage::{TableId, parquet_files},
    testing::{self, Order, WEEK, ingest, orders, orders_at, write_orders},
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

/// A run that rebuilt the relation. It names the relation and the current facts.
async fn build(lake: &Lake, number: u32, verb: &str) -> RunRow {
    let values: arrow::array::ArrayRef = Arc::new(Int64Array::from(vec![i64::from(number)]));
    let batch = RecordBatch::try_from_iter([("n", values)]).unwrap();
    let file =
        lake.write_file(&relation(), &format!("{}.parquet", run_id(number)), std::slice::from_ref(&batch));
    let version =
        lake.commit(&relation(), &batch.schema(), &[file.unwrap()], &FilesToRemove::All).await.unwrap();
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
        make_latest: false,
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
async fn older_runs_are_removed_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    build(&lake, 1, "backtest").await;
    build(&lake, 2, "nightly").await;
    let kept =
        [build(&lake, 3, "forget").await, build(&lake, 4, "nightly").await, build(&lake, 5, "nightly").await];
    let plan = lake.plan_vacuum(2).await.unwrap();
    // The only backtest is kept; the erasure does not count.
    assert_eq!(plan.runs, [run_id(2)]);
    let names: Vec<_> = plan.unreferenced.iter().filter_map(|file| file.path.file_name()?.to_str()).collect();
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
    // A later plan that keeps more restores nothing.
    assert_eq!(lake.plan_vacuum(30).await.unwrap().runs, Vec::<String>::new());
    assert!(lake.runs().await.unwrap().done(&id(2)).is_err());
}

#[tokio::test]
async fn temporary_files_are_removed_and_latest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let publications = Publications::new(&lake);
    for number in [1, 2, 3] {
        build(&lake, number, "nightly").await;
        let head = lake.head(&relation()).await.unwrap().unwrap();
        let files = [("page.html".to_owned(), vec![b'x'; 100])];
        publications.write_publication(&id(number), &[head], &files, Default::default()).unwrap();
    }
    // `latest` still points to the first run, so that run is kept.
    publications.set_latest(&id(1)).unwrap();
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
    fs::write(folder.path().join("notes.tmp"), "foreign").unwrap();

    let plan = lake.plan_vacuum(1).await.unwrap();
    assert_eq!(plan.runs, [run_id(2)]);
    let second = lake.layout().publications().join(run_id(2));
    let measured = plan.unreferenced.iter().find(|one| one.path == second).unwrap();
    let bytes_of_part = fs::metadata(table.join(format!("{}.parquet", run_id(2)))).unwrap().len();
    assert_eq!(measured.bytes, bytes_of_part + 100);
    let sum: u64 = plan.unreferenced.iter().map(|one| one.bytes).sum();
    assert_eq!(plan.freed_bytes, sum - bytes_of_part, "a hard link shares its bytes");
    lake.vacuum(&plan).await.unwrap();
    assert!(left.iter().all(|path| !path.exists()));
    assert!(!second.exists() && publications.run(&id(3)).exists());
    assert!(publications.latest().join("page.html").exists());
    assert!(lake.layout().publications().join("mine").exists() && folder.path().join("notes.tmp").exists());
    assert!(files_of(&lake, &TableId::relation("never")).is_empty());
    assert_eq!(lake.plan_vacuum(1).await.unwrap().unreferenced, []);
}

#[tokio::test]
async fn merged_files_stay_as_long_as_a_kept_run_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    for night in 0..8_u32 {
        let at = 100 * WEEK + i64::from(night);
        ingest(&lake, &format!("night{night}"), &[Order(at, &format!("c{night}"), None)]).await;
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
async fn erased_files_of_older_runs_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let kim = lake.pseudonyms().await.unwrap().pseudonym("kim").unwrap();
    for night in 0..8_u32 {
        let at = 100 * WEEK + i64::from(night);
        ingest(&lake, &format!("night{night}"), &[Order(at, &format!("c{night}"), Some(&kim))]).await;
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

/// Files behind a link do not belong to the lake.
#[tokio::test]
async fn files_behind_a_link_are_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(&folder.path().join("lake"));
    build(&lake, 1, "nightly").await;
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::write(elsewhere.join("a.parquet"), "precious").unwrap();
    let publications = Publications::new(&lake);
    fs::create_dir_all(lake.layout().publications()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, publications.run(&id(9))).unwrap();
    assert_eq!(lake.plan_vacuum(1).await.unwrap().unreferenced, [], "a link is no publication");
    let linked = lake.layout().table(&TableId::relation("linked"));
    std::os::unix::fs::symlink(&elsewhere, &linked).unwrap();
    let refused = lake.plan_vacuum(1).await;
    assert!(matches!(refused, Err(LakeError::SymbolicLink(link)) if link == linked));
    fs::remove_file(&linked).unwrap();
    fs::rename(lake.layout().publications(), folder.path().join("moved")).unwrap();
    std::os::unix::fs::symlink("../moved", lake.layout().publications()).unwrap();
    assert!(matches!(lake.plan_vacuum(1).await, Err(LakeError::SymbolicLink(_))));
    assert!(elsewhere.join("a.parquet").exists());
}
