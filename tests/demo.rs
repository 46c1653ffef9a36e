//! The demo: its output, its curves, a rollback of its champion, and killed nights on its inbox.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    thread::sleep,
    time::Duration,
};

use crate::support::{Fixture, cli, query, run, slotcast};

const LAKE: &str = "demo/lake";

/// A folder with the demo in `demo` and its output in `stdout`.
static DEMO: Fixture = Fixture::new("demo", |folder| {
    let demo = cli(folder, "demo --format csv").ok();
    crate::support::write_text(&folder.join("stdout"), &demo.stdout);
});

#[test]
fn demo_prints_list_and_page() {
    let here = DEMO.shared();
    let stdout = fs::read_to_string(here.join("stdout")).unwrap();
    assert_eq!(stdout.lines().count(), 11, "a header and ten offers:\n{stdout}");
    let published = here.join(LAKE).join("published/latest");
    let page = fs::read_to_string(published.join("index.html")).unwrap();
    for row in stdout.lines().skip(1) {
        let id = row.split(',').find(|cell| cell.starts_with("cd-")).expect("a candidate");
        assert!(page.contains(id), "the page lacks `{id}`");
    }
    assert!(page.contains("lang="), "the page states its language");
    let card = fs::read_to_string(published.join("model-card.md")).unwrap();
    assert!(card.starts_with("# Model `") && card.contains("| log loss |"), "{card}");
}

/// The list's probability is that of the curve at the proposed threshold, and no curve rises.
#[test]
fn curves_match_the_list() {
    let here = DEMO.shared();
    let at_threshold = "SELECT count(*) FROM rankings AS r INNER JOIN moq_curve AS c \
        ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date AND r.threshold = c.threshold \
        WHERE abs(r.p_hit - c.p_reach) < 0.000001";
    let offers = "SELECT count(*) FROM rankings";
    assert_eq!(query(here, LAKE, at_threshold), query(here, LAKE, offers));
    let rising = "SELECT count(*) AS n FROM (SELECT p_reach, lag(p_reach) OVER \
        (PARTITION BY slot_date, candidate_id ORDER BY threshold) AS before FROM moq_curve) WHERE p_reach > before";
    let unordered = "SELECT count(*) AS n FROM rankings WHERE demand_p10 > demand_p50 OR demand_p50 > demand_p90 \
        OR threshold_90 > threshold_70 OR threshold_70 > threshold_50";
    for sql in [rising, unordered] {
        assert_eq!(query(here, LAKE, sql).lines().last(), Some("0"), "{sql}");
    }
}

#[test]
fn champion_is_rolled_back_once() {
    let folder = DEMO.copy();
    let here = folder.path();
    let champions =
        "SELECT champion, previous_champion, reason, suspended_model FROM champions ORDER BY as_of, reason";
    let first = query(here, LAKE, champions);
    assert!(first.lines().last().is_some_and(|line| line.ends_with(",base_rate,won,")), "{first}");
    cli(here, "train --rollback --lake demo/lake").ok();
    let after = query(here, LAKE, champions);
    assert!(after.contains("base_rate,") && after.contains("rolled_back"), "{after}");
    let promoted = "SELECT model FROM models WHERE promoted";
    assert_eq!(query(here, LAKE, promoted).lines().last(), Some("base_rate"));
    let refused = cli(here, "train --rollback --lake demo/lake");
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("no change to roll back"), "{}", refused.stderr);
}

/// Kills nights at several times and after each stage, then compares with a night that was not killed.
#[test]
fn killed_nights_lose_nothing() {
    let folder = DEMO.copy();
    let here = folder.path();
    let night = |lake: &str| {
        let mut command = slotcast(here);
        command.args(["nightly", "--inbox", "demo/inbox", "--history", "--lake", lake]);
        command.args(["--as-of", "2017-04-13T21:30:00+09:00"]);
        command
    };
    for milliseconds in [30, 400, 1_500] {
        let mut child = night("killed").stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    for stage in ["ingest: ", "stats: ", "stats: ", "train: ", "rank: "] {
        let mut child = night("killed").stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let messages = BufReader::new(child.stderr.take().unwrap());
        let is_done = messages.lines().map_while(Result::ok).any(|line| line.starts_with(stage));
        assert!(is_done, "no line begins with `{stage}`");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(&mut night("killed")).ok();
    run(&mut night("whole")).ok();
    assert_same_relations(here, "killed", "whole");
}

#[track_caller]
fn assert_same_relations(folder: &Path, one: &str, other: &str) {
    for sql in [
        "SELECT * EXCLUDE (known_at) FROM ingest_files ORDER BY file",
        "SELECT * FROM campaign_outcomes ORDER BY campaign_id",
        "SELECT * FROM offer_features ORDER BY id",
        "SELECT * FROM rankings ORDER BY slot_date, rank",
    ] {
        assert_eq!(query(folder, one, sql), query(folder, other, sql), "{sql}");
    }
}
