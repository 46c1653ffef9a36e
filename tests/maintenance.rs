//! Maintenance of a lake: one writer, erasure, vacuum, compaction.

use std::{fs, path::Path, thread::sleep, time::Duration};

use arrow::{array::AsArray, datatypes::Int64Type};
use slotcast_lake::{Lake, LockOwner, TableId};

use crate::support::{cli, query, run, slotcast, write_bytes, write_text};

const ORDERS: &str = "event_id,order_id,campaign_id,customer_id,event,occurred_at,units\n";

/// Writes a file of order events.
fn write_orders(here: &Path, name: &str, rows: &str) {
    write_text(&here.join(format!("inbox/order_events/{name}.csv")), &format!("{ORDERS}{rows}"));
}

/// Order and customer of every order event in a lake.
fn customers(lake: &Path) -> Vec<(String, Option<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::open(lake).unwrap();
        let head = lake.head(&TableId::facts("order_events")).await.unwrap().unwrap();
        let mut found = Vec::new();
        for batch in head.read().unwrap() {
            let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>();
            let pairs = text("order_id").iter().zip(text("customer_id"));
            found.extend(
                pairs.map(|(order, customer)| (order.unwrap().to_owned(), customer.map(str::to_owned))),
            );
        }
        found.sort();
        found
    })
}

/// Number of rejected rows with their raw text.
fn raw_rejects(lake: &Path) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::open(lake).unwrap();
        let head = lake.head(&TableId::ledger("rejects")).await.unwrap().unwrap();
        let batches = head.read().unwrap();
        let raw = batches.iter().flat_map(|batch| batch.column_by_name("raw").unwrap().as_binary::<i32>());
        raw.flatten().filter(|raw| !raw.is_empty()).count()
    })
}

/// Whether a file below a folder contains a text.
fn contains_text(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return contains_text(&path, text);
        }
        fs::read(&path).unwrap().windows(text.len()).any(|piece| piece == text.as_bytes())
    })
}

#[test]
fn customers_are_hashed_and_erased() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(
        here,
        "one",
        "e1,o1,c,kim-7,placed,2016-02-16 10:00,1\ne2,o2,c,lee-8,placed,2016-02-16 11:00,1\n\
         e3,o3,c,kim-7,sold,2016-02-16 12:00,1\n",
    );
    cli(here, "ingest inbox --lake lake --history").ok();
    let before = customers(&here.join("lake"));
    let kim = before[0].1.clone().expect("a pseudonym");
    assert!(kim.len() == 16 && kim != "kim-7" && before[1].1 != before[0].1, "{before:?}");
    // Another lake has another salt.
    cli(here, "ingest inbox --lake other --history").ok();
    assert_ne!(customers(&here.join("other"))[0].1.as_deref(), Some(kim.as_str()));

    let forgotten = cli(here, "forget kim-7 --lake lake").ok();
    assert!(forgotten.stderr.contains("1 order(s)") && forgotten.stdout.is_empty(), "{}", forgotten.stderr);
    let after = customers(&here.join("lake"));
    assert_eq!(after, [("o1".to_owned(), None), before[1].clone()]);
    assert_eq!(query(here, "lake", "SELECT reason, length(raw) FROM rejects"), "unknown_word,0");
    assert!(!contains_text(&here.join("lake/tables"), "kim-7"));
    // The same order in another file is a repeat, and the customer stays erased.
    write_orders(
        here,
        "two",
        "e1,o1,c,kim-7,placed,2016-02-16 10:00,1\ne4,o4,c,kim-7,placed,2016-02-17 10:00,1\n",
    );
    let again = cli(here, "ingest inbox --lake lake --history").ok();
    assert!(again.stderr.contains("accepted 1 + rejected 0 + repeats 1"), "{}", again.stderr);
    assert_eq!(customers(&here.join("lake"))[2], ("o4".to_owned(), None));
    let nobody = cli(here, "forget nobody --lake lake").ok();
    assert!(nobody.stderr.contains("the lake contains no data of this customer"), "{}", nobody.stderr);
    assert_eq!(query(here, "lake", "SELECT count(*) FROM runs WHERE verb = 'forget'"), "2");
}

