//! Ingests killed at random times and at every step of a commit lose nothing and duplicate nothing.
//!
//! `SLOTCAST_KILLS=200 cargo test crash_safety -- --nocapture` kills more often and prints the step of each kill.
#![expect(clippy::print_stderr, reason = "the steps of the kills are printed")]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::Int64Type,
    util::display::array_value_to_string,
};
use slotcast_lake::{Lake, TableId, contract::TABLES};

use crate::support::{CommandOutput, cli, copy_folder, required, run, slotcast, write_bytes, write_text};

/// Number of nights. Each has one file per fact table.
const NIGHTS: usize = 12;

/// Files of each night: orders, views and signals, with rows repeated from the previous night, a correction and an
/// invalid row.
fn nights() -> Vec<Vec<(String, String)>> {
    let day = |night: usize| format!("2016-02-{:02}", night + 2);
    let order = |night: usize, number: usize| {
        let (hour, minute) = (number % 24, number % 60);
        format!(
            "e{night}-{number},o{night}-{number},c{},u{},placed,{}T{hour:02}:{minute:02}:00+09:00,{},{}\n",
            number % 7,
            number % 101,
            day(night),
            number % 3 + 1,
            number * 10 + 10
        )
    };
    let view = |night: usize, number: usize| {
        format!("p{},{}T{:02}:00:00+09:00,app,{number},1\n", number / 24, day(night), number % 24)
    };
    let signal = |night: usize, number: usize| {
        format!("p{},{}T{:02}:00:00+09:00,wish,web,{}\n", number % 7, day(night), number % 5, number % 4 + 1)
    };
    (0..NIGHTS)
        .map(|night| {
            let mut orders =
                String::from("event_id,order_id,campaign_id,customer_id,event,occurred_at,units,amount\n");
            // The last rows of the previous night are repeated, one of them corrected.
            if night > 0 {
                (360..400).for_each(|number| orders += &order(night - 1, number));
                orders += &order(night - 1, 0).replace(",placed,", ",cancelled,");
            }
            (0..400).for_each(|number| orders += &order(night, number));
            orders += "e,o,c,u,placed,never,1,1\n";
            let mut views = String::from("product_id,hour,channel,views,visitors\n");
            (0..240).for_each(|number| views += &view(night, number));
            let mut signals = String::from("product_id,occurred_at,kind,channel,count\n");
            (0..300).for_each(|number| signals += &signal(night, number));
            let mut files = vec![
                (format!("order_events/{}.csv", day(night)), orders),
                (format!("page_views/{}.csv", day(night)), views),
                (format!("social_signals/{}.csv", day(night)), signals),
            ];
            if night == 0 {
                files.extend(dimensions());
            }
            files
        })
        .collect()
}

fn dimensions() -> Vec<(String, String)> {
    let mut products = String::from("product_id,title,category,maker_id,updated_at\n");
    let mut campaigns = String::from(
        "campaign_id,product_id,opens_at,closes_at,threshold,threshold_basis,status,updated_at\n",
    );
    for number in 0..10 {
        products += &format!("p{number},제품 {number},home,m,2016-01-01T00:00:00+09:00\n");
        campaigns += &format!(
            "c{number},p{number},2016-02-02T10:00:00+09:00,2016-02-09T10:00:00+09:00,50,units,scheduled,2016-01-20T00:00:00+09:00\n"
        );
    }
    let makers = "maker_id,name,kind,updated_at\nm,해담,artist,2016-01-01T00:00:00+09:00\n".to_owned();
    [("makers/all.csv", makers), ("products/all.csv", products), ("campaigns/all.csv", campaigns)]
        .map(|(name, text)| (name.to_owned(), text))
        .to_vec()
}

fn deliver(here: &Path, files: &[(String, String)]) {
    files.iter().for_each(|(name, text)| write_text(&here.join("inbox").join(name), text));
}

fn ingest(here: &Path, lake: &str) -> std::process::Command {
    let mut command = slotcast(here);
    command.args(["ingest", "inbox", "--history", "--lake", lake]);
    command
}

