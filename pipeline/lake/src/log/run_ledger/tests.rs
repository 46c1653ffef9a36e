//! Tests of the run that readers see.

use std::collections::BTreeMap;

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
