//! Nights on public data: counts, repeats, determinism, refused files.

use std::{fs, path::Path};

use crate::support::{CommandOutput, cli, dataset, files_below, query, root, run, slotcast, write_text};

/// The time for which the dataset was counted independently.
const COUNTED_AT: &str = "2015-03-06T10:00:00-03:00";

fn catarse_night(folder: &Path, lake: &str, inbox: &Path, as_of: &str) -> CommandOutput {
    let mapping = root().join("data/sources/catarse.toml");
    run(slotcast(folder)
        .args(["nightly", "--lake", lake, "--history", "--as-of", as_of])
        .arg("--source")
        .arg(mapping)
        .arg("--inbox")
        .arg(inbox))
}

/// The expected numbers were counted from the files, independently of slotcast.
#[test]
fn catarse_matches_independent_counts() {
    let Some(inbox) = dataset("catarse") else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let first = catarse_night(here, "one", &inbox, COUNTED_AT).ok();
    for account in [
        "campaigns.csv: read 3390 = accepted 3389 + rejected 1 + repeats 0 + filtered 0",
        "contributions_daily.csv: read 74933 = accepted 74933 + rejected 0 + repeats 0 + filtered 0",
    ] {
        assert!(first.stderr.contains(account), "{}", first.stderr);
    }
    let hits = "SELECT count(*), sum(CAST(hit AS INT)) FROM campaign_outcomes";
    assert_eq!(query(here, "one", hits), "2941,1579");
    assert_eq!(query(here, "one", "SELECT count(*), min(slot_date) FROM rankings"), "38,2015-03-10");
    let rejects = "SELECT reason, column_name, line, table_name FROM rejects";
    assert_eq!(query(here, "one", rejects), "closes_before_opens,closes_at,2331,campaigns");
    let sums = "SELECT count(*) FROM ingest_files WHERE read <> accepted + rejected + repeats + filtered";
    assert_eq!(query(here, "one", sums), "0");
    let demand = "SELECT sum(demand) FROM campaign_outcomes WHERE campaign_id = '7'";
    assert_eq!(query(here, "one", demand), "4580.00");

    // The same night again adds nothing.
    let before = files_below(&here.join("one"));
    let again = catarse_night(here, "one", &inbox, COUNTED_AT).ok();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    assert_eq!(files_below(&here.join("one")), before);

    // Another lake gets the same bytes.
    catarse_night(here, "two", &inbox, COUNTED_AT).ok();
    for name in ["ranking.csv", "ranking.json", "index.html"] {
        let read = |lake: &str| fs::read(here.join(lake).join("published/latest").join(name)).unwrap();
        assert_eq!(read("one"), read("two"), "{name}");
    }

    later_night_freezes_the_list(here, &inbox);
}

/// A night after the cutoff without new facts repeats the frozen list and ranks the following slot.
fn later_night_freezes_the_list(here: &Path, inbox: &Path) {
    let quiet = catarse_night(here, "one", inbox, "2015-03-07T03:00:00-03:00").ok();
    assert!(quiet.stderr.contains("already ingested"), "{}", quiet.stderr);
    assert_eq!(query(here, "one", "SELECT count(*) FROM ingest_files"), "2");
    let lists = "SELECT slot_date, preliminary, count(*) FROM rankings \
        GROUP BY slot_date, preliminary ORDER BY slot_date";
    assert!(query(here, "one", lists).starts_with("2015-03-10,false,38\n2015-03-17,true,"));
    let frozen = "SELECT string_agg(candidate_id, ' ' ORDER BY rank) FROM rankings WHERE NOT preliminary";
    let decided = "SELECT string_agg(candidate_id, ' ' ORDER BY rank) FROM rankings";
    let first_run = query(here, "one", "SELECT min(run_id) FROM runs");
    let older =
        run(slotcast(here).args(["sql", "--lake", "one", "--format", "csv", "--run", &first_run, decided]));
    assert_eq!(older.ok().stdout.lines().nth(1), query(here, "one", frozen).lines().next());
}

#[test]
fn refused_file_does_not_stop_others() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let inbox = here.join("inbox");
    write_text(
        &inbox.join("makers/good.csv"),
        "maker_id,name,kind,updated_at\nm1,해담,artist,2016-01-01T00:00:00Z\n",
    );
    write_text(&inbox.join("products/bad.csv"), "<!DOCTYPE html><html><body>502</body></html>\n");
    write_text(&inbox.join("candidates/list.txt"), "candidate_id\n");
    let night = "nightly --inbox inbox --lake lake --history --as-of 2016-02-12T10:00:00+09:00";
    let output = cli(here, night);
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(
        output.stderr.contains("products/bad.csv") && output.stderr.contains("hint:"),
        "{}",
        output.stderr
    );
    let page = fs::read_to_string(here.join("lake/published/latest/index.html")).unwrap();
    assert!(page.contains("products/bad.csv"), "the page names the refused file");
    assert!(page.contains("candidates/list.txt"), "the page names the file of a kind that is not read");
    for part in ["파일을 다시 받으세요", "Fetch it again", "받지 못했습니다", "`delimiter`를 지정하거나"]
    {
        assert!(page.contains(part), "the page shows rule and remedy: {part}");
    }
    assert_eq!(query(here, "lake", "SELECT accepted FROM ingest_files"), "1");

    write_text(&here.join("slotcast.toml"), "required_tables = [\"candidates\"]\n");
    let stopped = cli(here, "nightly --inbox inbox --lake other --history --as-of 2016-02-12T10:00:00+09:00");
    assert_eq!(stopped.code, Some(1), "{}", stopped.stderr);
    assert!(!here.join("other/published/latest").exists(), "nothing is published");
}