/// Sorted facts and rejects of a lake as text, with their files.
fn rows(root: &Path) -> BTreeMap<String, Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::open(root).unwrap();
        let mut found = BTreeMap::new();
        let mut names = BTreeMap::new();
        let files = lake.head(&TableId::ledger("ingest_files")).await.unwrap().expect("the ledger of files");
        for batch in files.read().unwrap() {
            let origins = batch.column_by_name("source_file_id").unwrap().as_primitive::<Int64Type>();
            let own = batch.column_by_name("file").unwrap().as_string::<i32>();
            names.extend((0..batch.num_rows()).map(|row| (origins.value(row), own.value(row).to_owned())));
        }
        let facts = TABLES.iter().map(|table| TableId::facts(table.name));
        for table in facts.chain([TableId::ledger("rejects"), TableId::ledger("ingest_files")]) {
            let Some(head) = lake.head(&table).await.unwrap() else { continue };
            let mut texts: Vec<String> =
                head.read().unwrap().iter().flat_map(|batch| texts(batch, &names)).collect();
            texts.sort();
            found.insert(table.to_string(), texts);
        }
        found
    })
}

fn texts(batch: &RecordBatch, names: &BTreeMap<i64, String>) -> Vec<String> {
    let schema = batch.schema();
    (0..batch.num_rows())
        .map(|row| {
            let cell = |(column, field): (usize, &arrow::datatypes::FieldRef)| match field.name().as_str() {
                // These columns name the attempt, not the fact.
                "batch_id" => String::new(),
                "known_at" if names.is_empty() || schema.field_with_name("raw").is_ok() => String::new(),
                "known_at" if schema.field_with_name("content_hash").is_ok() => String::new(),
                "source_file_id" => {
                    names[&batch.column(column).as_primitive::<Int64Type>().value(row)].clone()
                }
                // Every lake has its own salt.
                "customer_id" | "customer" => String::new(),
                _ => array_value_to_string(batch.column(column), row).unwrap(),
            };
            schema.fields().iter().enumerate().map(cell).collect::<Vec<_>>().join("|")
        })
        .collect()
}

#[track_caller]
fn assert_same_rows(here: &Path, one: &str, other: &str) {
    let (one, other) = (rows(&here.join(one)), rows(&here.join(other)));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (table, rows) in &one {
        assert_eq!(rows.len(), other[table].len(), "{table}");
        for (row, expected) in rows.iter().zip(&other[table]) {
            assert_eq!(row, expected, "{table}");
        }
    }
}

/// Last step of the trace.
fn last_step(trace: &Path) -> String {
    let text = fs::read_to_string(trace).unwrap_or_default();
    text.lines().last().unwrap_or("before the first step").to_owned()
}

#[test]
fn random_kills_lose_nothing() {
    let kills: usize = std::env::var("SLOTCAST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let nights = nights();
    let (mut killed, mut night, mut round) = (0, 0, 0);
    let mut hit: BTreeMap<String, usize> = BTreeMap::new();
    // A linear congruential generator is enough: the scheduler adds randomness.
    let mut state = 0x5eed_u64;
    let mut span = Duration::from_millis(400);
    deliver(here, &nights[0]);
    while killed < kills {
        let trace = here.join("steps");
        let _ = fs::remove_file(&trace);
        let start = Instant::now();
        let mut child = ingest(here, &format!("lake{round}"))
            .env("SLOTCAST_FAIL_TRACE", &trace)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sleep(span.mul_f64((state >> 11) as f64 / (1_u64 << 53) as f64));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            // The ingest was faster than the kill: continue with the next night, or with another lake.
            span = (span + start.elapsed()) / 2;
            night += 1;
            if night == NIGHTS {
                run(&mut ingest(here, "whole")).ok();
                assert_same_rows(here, &format!("lake{round}"), "whole");
                (night, round) = (0, round + 1);
                fs::remove_dir_all(here.join("inbox")).unwrap();
                fs::remove_dir_all(here.join("whole")).unwrap();
            }
            deliver(here, &nights[night]);
        } else {
            killed += 1;
            *hit.entry(last_step(&trace)).or_default() += 1;
            span += Duration::from_millis(5);
        }
    }
    nights.iter().for_each(|files| deliver(here, files));
    let lake = format!("lake{round}");
    run(&mut ingest(here, &lake)).ok();
    run(&mut ingest(here, "whole")).ok();
    assert_same_rows(here, &lake, "whole");
    let audited = cli(here, &format!("stats --lake {lake}")).ok();
    assert!(!audited.stderr.contains("unfinished"), "{}", audited.stderr);
    for (step, kills) in hit {
        eprintln!("{kills} kill(s) after step: {step}");
    }
}

