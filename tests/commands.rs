//! Commands and their mistakes, through the real binary: rule, value, remedy, exit 1.

use std::path::Path;

use crate::support::{Ran, words, write};

/// A mistake is answered with exit 1, a message that holds these words, and a hint.
#[track_caller]
pub(crate) fn refused(ran: &Ran, parts: &[&str]) {
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    for part in parts.iter().chain(&["hint: "]) {
        assert!(ran.stderr.contains(part), "`{part}` is not in:\n{}", ran.stderr);
    }
    assert!(ran.stdout.is_empty(), "stdout is for data");
}

/// A tiny market: one maker, one product, one campaign.
pub(crate) fn small_inbox(folder: &Path) {
    let inbox = folder.join("inbox");
    write(
        &inbox.join("makers/m.csv"),
        "maker_id,name,kind,updated_at\nm1,해담,artist,2016-01-01T00:00:00Z\n",
    );
    write(
        &inbox.join("products/p.csv"),
        "product_id,title,category,maker_id,updated_at\np1,백자 수저,주방,m1,2016-01-01T00:00:00Z\n",
    );
    write(
        &inbox.join("campaigns/c.csv"),
        "campaign_id,product_id,opens_at,closes_at,threshold,threshold_basis,status,updated_at\n\
         c1,p1,2016-02-16T10:00:00+09:00,2016-02-23T10:00:00+09:00,100,units,scheduled,2016-02-01T00:00:00Z\n",
    );
}

const AS_OF: &str = "--history --as-of 2016-02-12T10:00:00+09:00";

#[test]
fn wrong_words_are_answered_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_inbox(here);
    refused(&words(here, "nightly --inbox nowhere"), &["nowhere"]);
    assert!(!here.join("lake").exists(), "a wrong word leaves no lake behind");
    refused(
        &words(here, "nightly --inbox inbox --as-of yesterday"),
        &["`--as-of`", "`yesterday`", "2016-02-19"],
    );
    refused(&words(here, "runs --lake nowhere"), &["no lake", "nowhere"]);
    write(&here.join("foreign/orders.csv"), "id\n1\n");
    refused(&words(here, "nightly --inbox foreign"), &["orders.csv", "--source"]);
    assert!(!here.join("lake").exists(), "a foreign inbox leaves no lake behind");
    write(&here.join("slotcast.toml"), "lead_dayz = 3\n");
    refused(&words(here, "nightly --inbox inbox"), &["lead_dayz", "slotcast.toml"]);
    refused(&words(here, "runs --config missing.toml"), &["missing.toml"]);
    write(&here.join("slotcast.toml"), "required_tables = [\"orders\"]\n");
    refused(&words(here, "nightly --inbox inbox"), &["`orders`", "order_events"]);
    write(&here.join("slotcast.toml"), "");
    write(&here.join("photos/a.jpg"), "");
    refused(&words(here, "nightly --inbox inbox --lake photos"), &["photos", "a.jpg"]);
    refused(
        &words(here, &format!("nightly --inbox inbox {AS_OF} --slot 2016-02-17")),
        &["2016-02-17", "2016-02-16"],
    );
}

#[test]
fn an_unreadable_file_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write(&here.join("inbox/makers/m.csv"), "maker_id,name\nm1,\"never closed\n");
    let ran = words(here, "ingest inbox");
    refused(&ran, &["makers/m.csv"]);
}

#[test]
fn stages_run_one_by_one_like_a_night() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_inbox(here);
    refused(&words(here, "train --lake none"), &["no lake"]);
    words(here, &format!("ingest inbox {AS_OF}")).ok();
    refused(&words(here, "rank"), &["offer_features", "has not been built"]);
    words(here, "stats --as-of 2016-02-12T10:00:00+09:00").ok();
    words(here, "train").ok();
    refused(&words(here, "rank --as-of 2016-02-13T10:00:00+09:00"), &["speak for"]);
    let ranked = words(here, "rank --format csv").ok();
    assert_eq!(ranked.stdout.lines().count(), 1, "no campaign has an outcome yet: no list, only its header");
    words(here, "publish").ok();
    assert!(here.join("lake/published/latest/index.html").exists());
    let again = words(here, "publish").ok();
    assert!(again.stderr.contains("done already"), "{}", again.stderr);
    let runs = words(here, "runs --format csv").ok();
    assert_eq!(runs.stdout.lines().count(), 6, "{}", runs.stdout);
}

/// Without `--history` facts are known when they come in; the night that takes them in sees them.
#[test]
fn a_night_sees_what_it_takes_in() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_inbox(here);
    words(here, "nightly --inbox inbox").ok();
    let outcomes =
        crate::support::ask(here, "lake", "SELECT campaign_id, demand, hit FROM campaign_outcomes");
    assert_eq!(outcomes, "c1,0.00,false");
    let before = words(here, "nightly --inbox inbox --as-of 2016-02-12T10:00:00+09:00").ok();
    assert!(before.stderr.contains("warning: ") && before.stderr.contains("--history"), "{}", before.stderr);
}

#[test]
fn an_entry_that_is_no_file_does_not_keep_the_others_out() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_inbox(here);
    std::os::unix::fs::symlink("nowhere", here.join("inbox/makers/dangling.csv")).unwrap();
    let ran = words(here, &format!("ingest inbox {AS_OF}"));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("dangling.csv"), "{}", ran.stderr);
    assert_eq!(crate::support::ask(here, "lake", "SELECT sum(accepted) FROM ingest_files"), "3");
}

#[test]
fn sql_answers_questions_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_inbox(here);
    words(here, &format!("nightly --inbox inbox {AS_OF}")).ok();
    let sql = |question: &str| crate::support::run(crate::support::slotcast(here).args(["sql", question]));
    for statement in [
        "DROP TABLE runs",
        "INSERT INTO runs SELECT * FROM runs",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "COPY runs TO '/tmp/out.csv'",
        "SET datafusion.execution.batch_size = 1",
    ] {
        refused(&sql(statement), &["only questions"]);
    }
    refused(&sql("SELECT * FROM nothing"), &["nothing", "--describe"]);
    refused(&sql("SELECT unit_cost FROM facts.campaigns"), &["facts"]);
    let described = words(here, "sql --describe rankings --format csv").ok();
    for column in ["candidate_id", "p_hit", "reasons_ko", "model"] {
        assert!(described.stdout.contains(&format!("\n{column},")), "{}", described.stdout);
    }
}
