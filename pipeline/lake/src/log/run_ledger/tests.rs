//! Tests of the run that readers see.

use std::collections::BTreeMap;

use slotcast_core::RunId;

use super::*;
use crate::testing;

const A: &str = "20150306T130000Z-00000001";
const B: &str = "20150306T130000Z-00000002";

fn run(run_id: &str, status: RunStatus) -> RunRow {
    RunRow {
        run_id: run_id.to_owned(),
        verb: "nightly".to_owned(),
        as_of: "2015-03-06T13:00:00Z".parse().unwrap(),
        status,
        attempt: 1,
        started_at: "2015-03-07T03:00:00Z".parse().unwrap(),
        seconds: 1.5,
        version: "0".to_owned(),
        inputs_hash: "x".to_owned(),
        tables: BTreeMap::from([("relations/rankings".to_owned(), 3)]),
        message: None,
        make_latest: false,
    }
}

#[tokio::test]
async fn readers_see_the_last_successful_run() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    assert_eq!(lake.runs().await.unwrap(), Runs::default());
    for row in [run(A, RunStatus::Running), run(A, RunStatus::Done), run(B, RunStatus::Running)] {
        lake.record_run(&row).await.unwrap();
    }
    let runs = lake.runs().await.unwrap();
    assert_eq!(runs.latest_done(), Some(&run(A, RunStatus::Done)));
    assert_eq!(runs.unfinished("nightly").map(|row| row.run_id.as_str()), Some(B));
    assert!(runs.done(&B.parse().unwrap()).is_err());
    lake.record_run(&run(B, RunStatus::Done)).await.unwrap();
    let runs = lake.runs().await.unwrap();
    assert_eq!((runs.0.len(), runs.unfinished("nightly")), (2, None));
}

/// A run of this verb that ended now, for an hour of the day.
fn ended(verb: &str, hour: u32) -> RunRow {
    let as_of = format!("2015-03-06T{hour:02}:00:00Z").parse().unwrap();
    RunRow { run_id: format!("{verb}-{hour}"), verb: verb.to_owned(), as_of, ..run(A, RunStatus::Done) }
}

#[test]
fn readers_see_the_run_for_the_latest_time() {
    let visible = |runs: &Runs| runs.visible().map(|row| row.run_id.clone());
    let mut runs = Runs(vec![ended("nightly", 10), ended("nightly", 8)]);
    assert_eq!(visible(&runs).as_deref(), Some("nightly-10"), "a backfill stays behind");
    assert_eq!(runs.latest_done().unwrap().run_id, "nightly-8");
    let at = |runs: &Runs, hour: u32| runs.visible_at(ended("x", hour).as_of).map(|row| row.run_id.clone());
    assert_eq!(
        [7, 8, 9, 23].map(|hour| at(&runs, hour)),
        [None, Some("nightly-8"), Some("nightly-8"), Some("nightly-10")].map(|id| id.map(str::to_owned))
    );
    assert_eq!(runs.visible_before(ended("x", 10).as_of).unwrap().run_id, "nightly-8");
    // Of equal times, the last that ended. A load has the time of the relations that were visible.
    runs.0.push(ended("rank", 10));
    assert_eq!(visible(&runs).as_deref(), Some("rank-10"));
    runs.0.push(ended("ingest", 23));
    assert_eq!(visible(&runs).as_deref(), Some("ingest-23"));
    assert_eq!(at(&runs, 10).as_deref(), Some("ingest-23"), "its relations are those of 10:00");
    runs.0.push(ended("nightly", 11));
    assert_eq!(visible(&runs).as_deref(), Some("nightly-11"), "and a night after it is newer");
    // On request, an earlier time becomes the latest, until a night for a later one.
    runs.0.push(RunRow { make_latest: true, ..ended("nightly", 9) });
    assert_eq!(visible(&runs).as_deref(), Some("nightly-9"));
    runs.0.push(ended("nightly", 7));
    assert_eq!(visible(&runs).as_deref(), Some("nightly-9"));
    runs.0.push(ended("nightly", 12));
    assert_eq!(visible(&runs).as_deref(), Some("nightly-12"));
}

#[tokio::test]
async fn the_request_is_kept_in_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let rows = [run(A, RunStatus::Done), RunRow { make_latest: true, ..run(B, RunStatus::Done) }];
    for row in &rows {
        lake.record_run(row).await.unwrap();
    }
    assert_eq!(lake.runs().await.unwrap().0, rows);
}

#[test]
fn latest_moves_forward_or_on_request() {
    let (a, b): (RunId, RunId) = (A.parse().unwrap(), B.parse().unwrap());
    let early = RunRow { as_of: ended("x", 8).as_of, ..run(A, RunStatus::Done) };
    let late = RunRow { as_of: ended("x", 10).as_of, ..run(B, RunStatus::Done) };
    let may = |rows: [&RunRow; 2], run: &RunId, latest: &RunId| {
        Runs(rows.map(RunRow::clone).into()).may_replace(run, latest)
    };
    assert_eq!(may([&early, &late], &b, &a), Some(true));
    assert_eq!(may([&late, &early], &a, &b), Some(false), "a backfill");
    assert_eq!(may([&late, &RunRow { make_latest: true, ..early.clone() }], &a, &b), Some(true));
    assert_eq!(
        may([&RunRow { make_latest: true, ..early.clone() }, &late], &a, &b),
        Some(false),
        "requested before"
    );
    let same = RunRow { as_of: late.as_of, ..early };
    assert_eq!(may([&late, &same], &a, &b), Some(true), "the last of equal times");
    assert_eq!(may([&same, &late], &a, &b), Some(false));
    assert_eq!(Runs::default().may_replace(&a, &b), None);
}
