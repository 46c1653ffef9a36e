//! A night from inbox to published list: real campaigns, repeats, kills.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    thread::sleep,
    time::Duration,
};

use crate::support::{COUNTED_AT, Ran, ask, dataset, root, run, slotcast, words, write};

fn catarse(folder: &Path, lake: &str, inbox: &Path) -> Ran {
    let mapping = root().join("data/sources/catarse.toml");
    run(slotcast(folder)
        .args(["nightly", "--lake", lake, "--history", "--as-of", COUNTED_AT])
        .arg("--source")
        .arg(mapping)
        .arg("--inbox")
        .arg(inbox))
}

/// The numbers were counted independently of slotcast, from the files themselves.
#[test]
fn real_campaigns_give_the_counted_numbers() {
    let Some(inbox) = dataset("catarse") else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let first = catarse(here, "one", &inbox).ok();
    for account in [
        "campaigns.csv: read 3390 = accepted 3389 + rejected 1 + repeats 0 + filtered 0",
        "contributions_daily.csv: read 74933 = accepted 74933 + rejected 0 + repeats 0 + filtered 0",
    ] {
        assert!(first.stderr.contains(account), "{}", first.stderr);
    }
    let hits = "SELECT count(*), sum(CAST(hit AS INT)) FROM campaign_outcomes";
    assert_eq!(ask(here, "one", hits), "2941,1579");
    assert_eq!(ask(here, "one", "SELECT count(*), min(slot_date) FROM rankings"), "38,2015-03-10");
    let rejects = "SELECT reason, column_name, line, table_name FROM rejects";
    assert_eq!(ask(here, "one", rejects), "closes_before_opens,closes_at,2331,campaigns");
    let sums = "SELECT count(*) FROM ingest_files WHERE read <> accepted + rejected + repeats + filtered";
    assert_eq!(ask(here, "one", sums), "0");
    let demand = "SELECT sum(demand) FROM campaign_outcomes WHERE campaign_id = '7'";
    assert_eq!(ask(here, "one", demand), "4580.00");

    // The same again: the run is known, and nothing is added.
    let before = lake_files(&here.join("one"));
    let again = catarse(here, "one", &inbox).ok();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    assert_eq!(lake_files(&here.join("one")), before);

    // On another lake: the same bytes.
    catarse(here, "two", &inbox).ok();
    for name in ["ranking.csv", "ranking.json", "index.html"] {
        let read = |lake: &str| fs::read(here.join(lake).join("published/latest").join(name)).unwrap();
        assert_eq!(read("one"), read("two"), "{name}");
    }

    // Later, with nothing new: a quiet night.
    let quiet = words(
        here,
        &format!(
            "nightly --lake one --history --as-of 2015-03-07T03:00:00-03:00 --source {} --inbox {}",
            root().join("data/sources/catarse.toml").display(),
            inbox.display()
        ),
    )
    .ok();
    assert!(quiet.stderr.contains("known already"), "{}", quiet.stderr);
    assert_eq!(ask(here, "one", "SELECT count(*) FROM ingest_files"), "2");
    // Past the cutoff the list is frozen, and the following slot comes as preliminary.
    let lists = "SELECT slot_date, preliminary, count(*) FROM rankings GROUP BY slot_date, preliminary ORDER BY slot_date";
    assert!(ask(here, "one", lists).starts_with("2015-03-10,false,38\n2015-03-17,true,"));
    let frozen = "SELECT string_agg(candidate_id, ' ' ORDER BY rank) FROM rankings WHERE NOT preliminary";
    let decided = "SELECT string_agg(candidate_id, ' ' ORDER BY rank) FROM rankings";
    let first_run = ask(here, "one", "SELECT min(run_id) FROM runs");
    let older =
        run(slotcast(here).args(["sql", "--lake", "one", "--format", "csv", "--run", &first_run, decided]));
    assert_eq!(older.ok().stdout.lines().nth(1), ask(here, "one", frozen).lines().next());
}

/// Every log entry and data file of a lake.
fn lake_files(lake: &Path) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                walk(&path, found)
            } else {
                found.push(path.display().to_string())
            }
        }
    }
    let mut found = Vec::new();
    walk(lake, &mut found);
    found.sort();
    found
}

#[test]
fn the_demo_ends_with_a_list_and_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let demo = words(folder.path(), "demo --format csv").ok();
    assert_eq!(demo.stdout.lines().count(), 11, "a header and ten offers:\n{}", demo.stdout);
    let page = fs::read_to_string(folder.path().join("demo/lake/published/latest/index.html")).unwrap();
    assert!(page.contains("cd-") && page.contains("lang="), "the page names its offers");
    let card = fs::read_to_string(folder.path().join("demo/lake/published/latest/model-card.md")).unwrap();
    assert!(card.starts_with("# Model `") && card.contains("| log loss |"), "{card}");
    curves_and_chances_agree(folder.path());
    a_change_of_champion_is_taken_back(folder.path());
    // A night killed at any moment leaves nothing to clean by hand.
    killed_nights_lose_nothing(folder.path());
}

