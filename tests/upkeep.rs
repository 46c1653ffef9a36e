//! What keeps a lake in order: one writer, erasure, vacuum; through the real binary.

use std::{fs, path::Path, thread::sleep, time::Duration};

use arrow::{array::AsArray, datatypes::Int64Type};
use slotcast_lake::{Lake, TableId, Writer};

use crate::support::{ask, run, slotcast, words, write, write_bytes};

const ORDERS: &str = "event_id,order_id,campaign_id,customer_id,event,occurred_at,units\n";

fn orders(here: &Path, name: &str, rows: &str) {
    write(&here.join(format!("inbox/order_events/{name}.csv")), &format!("{ORDERS}{rows}"));
}

/// The customer of each order that the lake holds.
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

/// How many rejected rows still have their text.
fn texts_of_rejects(lake: &Path) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::open(lake).unwrap();
        let head = lake.head(&TableId::ledger("rejects")).await.unwrap().unwrap();
        let batches = head.read().unwrap();
        let raw = batches.iter().flat_map(|batch| batch.column_by_name("raw").unwrap().as_binary::<i32>());
        raw.flatten().filter(|raw| !raw.is_empty()).count()
    })
}

/// Whether a text stands anywhere in the files below a folder.
fn is_anywhere(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_anywhere(&path, text);
        }
        fs::read(&path).unwrap().windows(text.len()).any(|piece| piece == text.as_bytes())
    })
}

#[test]
fn a_customer_is_hashed_at_the_door_and_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    orders(
        here,
        "one",
        "e1,o1,c,kim-7,placed,2016-02-16 10:00,1\ne2,o2,c,lee-8,placed,2016-02-16 11:00,1\n\
         e3,o3,c,kim-7,sold,2016-02-16 12:00,1\n",
    );
    words(here, "ingest inbox --lake lake --history").ok();
    let before = customers(&here.join("lake"));
    let kim = before[0].1.clone().expect("a pseudonym");
    assert!(kim.len() == 16 && kim != "kim-7" && before[1].1 != before[0].1, "{before:?}");
    // Another lake, another salt.
    words(here, "ingest inbox --lake other --history").ok();
    assert_ne!(customers(&here.join("other"))[0].1.as_deref(), Some(kim.as_str()));

    let forgotten = words(here, "forget kim-7 --lake lake").ok();
    assert!(forgotten.stderr.contains("1 order(s)") && forgotten.stdout.is_empty(), "{}", forgotten.stderr);
    let after = customers(&here.join("lake"));
    assert_eq!(after, [("o1".to_owned(), None), before[1].clone()]);
    assert_eq!(ask(here, "lake", "SELECT reason, length(raw) FROM rejects"), "unknown_word,0");
    assert!(!is_anywhere(&here.join("lake/tables"), "kim-7"));
    // The same order in another file is known, and the customer does not come back.
    orders(here, "two", "e1,o1,c,kim-7,placed,2016-02-16 10:00,1\ne4,o4,c,kim-7,placed,2016-02-17 10:00,1\n");
    let again = words(here, "ingest inbox --lake lake --history").ok();
    assert!(again.stderr.contains("accepted 1 + rejected 0 + repeats 1"), "{}", again.stderr);
    assert_eq!(customers(&here.join("lake"))[2], ("o4".to_owned(), None));
    let nobody = words(here, "forget nobody --lake lake").ok();
    assert!(nobody.stderr.contains("nothing in this lake names the customer"), "{}", nobody.stderr);
    assert_eq!(ask(here, "lake", "SELECT count(*) FROM runs WHERE verb = 'forget'"), "2");
}

/// However the source writes a customer, `forget` finds him in rejected rows too.
#[test]
fn a_customer_is_forgotten_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let header = "event_id,order_id,campaign_id,customer_id,event,occurred_at,units\n";
    let text = format!("{header}e1,o1,c,고객 하나,sold,2016-02-16 10:00,1\n");
    let (cp949, _, _) = encoding_rs::EUC_KR.encode(&text);
    write_bytes(&here.join("inbox/order_events/a.csv"), &cp949);
    let line = "{\"event_id\":\"e2\",\"order_id\":\"o2\",\"campaign_id\":\"c\",\"event\":\"sold\",\"occurred_at\":\"2016-02-16 10:00\",\"units\":1,\"customer_id\":\"\\uace0\\uac1d \\ud558\\ub098\"}\n";
    write(&here.join("inbox/order_events/b.ndjson"), line);
    write(
        &here.join("inbox/order_events/c.csv"),
        &format!("{header}e3,o3,c,\"o'brien \"\"x\"\"\",sold,2016-02-16 10:00,1\n"),
    );
    words(here, "ingest inbox --lake lake --history").ok();
    assert_eq!(texts_of_rejects(&here.join("lake")), 3);
    run(slotcast(here).args(["forget", " 고객 하나 ", "--lake", "lake"])).ok();
    assert_eq!(texts_of_rejects(&here.join("lake")), 1);
    run(slotcast(here).args(["forget", "o'brien \"x\"", "--lake", "lake"])).ok();
    assert_eq!(texts_of_rejects(&here.join("lake")), 0);
    // And at the door.
    write_bytes(&here.join("inbox/order_events/d.csv"), &[&cp949[..], b"\n"].concat());
    words(here, "ingest inbox --lake lake --history").ok();
    assert_eq!(texts_of_rejects(&here.join("lake")), 0);
    assert_eq!(ask(here, "lake", "SELECT count(*) FROM rejects"), "4");
    assert_eq!(words(here, "forget --lake lake").code, Some(1));
}

