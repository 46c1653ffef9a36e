//! Commands and user errors: rule, value, hint and exit code 1.

use crate::support::{assert_refused, cli, query, run, slotcast, write_text, write_tiny_inbox};

const AS_OF: &str = "--history --as-of 2016-02-12T10:00:00+09:00";

/// Settings about the market are fixed with the lake. A difference is never ignored.
#[test]
fn market_settings_that_differ_from_the_lake_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    cli(here, &format!("ingest inbox {AS_OF}")).ok();
    write_text(
        &here.join("slotcast.toml"),
        "[slots]\nweekday = \"Wed\"\ntime = \"10:00\"\nzone = \"Asia/Seoul\"\n",
    );
    for verb in ["ingest inbox", "nightly --inbox inbox", "stats", "train", "rank", "publish"] {
        let parts = ["`[slots]` states Wed 10:00", "has Tue 10:00", "remove `[slots]`"];
        assert_refused(&cli(here, verb), &parts);
    }
    write_text(&here.join("slotcast.toml"), "label_lag_days = 3\n");
    assert_refused(&cli(here, "stats"), &["`label_lag_days` states 3", "has 14"]);
}

#[test]
fn user_errors_have_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    assert_refused(&cli(here, "nightly --inbox nowhere"), &["nowhere"]);
    assert!(!here.join("lake").exists(), "a user error leaves no lake");
    assert_refused(
        &cli(here, "nightly --inbox inbox --as-of yesterday"),
        &["`--as-of`", "`yesterday`", "2016-02-19"],
    );
    assert_refused(&cli(here, "runs --lake nowhere"), &["no lake", "nowhere"]);
    write_text(&here.join("foreign/orders.csv"), "id\n1\n");
    assert_refused(&cli(here, "nightly --inbox foreign"), &["orders.csv", "--source"]);
    assert!(!here.join("lake").exists(), "an unknown inbox leaves no lake");
    write_text(&here.join("slotcast.toml"), "lead_dayz = 3\n");
    assert_refused(&cli(here, "nightly --inbox inbox"), &["lead_dayz", "slotcast.toml"]);
    assert_refused(&cli(here, "runs --config missing.toml"), &["missing.toml"]);
    write_text(&here.join("slotcast.toml"), "required_tables = [\"orders\"]\n");
    assert_refused(&cli(here, "nightly --inbox inbox"), &["`orders`", "order_events"]);
    write_text(&here.join("slotcast.toml"), "");
    write_text(&here.join("photos/a.jpg"), "");
    assert_refused(&cli(here, "nightly --inbox inbox --lake photos"), &["photos", "a.jpg"]);
    assert_refused(
        &cli(here, &format!("nightly --inbox inbox {AS_OF} --slot 2016-02-17")),
        &["2016-02-17", "2016-02-16"],
    );
}

#[test]
fn unreadable_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_text(&here.join("inbox/makers/m.csv"), "maker_id,name\nm1,\"never closed\n");
    let ran = cli(here, "ingest inbox");
    assert_refused(&ran, &["makers/m.csv"]);
}

#[test]
fn stages_run_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    assert_refused(&cli(here, "train --lake none"), &["no lake"]);
    cli(here, &format!("ingest inbox {AS_OF}")).ok();
    assert_refused(&cli(here, "rank"), &["offer_features", "has not been built"]);
    cli(here, "stats --as-of 2016-02-12T10:00:00+09:00").ok();
    cli(here, "train").ok();
    assert_refused(&cli(here, "rank --as-of 2016-02-13T10:00:00+09:00"), &["were built as of"]);
    let ranked = cli(here, "rank --format csv").ok();
    assert_eq!(ranked.stdout.lines().count(), 1, "no campaign has an outcome yet: no list, only its header");
    cli(here, "publish").ok();
    assert!(here.join("lake/published/latest/index.html").exists());
    let again = cli(here, "publish").ok();
    assert!(again.stderr.contains("already done"), "{}", again.stderr);
    let runs = cli(here, "runs --format csv").ok();
    assert_eq!(runs.stdout.lines().count(), 6, "{}", runs.stdout);
}

/// Without `--history`, facts are known from their ingestion on, and visible to the same night.
#[test]
fn night_uses_its_own_facts() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    cli(here, "nightly --inbox inbox").ok();
    let outcomes = query(here, "lake", "SELECT campaign_id, demand, hit FROM campaign_outcomes");
    assert_eq!(outcomes, "c1,0.00,false");
    let before = cli(here, "nightly --inbox inbox --as-of 2016-02-12T10:00:00+09:00").ok();
    assert!(before.stderr.contains("warning: ") && before.stderr.contains("--history"), "{}", before.stderr);
}

#[test]
fn broken_link_does_not_stop_others() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    std::os::unix::fs::symlink("nowhere", here.join("inbox/makers/dangling.csv")).unwrap();
    let ran = cli(here, &format!("ingest inbox {AS_OF}"));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("dangling.csv"), "{}", ran.stderr);
    assert_eq!(query(here, "lake", "SELECT sum(accepted) FROM ingest_files"), "3");
}

#[test]
fn sql_is_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    cli(here, &format!("nightly --inbox inbox {AS_OF}")).ok();
    let sql = |statement: &str| run(slotcast(here).args(["sql", statement]));
    for statement in [
        "DROP TABLE runs",
        "INSERT INTO runs SELECT * FROM runs",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "COPY runs TO '/tmp/out.csv'",
        "SET datafusion.execution.batch_size = 1",
    ] {
        assert_refused(&sql(statement), &["only read-only statements"]);
    }
    assert_refused(&sql("SELECT * FROM nothing"), &["nothing", "--describe"]);
    assert_refused(&sql("SELECT unit_cost FROM facts.campaigns"), &["facts"]);
    let described = cli(here, "sql --describe rankings --format csv").ok();
    for column in ["candidate_id", "p_hit", "reasons_ko", "model"] {
        assert!(described.stdout.contains(&format!("\n{column},")), "{}", described.stdout);
    }
}
