//! Tests of retraction: only publications of runs in the ledger are retracted.

use std::collections::BTreeMap;

use slotcast_core::Audience;

use super::*;
use crate::{log::StageRow, testing};

fn run_id(number: u32) -> RunId {
    RunId::new("2015-03-06T13:00:00Z".parse().unwrap(), number)
}

fn at() -> DateTime<Utc> {
    "2015-03-08T03:00:00Z".parse().unwrap()
}

/// Records a run with one stage.
async fn record(lake: &Lake, number: u32, status: RunStatus, stage: &str) -> RunId {
    let run_id = run_id(number);
    let row = RunRow {
        run_id: run_id.to_string(),
        verb: stage.to_owned(),
        as_of: "2015-03-06T13:00:00Z".parse().unwrap(),
        status,
        attempt: 1,
        started_at: "2015-03-07T03:00:00Z".parse().unwrap(),
        seconds: 1.0,
        version: "0".to_owned(),
        inputs_hash: "x".to_owned(),
        tables: BTreeMap::new(),
        message: None,
        make_latest: false,
    };
    let stage = StageRow {
        run_id: run_id.to_string(),
        stage: stage.to_owned(),
        status: "done".to_owned(),
        seconds: 1.0,
        rows_in: 0,
        rows_out: 0,
        peak_memory_bytes: 0,
    };
    lake.record_stages(run_id.as_str(), &[stage]).await.unwrap();
    lake.record_run(&row).await.unwrap();
    run_id
}

async fn publish(lake: &Lake, number: u32) -> RunId {
    let run_id = record(lake, number, RunStatus::Done, "publish").await;
    Publications::new(lake).write_publication(&run_id, &[], &[], Audience::Everyone).unwrap();
    run_id
}

#[tokio::test]
async fn a_publication_is_retracted_once() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let publications = Publications::new(&lake);
    let (first, second) = (publish(&lake, 1).await, publish(&lake, 2).await);
    publications.set_latest(&first).unwrap();
    assert_eq!(lake.previous_publication(&second).await.unwrap(), Some(first.clone()));
    assert_eq!(lake.previous_publication(&first).await.unwrap(), None);
    let publication = lake.publication(&second).await.unwrap();
    let retracted = publications.retract(&publication, at()).unwrap();
    assert!(retracted.ends_with("published/20150306T130000Z-00000002.retracted"), "{}", retracted.display());
    assert!(retracted.is_dir() && !publications.run(&second).exists());
    assert_eq!(publications.retractions(), [(second.clone(), at())]);
    assert!(matches!(lake.publication(&second).await, Err(LakeError::AlreadyRetracted(_))));
}

#[tokio::test]
async fn runs_without_a_publication_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(folder.path());
    let refused = async |run_id: &RunId, text: &str| {
        let message = lake.publication(run_id).await.unwrap_err().to_string();
        assert!(message.contains(text), "{message}");
    };
    // A folder alone makes no publication.
    fs::create_dir_all(Publications::new(&lake).run(&run_id(9))).unwrap();
    refused(&run_id(9), "the ledger has no such run").await;
    refused(&record(&lake, 1, RunStatus::Failed, "publish").await, "it failed").await;
    refused(&record(&lake, 2, RunStatus::Running, "publish").await, "it has not ended").await;
    refused(&record(&lake, 3, RunStatus::Done, "stats").await, "it is a run of `stats`").await;
    refused(&record(&lake, 4, RunStatus::Done, "publish").await, "there is no folder").await;
    let internal = record(&lake, 5, RunStatus::Done, "publish").await;
    Publications::new(&lake).write_publication(&internal, &[], &[], Audience::Internal).unwrap();
    refused(&internal, "is internal").await;
}

#[tokio::test]
async fn links_and_existing_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lake = testing::lake(&folder.path().join("lake"));
    let publications = Publications::new(&lake);
    let (first, second) = (publish(&lake, 1).await, publish(&lake, 2).await);
    let retracted = publications.folder().join(format!("{first}{RETRACTED}"));
    fs::create_dir_all(&retracted).unwrap();
    fs::write(retracted.join("data"), "precious").unwrap();
    assert!(
        matches!(lake.publication(&first).await, Err(LakeError::TargetExists(path)) if path == retracted)
    );
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(publications.run(&second), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, publications.run(&second)).unwrap();
    assert!(matches!(lake.publication(&second).await, Err(LakeError::SymbolicLink(_))));
    assert!(elsewhere.is_dir() && retracted.join("data").exists());
    let third = publish(&lake, 3).await;
    assert_eq!(lake.previous_publication(&third).await.unwrap(), Some(first), "the second is a link");
}