/// The same bytes read in another way are another file; a run that refused files says so again.
#[test]
fn files_are_known_by_their_bytes_and_the_way_they_are_read() {
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
    write(&here.join("shop.toml"), &mapping("app"));
    for name in ["a1", "b1"] {
        write(&here.join(format!("inbox/{name}.csv")), "p,h,v\na,2024-01-01 00:00,1\n");
    }
    let night = "ingest inbox --lake lake --history --source shop.toml";
    words(here, night).ok();
    assert_eq!(ask(here, "lake", "SELECT count(*), sum(accepted) FROM ingest_files"), "2,2");
    let again = words(here, night).ok().stderr;
    // Within the same second it is even the same run.
    assert!(again.contains("known already") || again.contains("nothing new"), "{again}");
    write(&here.join("shop.toml"), &mapping("ios"));
    assert!(words(here, night).ok().stderr.contains("a1.csv: read 1 = accepted 1"));

    write(&here.join("inbox/a2.csv"), "<html>");
    let at = format!("{night} --as-of 2024-06-01T00:00:00Z");
    for _ in 0..2 {
        let ended = words(here, &at);
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains("a2.csv"), "{}", ended.stderr);
    }
}

#[test]
fn vacuum_keeps_what_kept_runs_need() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    orders(here, "one", "e1,o1,c,u,placed,2016-02-16 10:00,1\n");
    words(here, "ingest inbox --lake lake --history").ok();
    for day in 20..24 {
        words(here, &format!("stats --lake lake --as-of 2016-02-{day}T10:00:00+09:00")).ok();
    }
    let question = "SELECT count(*) FROM campaign_outcomes";
    let oldest = ask(here, "lake", "SELECT min(run_id) FROM runs WHERE verb = 'stats'");
    let older = |run_id: &str| run(slotcast(here).args(["sql", "--lake", "lake", "--run", run_id, question]));
    older(&oldest).ok();
    let planned = words(here, "vacuum --lake lake --keep 2 --dry-run").ok();
    older(&oldest).ok();
    let done = words(here, "vacuum --lake lake --keep 2").ok();
    assert!(!planned.stderr.is_empty() && !done.stderr.is_empty());
    let gone = older(&oldest);
    assert_eq!(gone.code, Some(1), "{}", gone.stdout);
    assert!(gone.stderr.contains("vacuum") && gone.stderr.contains("hint:"), "{}", gone.stderr);
    let newest = ask(here, "lake", "SELECT max(run_id) FROM runs WHERE verb = 'stats'");
    older(&newest).ok();
    assert_eq!(ask(here, "lake", question), "0");
    words(here, "ingest inbox --lake lake --history").ok();
}

#[test]
fn a_second_writer_is_refused_or_waits() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    orders(here, "one", "e1,o1,c,u,placed,2016-02-16 10:00,1\n");
    words(here, "ingest inbox --lake lake --history").ok();
    orders(here, "two", "e2,o2,c,u,placed,2016-02-16 10:00,1\n");
    let lake = Lake::open(&here.join("lake")).unwrap();
    let writer = Writer { verb: "nightly", since: "2016-02-20T03:00:00Z".parse().unwrap() };
    let held = lake.lock(&writer, Duration::ZERO, |_| {}).unwrap();
    let refused = words(here, "ingest inbox --lake lake --history");
    assert_eq!(refused.code, Some(1));
    let own = std::process::id().to_string();
    assert!(refused.stderr.contains(&own) && refused.stderr.contains("nightly"), "{}", refused.stderr);
    assert_eq!(customers(&here.join("lake")).len(), 1);
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| words(here, "ingest inbox --lake lake --history --wait 30"));
        sleep(Duration::from_millis(1_500));
        drop(held);
        waiting.join().unwrap()
    });
    assert!(waiting.ok().stderr.contains("waiting for another process"));
    assert_eq!(customers(&here.join("lake")).len(), 2);
}

/// Nights of one week leave many small files; they become one, and older versions stay readable.
#[test]
fn small_files_become_one() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut first = String::new();
    for night in 0..9 {
        orders(here, &night.to_string(), &format!("e{night},o{night},c,u,placed,2016-02-16 1{night}:00,1\n"));
        words(here, "ingest inbox --lake lake --history").ok();
        if night == 0 {
            first = ask(here, "lake", "SELECT max(run_id) FROM runs");
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
        assert_eq!(lines, 2, "the first night held one row, of line 2");
        lake.head(&table).await.unwrap().unwrap().files.len()
    });
    assert!(files < 8, "{files} files");
}