/// `forget` finds a customer in rejected rows of every encoding and format.
#[test]
fn customers_are_erased_from_rejects() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let header = "event_id,order_id,campaign_id,customer_id,event,occurred_at,units\n";
    let text = format!("{header}e1,o1,c,고객 하나,sold,2016-02-16 10:00,1\n");
    let (cp949, _, _) = encoding_rs::EUC_KR.encode(&text);
    write_bytes(&here.join("inbox/order_events/a.csv"), &cp949);
    let line = "{\"event_id\":\"e2\",\"order_id\":\"o2\",\"campaign_id\":\"c\",\"event\":\"sold\",\"occurred_at\":\"2016-02-16 10:00\",\"units\":1,\"customer_id\":\"\\uace0\\uac1d \\ud558\\ub098\"}\n";
    write_text(&here.join("inbox/order_events/b.ndjson"), line);
    write_text(
        &here.join("inbox/order_events/c.csv"),
        &format!("{header}e3,o3,c,\"o'brien \"\"x\"\"\",sold,2016-02-16 10:00,1\n"),
    );
    cli(here, "ingest inbox --lake lake --history").ok();
    assert_eq!(raw_rejects(&here.join("lake")), 3);
    run(slotcast(here).args(["forget", " 고객 하나 ", "--lake", "lake"])).ok();
    assert_eq!(raw_rejects(&here.join("lake")), 1);
    run(slotcast(here).args(["forget", "o'brien \"x\"", "--lake", "lake"])).ok();
    assert_eq!(raw_rejects(&here.join("lake")), 0);
    // Later files are redacted when they are ingested.
    write_bytes(&here.join("inbox/order_events/d.csv"), &[&cp949[..], b"\n"].concat());
    cli(here, "ingest inbox --lake lake --history").ok();
    assert_eq!(raw_rejects(&here.join("lake")), 0);
    assert_eq!(query(here, "lake", "SELECT count(*) FROM rejects"), "4");
    assert_eq!(cli(here, "forget --lake lake").code, Some(1));
}

/// The same bytes with another mapping are another file. A refused file is reported in every run.
#[test]
fn files_are_identified_by_bytes_and_mapping() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mapping = |channel: &str| {
        let target = |pattern: &str, channel: &str| {
            format!(
                "[[file]]\npattern = \"{pattern}\"\n[[file.target]]\ntable = \"page_views\"\n[file.target.columns]\n\
             product_id = \"p\"\nhour = \"h\"\nviews = \"v\"\nvisitors = \"v\"\nchannel = {{ value = \"{channel}\" }}\n"
            )
        };
        format!("name = \"shop\"\n{}{}", target("a*.csv", channel), target("b*.csv", "web"))
    };
    write_text(&here.join("shop.toml"), &mapping("app"));
    for name in ["a1", "b1"] {
        write_text(&here.join(format!("inbox/{name}.csv")), "p,h,v\na,2024-01-01 00:00,1\n");
    }
    let night = "ingest inbox --lake lake --history --source shop.toml";
    cli(here, night).ok();
    assert_eq!(query(here, "lake", "SELECT count(*), sum(accepted) FROM ingest_files"), "2,2");
    let again = cli(here, night).ok().stderr;
    // Within the same second it is even the same run.
    assert!(again.contains("already ingested") || again.contains("nothing new"), "{again}");
    write_text(&here.join("shop.toml"), &mapping("ios"));
    assert!(cli(here, night).ok().stderr.contains("a1.csv: read 1 = accepted 1"));

    write_text(&here.join("inbox/a2.csv"), "<html>");
    let at = format!("{night} --as-of 2024-06-01T00:00:00Z");
    for _ in 0..2 {
        let ended = cli(here, &at);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("a2.csv"), "{}", ended.stderr);
    }
}