#[test]
fn kills_at_every_step_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let nights = nights();
    deliver(here, &nights[0]);
    run(&mut ingest(here, "begun")).ok();
    deliver(here, &nights[1]);
    run(&mut ingest(here, "whole")).ok();
    let trace = here.join("steps");
    copy_folder(&here.join("begun"), &here.join("traced"));
    run(ingest(here, "traced").env("SLOTCAST_FAIL_TRACE", &trace)).ok();
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for step in fs::read_to_string(&trace).unwrap().lines() {
        *steps.entry(step.to_owned()).or_default() += 1;
    }
    assert!(steps.len() >= 5, "{steps:?}");
    for (step, times) in steps {
        // The first, the middle and the last occurrence.
        let mut occurrences = vec![1, times.div_ceil(2), times];
        occurrences.dedup();
        for nth in occurrences {
            let lake = "killed";
            let _ = fs::remove_dir_all(here.join(lake));
            copy_folder(&here.join("begun"), &here.join(lake));
            let killed: CommandOutput =
                run(ingest(here, lake).env("SLOTCAST_FAIL_AT", format!("{step}:{nth}")));
            assert_eq!(killed.code, None, "{step}:{nth} {}", killed.stderr);
            run(&mut ingest(here, lake)).ok();
            assert_same_rows(here, lake, "whole");
        }
    }
}

/// A full disk stops an ingest with an error. Earlier data stays, and the same command succeeds later.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test fills a disk")]
fn full_disk_leaves_no_partial_state() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let nights = nights();
    let disk = here.join("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=600k", "tmpfs"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status();
    let mounted = mounted.is_ok_and(|status| status.success());
    let missing = "no tmpfs can be mounted; hint: run the test as root".to_owned();
    let Some(()) = required(mounted.then_some(()).ok_or(missing)) else { return };
    deliver(here, &nights[0]);
    run(&mut ingest(here, "disk/lake")).ok();
    nights.iter().for_each(|files| deliver(here, files));
    // Only a few pages of the disk stay free.
    let filler = disk.join("filler");
    let free = 40 << 10;
    let mut size = 500 << 10;
    while size > 0 && fs::write(&filler, vec![0; size]).is_err() {
        size -= 8 << 10;
    }
    write_bytes(&filler, &vec![0; size.saturating_sub(free)]);
    let full = run(&mut ingest(here, "disk/lake"));
    let before = run(slotcast(here).args([
        "sql",
        "--lake",
        "disk/lake",
        "--format",
        "csv",
        "SELECT count(*) FROM ingest_files",
    ]));
    fs::remove_file(&filler).unwrap();
    copy_folder(&disk.join("lake"), &here.join("lake"));
    let unmounted = std::process::Command::new("umount").arg(&disk).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    assert_eq!(full.code, Some(1), "{}", full.stderr);
    assert!(
        full.stderr.contains("No space left") && full.stderr.contains("free some space"),
        "{}",
        full.stderr
    );
    assert_eq!(before.ok().stdout.trim_end(), "count(*)\n6", "readers see the previous night");
    run(&mut ingest(here, "lake")).ok();
    run(&mut ingest(here, "whole")).ok();
    assert_same_rows(here, "lake", "whole");
}
