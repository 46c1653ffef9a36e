//! Tests of a kill at every fail point of a compaction, an erasure or a vacuum.
//!
//! The test binary starts itself again with the test `child`, which kills itself at the fail point in the
//! environment. Then the test reads the lake and repeats the work.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use slotcast_core::{DateTime, Utc};

use crate::{
    log::{Lake, RunRow, RunStatus},
    testing::{self, Order, WEEK, ingest, orders, orders_at, reject, rejects},
};

const LAKE: &str = "SLOTCAST_TEST_LAKE";
const WORK: &str = "SLOTCAST_TEST_WORK";

/// Occurrences of a fail point that are tested: the seventh removal of a file equals the sixth.
const MAX_OCCURRENCES: usize = 6;

fn at() -> DateTime<Utc> {
    "2026-11-25T00:00:00Z".parse().unwrap()
}

async fn work(lake: &Lake, name: &str) {
    match name {
        "compact" => {
            lake.compact_facts().await.unwrap();
        }
        "forget" => {
            lake.forget("kim", at()).await.unwrap();
        }
        "vacuum" => {
            let plan = lake.plan_vacuum(1).await.unwrap();
            lake.vacuum(&plan).await.unwrap();
        }
        other => panic!("no work `{other}`"),
    }
}

/// Works and may be killed; not a test by itself.
#[tokio::test]
async fn child() {
    if let (Ok(lake), Ok(name)) = (env::var(LAKE), env::var(WORK)) {
        work(&Lake::open(Path::new(&lake)).unwrap(), &name).await;
    }
}

/// Whether the child succeeds.
fn run_child(lake: &Path, work: &str, variable: (&str, &str)) -> bool {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "crash_tests::child"]).stdout(Stdio::null()).stderr(Stdio::null());
    child.env(LAKE, lake).env(WORK, work).env(variable.0, variable.1).status().unwrap().success()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

async fn record(lake: &Lake, run_id: &str) {
    let mut tables = BTreeMap::new();
    for table in [orders(), rejects()] {
        tables.insert(table.to_string(), lake.head(&table).await.unwrap().unwrap().version);
    }
    let row = RunRow {
        run_id: run_id.to_owned(),
        verb: "nightly".to_owned(),
        as_of: at(),
        status: RunStatus::Done,
        attempt: 1,
        started_at: at(),
        seconds: 1.0,
        version: "0".to_owned(),
        inputs_hash: "x".to_owned(),
        tables,
        message: None,
        make_latest: false,
    };
    lake.record_run(&row).await.unwrap();
}

/// A lake with this number of nights and two runs. Kim orders in the first and the last night.
async fn filled(folder: &Path, nights: i64) -> Lake {
    let lake = testing::lake(folder);
    let kim = lake.pseudonyms().await.unwrap().pseudonym("kim").unwrap();
    for night in 0..nights {
        let order = format!("c{night}");
        let customer = (night == 0 || night == nights - 1).then_some(kim.as_str());
        ingest(&lake, &format!("night{night}"), &[Order(100 * WEEK + night, &order, customer)]).await;
        if night == 1 {
            reject(&lake, "night1", &["e,kim,?", "e,lee,?"]).await;
            record(&lake, "20261124T000000Z-00000001").await;
        }
    }
    record(&lake, "20261125T000000Z-00000002").await;
    lake
}

/// The orders that readers see: in the newest version and in each readable run.
async fn visible_orders(lake: &Lake) -> Vec<Vec<String>> {
    let names = |rows: Vec<(String, Option<String>)>| rows.into_iter().map(|(order, _)| order).collect();
    let mut visible = vec![names(orders_at(lake, None).await)];
    for run in lake.runs().await.unwrap().0.iter().filter(|run| !run.is_vacuumed()) {
        visible.push(names(orders_at(lake, Some(run.tables[&orders().to_string()])).await));
        lake.at(&rejects(), run.tables[&rejects().to_string()]).await.unwrap().read().unwrap();
    }
    visible
}

async fn survives_every_kill(name: &str, nights: i64) {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before");
    let lake = filled(&before, nights).await;
    if name == "vacuum" {
        lake.compact_facts().await.unwrap();
        record(&lake, "20261126T000000Z-00000003").await;
    }
    let visible_before = visible_orders(&lake).await;
    let whole = folder.path().join("whole");
    copy(&before, &whole);
    let trace = folder.path().join("trace");
    assert!(run_child(&whole, name, ("SLOTCAST_FAIL_TRACE", trace.to_str().unwrap())));
    let whole = Lake::open(&whole).unwrap();
    let (visible_after, rows_after) = (visible_orders(&whole).await, orders_at(&whole, None).await);
    let mut occurrences: BTreeMap<String, usize> = BTreeMap::new();
    let fail_points: Vec<String> = fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect();
    assert!(fail_points.len() > 5, "{fail_points:?}");
    for fail_point in &fail_points {
        let nth = occurrences.entry(fail_point.clone()).and_modify(|nth| *nth += 1).or_insert(1);
        if *nth > MAX_OCCURRENCES {
            continue;
        }
        let target = format!("{fail_point}:{nth}");
        let killed = folder.path().join("killed");
        copy(&before, &killed);
        assert!(!run_child(&killed, name, ("SLOTCAST_FAIL_AT", &target)), "{target}: was not killed");
        let lake = Lake::open(&killed).unwrap();
        let visible_now = visible_orders(&lake).await;
        assert!(visible_now == visible_before || visible_now == visible_after, "{target}: {visible_now:?}");
        work(&lake, name).await;
        assert_eq!(visible_orders(&lake).await, visible_after, "{target}");
        assert_eq!(orders_at(&lake, None).await, rows_after, "{target}");
        let plan = lake.plan_vacuum(1).await.unwrap();
        lake.vacuum(&plan).await.unwrap();
        assert_eq!(lake.plan_vacuum(1).await.unwrap().unreferenced, [], "{target}: a file is never removed");
        fs::remove_dir_all(&killed).unwrap();
    }
}

#[tokio::test]
async fn compaction_changes_no_row() {
    survives_every_kill("compact", 8).await;
}

#[tokio::test]
async fn erasure_is_completed() {
    survives_every_kill("forget", 3).await;
}

#[tokio::test]
async fn vacuum_keeps_listed_runs_readable() {
    survives_every_kill("vacuum", 8).await;
}