#[test]
fn vacuum_keeps_files_of_kept_runs() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(here, "one", "e1,o1,c,u,placed,2016-02-16 10:00,1\n");
    cli(here, "ingest inbox --lake lake --history").ok();
    for day in 20..24 {
        cli(here, &format!("stats --lake lake --as-of 2016-02-{day}T10:00:00+09:00")).ok();
    }
    let question = "SELECT count(*) FROM campaign_outcomes";
    let oldest = query(here, "lake", "SELECT min(run_id) FROM runs WHERE verb = 'stats'");
    let older = |run_id: &str| run(slotcast(here).args(["sql", "--lake", "lake", "--run", run_id, question]));
    older(&oldest).ok();
    let planned = cli(here, "vacuum --lake lake --keep 2 --dry-run").ok();
    older(&oldest).ok();
    let done = cli(here, "vacuum --lake lake --keep 2").ok();
    assert!(!planned.stderr.is_empty() && !done.stderr.is_empty());
    let gone = older(&oldest);
    assert_eq!(gone.code, Some(1), "{}", gone.stdout);
    assert!(gone.stderr.contains("vacuum") && gone.stderr.contains("hint:"), "{}", gone.stderr);
    let newest = query(here, "lake", "SELECT max(run_id) FROM runs WHERE verb = 'stats'");
    older(&newest).ok();
    assert_eq!(query(here, "lake", question), "0");
    cli(here, "ingest inbox --lake lake --history").ok();
}

#[test]
fn second_writer_is_refused_or_waits() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(here, "one", "e1,o1,c,u,placed,2016-02-16 10:00,1\n");
    cli(here, "ingest inbox --lake lake --history").ok();
    write_orders(here, "two", "e2,o2,c,u,placed,2016-02-16 10:00,1\n");
    let lake = Lake::open(&here.join("lake")).unwrap();
    let writer = LockOwner { verb: "nightly", since: "2016-02-20T03:00:00Z".parse().unwrap() };
    let held = lake.lock(&writer, Duration::ZERO, |_| {}).unwrap();
    let refused = cli(here, "ingest inbox --lake lake --history");
    assert_eq!(refused.code, Some(1));
    let own = std::process::id().to_string();
    assert!(refused.stderr.contains(&own) && refused.stderr.contains("nightly"), "{}", refused.stderr);
    assert_eq!(customers(&here.join("lake")).len(), 1);
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| cli(here, "ingest inbox --lake lake --history --wait 30"));
        sleep(Duration::from_millis(1_500));
        drop(held);
        waiting.join().unwrap()
    });
    assert!(waiting.ok().stderr.contains("waiting for another process"));
    assert_eq!(customers(&here.join("lake")).len(), 2);
}

/// Small files of one week are merged, and older versions stay readable.
#[test]
fn small_files_are_compacted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut first = String::new();
    for night in 0..9 {
        write_orders(
            here,
            &night.to_string(),
            &format!("e{night},o{night},c,u,placed,2016-02-16 1{night}:00,1\n"),
        );
        cli(here, "ingest inbox --lake lake --history").ok();
        if night == 0 {
            first = query(here, "lake", "SELECT max(run_id) FROM runs");
        }
    }
    assert_eq!(customers(&here.join("lake")).len(), 9);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let files = runtime.block_on(async {
        let lake = Lake::open(&here.join("lake")).unwrap();
        let table = TableId::facts("order_events");
        let runs = lake.runs().await.unwrap();
        let version = runs.done(&first.parse().unwrap()).unwrap().tables["facts/order_events"];
        let older = lake.at(&table, version).await.unwrap().read().unwrap();
        let lines: i64 = older
            .iter()
            .map(|batch| batch.column_by_name("line").unwrap().as_primitive::<Int64Type>().value(0))
            .sum();
        assert_eq!(lines, 2, "the first night has one row, from line 2");
        lake.head(&table).await.unwrap().unwrap().files.len()
    });
    assert!(files < 8, "{files} files");
}