/// The chance at the proposed threshold is the one of the list, and no chance rises with the threshold.
fn curves_and_chances_agree(folder: &Path) {
    let at_threshold = "SELECT count(*) FROM rankings AS r INNER JOIN moq_curve AS c \
        ON r.candidate_id = c.candidate_id AND r.slot_date = c.slot_date AND r.threshold = c.threshold \
        WHERE abs(r.p_hit - c.p_reach) < 0.000001";
    let offers = "SELECT count(*) FROM rankings";
    assert_eq!(ask(folder, "demo/lake", at_threshold), ask(folder, "demo/lake", offers));
    let rising = "SELECT count(*) AS n FROM (SELECT p_reach, lag(p_reach) OVER \
        (PARTITION BY slot_date, candidate_id ORDER BY threshold) AS before FROM moq_curve) WHERE p_reach > before";
    let ordered = "SELECT count(*) AS n FROM rankings WHERE demand_p10 > demand_p50 OR demand_p50 > demand_p90 \
        OR threshold_90 > threshold_70 OR threshold_70 > threshold_50";
    for question in [rising, ordered] {
        assert_eq!(ask(folder, "demo/lake", question).lines().last(), Some("0"), "{question}");
    }
}

/// A model that took over can be taken back, once; the history says so.
fn a_change_of_champion_is_taken_back(folder: &Path) {
    let train = |flag: &str| words(folder, &format!("train {flag} --lake demo/lake"));
    let champions =
        "SELECT champion, previous_champion, reason, suspended_model FROM champions ORDER BY as_of, reason";
    let first = ask(folder, "demo/lake", champions);
    assert!(first.lines().last().is_some_and(|line| line.ends_with(",base_rate,won,")), "{first}");
    train("--rollback").ok();
    let after = ask(folder, "demo/lake", champions);
    assert!(after.contains("base_rate,") && after.contains("rolled_back"), "{after}");
    let promoted = "SELECT model FROM models WHERE promoted";
    assert_eq!(ask(folder, "demo/lake", promoted).lines().last(), Some("base_rate"));
    let refused = train("--rollback");
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("nothing to take back"), "{}", refused.stderr);
}

/// Kills the real binary at several moments of the same night, then lets it end, and compares.
fn killed_nights_lose_nothing(folder: &Path) {
    let night = |lake: &str| {
        let mut command = slotcast(folder);
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
    // And right after each stage has committed what it made.
    for stage in ["ingest: ", "stats: ", "stats: ", "train: ", "rank: "] {
        let mut child = night("killed").stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let talk = BufReader::new(child.stderr.take().unwrap());
        let reached = talk.lines().map_while(Result::ok).any(|line| line.starts_with(stage));
        assert!(reached, "the night says when `{stage}` is done");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    run(&mut night("killed")).ok();
    run(&mut night("whole")).ok();
    for question in [
        "SELECT * EXCLUDE (known_at) FROM ingest_files ORDER BY file",
        "SELECT * FROM campaign_outcomes ORDER BY campaign_id",
        "SELECT * FROM offer_features ORDER BY id",
        "SELECT * FROM rankings ORDER BY slot_date, rank",
    ] {
        assert_eq!(ask(folder, "killed", question), ask(folder, "whole", question), "{question}");
    }
}

#[test]
fn a_refused_file_is_named_and_the_others_load() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let inbox = here.join("inbox");
    write(
        &inbox.join("makers/good.csv"),
        "maker_id,name,kind,updated_at\nm1,해담,artist,2016-01-01T00:00:00Z\n",
    );
    write(&inbox.join("products/bad.csv"), "<!DOCTYPE html><html><body>502</body></html>\n");
    let night = "nightly --inbox inbox --lake lake --history --as-of 2016-02-12T10:00:00+09:00";
    let ended = words(here, night);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("products/bad.csv") && ended.stderr.contains("hint:"), "{}", ended.stderr);
    let page = fs::read_to_string(here.join("lake/published/latest/index.html")).unwrap();
    assert!(page.contains("products/bad.csv"), "the page says at its head what is missing");
    assert_eq!(ask(here, "lake", "SELECT accepted FROM ingest_files"), "1");

    write(&here.join("slotcast.toml"), "required_tables = [\"products\"]\n");
    let stopped =
        words(here, "nightly --inbox inbox --lake other --history --as-of 2016-02-12T10:00:00+09:00");
    assert_eq!(stopped.code, Some(1), "{}", stopped.stderr);
    assert!(!here.join("other/published/latest").exists(), "nothing is published");
}
