//! Tests: a process killed at any step of a compaction, an erasure or a vacuum.
//!
//! The test binary starts itself again with this module's `child`, which kills itself at the step
//! that the environment names (`steps`). Then the lake is looked at, and the same work done again.

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use slotcast_core::{DateTime, Utc};

use crate::{
    ledger::{RunRow, RunStatus},
    store::Lake,
    testing::{self, Order, WEEK, orders, orders_at, reject, rejects, take_in},
};

const LAKE: &str = "SLOTCAST_TEST_LAKE";
const WORK: &str = "SLOTCAST_TEST_WORK";

/// Removing the seventh file is like removing the sixth.
const OFTEN_ENOUGH: usize = 6;

fn moment() -> DateTime<Utc> {
    "2026-11-25T00:00:00Z".parse().unwrap()
}

async fn work(lake: &Lake, work: &str) {
    match work {
        "compact" => {
            lake.compact_facts().await.unwrap();
        }
        "forget" => {
            lake.forget("kim", moment()).await.unwrap();
        }
        "vacuum" => {
            let plan = lake.plan_vacuum(1).await.unwrap();
            lake.vacuum(&plan).await.unwrap();
        }
        other => panic!("no work `{other}`"),
    }
}

/// Does the work and maybe dies of it; no test of its own.
#[tokio::test]
async fn child() {
    if let (Ok(lake), Ok(asked)) = (env::var(LAKE), env::var(WORK)) {
        work(&Lake::open(Path::new(&lake)).unwrap(), &asked).await;
    }
}

fn run_child(lake: &Path, work: &str, variable: (&str, &str)) -> bool {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "killed::child"]).stdout(Stdio::null()).stderr(Stdio::null());
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
        as_of: moment(),
        status: RunStatus::Done,
        attempt: 1,
        started_at: moment(),
        seconds: 1.0,
        version: "0".to_owned(),
        inputs_hash: "x".to_owned(),
        tables,
        message: None,
    };
    lake.record_run(&row).await.unwrap();
}

/// So many nights, the first and the last of them kim's; two runs.
async fn filled(folder: &Path, nights: i64) -> Lake {
    let lake = testing::lake(folder);
    let kim = lake.pseudonyms().await.unwrap().of("kim").unwrap();
    for night in 0..nights {
        let order = format!("c{night}");
        let customer = (night == 0 || night == nights - 1).then_some(kim.as_str());
        take_in(&lake, &format!("night{night}"), &[Order(100 * WEEK + night, &order, customer)]).await;
        if night == 1 {
            reject(&lake, "night1", &["e,kim,?", "e,lee,?"]).await;
            record(&lake, "20261124T000000Z-00000001").await;
        }
    }
    record(&lake, "20261125T000000Z-00000002").await;
    lake
}

/// What readers see: of each run that is listed as readable, and of the newest version, which orders.
async fn seen(lake: &Lake) -> Vec<Vec<String>> {
    let names = |rows: Vec<(String, Option<String>)>| rows.into_iter().map(|(order, _)| order).collect();
    let mut seen = vec![names(orders_at(lake, None).await)];
    for run in lake.runs().await.unwrap().0.iter().filter(|run| !run.is_vacuumed()) {
        seen.push(names(orders_at(lake, Some(run.tables[&orders().to_string()])).await));
        lake.at(&rejects(), run.tables[&rejects().to_string()]).await.unwrap().read().unwrap();
    }
    seen
}

async fn killed_at_every_step(asked: &str, nights: i64) {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before");
    let lake = filled(&before, nights).await;
    if asked == "vacuum" {
        lake.compact_facts().await.unwrap();
        record(&lake, "20261126T000000Z-00000003").await;
    }
    let seen_before = seen(&lake).await;
    let whole = folder.path().join("whole");
    copy(&before, &whole);
    let trace = folder.path().join("steps");
    assert!(run_child(&whole, asked, ("SLOTCAST_STEPS", trace.to_str().unwrap())));
    let whole = Lake::open(&whole).unwrap();
    let (seen_after, rows_after) = (seen(&whole).await, orders_at(&whole, None).await);
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let steps: Vec<String> = fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect();
    assert!(steps.len() > 5, "{steps:?}");
    for step in &steps {
        let nth = met.entry(step.clone()).and_modify(|nth| *nth += 1).or_insert(1);
        if *nth > OFTEN_ENOUGH {
            continue;
        }
        let place = format!("{step}:{nth}");
        let killed = folder.path().join("killed");
        copy(&before, &killed);
        assert!(!run_child(&killed, asked, ("SLOTCAST_DIE_AT", &place)), "{place}: was not killed");
        let lake = Lake::open(&killed).unwrap();
        let seen_now = seen(&lake).await;
        assert!(seen_now == seen_before || seen_now == seen_after, "{place}: {seen_now:?}");
        work(&lake, asked).await;
        assert_eq!(seen(&lake).await, seen_after, "{place}");
        assert_eq!(orders_at(&lake, None).await, rows_after, "{place}");
        let plan = lake.plan_vacuum(1).await.unwrap();
        lake.vacuum(&plan).await.unwrap();
        assert_eq!(lake.plan_vacuum(1).await.unwrap().unneeded, [], "{place}: something stays for ever");
        fs::remove_dir_all(&killed).unwrap();
    }
}

#[tokio::test]
async fn a_killed_compaction_changes_no_row() {
    killed_at_every_step("compact", 8).await;
}

#[tokio::test]
async fn a_killed_erasure_is_finished() {
    killed_at_every_step("forget", 3).await;
}

#[tokio::test]
async fn a_killed_vacuum_takes_no_run_that_is_listed() {
    killed_at_every_step("vacuum", 8).await;
}
