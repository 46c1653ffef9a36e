//! Retractions of loads, files read again, and rows that replace earlier rows of their file.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{Schema, SchemaRef},
};
use slotcast_lake::{
    FilesToRemove, Lake, MarketConfig, RunRow, RunStatus, TableId, contract::ingest_files_schema,
};

use crate::support::{assert_refused, cli, copy_folder, query, run, slotcast, write_text, write_tiny_inbox};

const ORDERS: &str = "event_id,order_id,campaign_id,customer_id,event,occurred_at,units\n";

/// Writes a file of placed orders, one per number.
fn write_orders(here: &Path, name: &str, orders: &[u32]) {
    let row = |order: &u32| format!("e{order},o{order},c,kim-{order},placed,2016-02-16 10:{order:02},1\n");
    let rows: String = orders.iter().map(row).collect();
    write_text(&here.join(format!("inbox/order_events/{name}.csv")), &format!("{ORDERS}{rows}"));
}

/// Files with accepted rows, repeats, and whether they are retracted, in the order of ingestion.
fn files(here: &Path) -> String {
    query(
        here,
        "lake",
        "SELECT replace(file, 'order_events/', ''), accepted, repeats, retracted_at IS NOT NULL \
         FROM ingest_files ORDER BY source_file_id",
    )
}

#[test]
fn a_retracted_file_is_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(here, "a", &[1, 2]);
    cli(here, "ingest inbox").ok();
    write_orders(here, "b", &[2, 3]);
    write_orders(here, "c", &[4]);
    cli(here, "ingest inbox").ok();
    let before = query(here, "lake", "SELECT max(run_id) FROM runs");

    let refused = cli(here, "ingest --retract a.csv");
    assert_refused(&refused, &["`a.csv`", "order_events/a.csv", "from ingest_files"]);
    assert_refused(&cli(here, "ingest --retract zzzzzzzz"), &["`zzzzzzzz`", "from ingest_files"]);
    assert_eq!(cli(here, "ingest inbox --retract order_events/a.csv").code, Some(1));
    assert_eq!(cli(here, "ingest").code, Some(1));
    assert_eq!(files(here), "a.csv,2,0,false\nb.csv,1,1,false\nc.csv,1,0,false");

    let retracted = cli(here, "ingest --retract order_events/a.csv").ok();
    for part in ["2 row(s) withdrawn", "order_events/b.csv (1 repeat(s))", "--reload FILE"] {
        assert!(retracted.stderr.contains(part), "{}", retracted.stderr);
    }
    assert!(!retracted.stderr.contains("c.csv"), "{}", retracted.stderr);
    assert_eq!(files(here), "a.csv,2,0,true\nb.csv,1,1,false\nc.csv,1,0,false");
    let times = "SELECT retracted_at = retracted_from, retracted_before FROM ingest_files WHERE accepted = 2";
    assert_eq!(query(here, "lake", times), "true,3");
    let old = format!("sql --run {before} --format csv --lake lake");
    let old =
        run(slotcast(here).args(old.split(' ')).arg("SELECT count(retracted_at) FROM ingest_files")).ok();
    assert_eq!(old.stdout, "count(ingest_files.retracted_at)\n0\n", "an older run sees its own ledger");

    let again = cli(here, "ingest --retract order_events/a.csv").ok();
    assert!(again.stderr.contains("nothing to retract"), "{}", again.stderr);
    assert_eq!(query(here, "lake", "SELECT count(*) FROM runs"), "3");

    // The repeat comes back, the retracted file does not, because it was removed.
    fs::remove_file(here.join("inbox/order_events/a.csv")).unwrap();
    let read_again = cli(here, "ingest inbox").ok();
    assert!(
        read_again.stderr.contains("b.csv: read again, because rows that it repeated"),
        "{}",
        read_again.stderr
    );
    assert_eq!(files(here), "a.csv,2,0,true\nb.csv,1,1,false\nc.csv,1,0,false\nb.csv,1,1,false");
    let quiet = cli(here, "ingest inbox").ok();
    assert!(!quiet.stderr.contains("read again"), "{}", quiet.stderr);

    // A retracted file may be loaded again; only its rows that no other file brought are new.
    write_orders(here, "a", &[1, 2]);
    let kept = cli(here, "ingest inbox").ok();
    assert!(
        kept.stderr.contains("a.csv: retracted, not read again (`--reload order_events/a.csv`"),
        "{}",
        kept.stderr
    );
    let loaded = cli(here, "ingest inbox --reload order_events/a.csv").ok();
    assert!(loaded.stderr.contains("a.csv: read again, because its load was retracted"), "{}", loaded.stderr);
    assert!(files(here).ends_with("\na.csv,1,1,false"), "{}", files(here));
}

#[test]
fn batches_and_mappings_are_retracted() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(here, "a", &[1]);
    cli(here, "ingest inbox").ok();
    write_orders(here, "b", &[2]);
    write_orders(here, "c", &[3]);
    cli(here, "ingest inbox").ok();
    let batch = query(here, "lake", "SELECT max(batch_id) FROM ingest_files WHERE accepted = 1");
    let batches = query(here, "lake", "SELECT DISTINCT batch_id FROM ingest_files WHERE file LIKE '%b.csv'");
    cli(here, &format!("ingest --retract {batches} --as-of 2016-03-01T00:00:00Z")).ok();
    assert_eq!(files(here), "a.csv,1,0,false\nb.csv,1,0,true\nc.csv,1,0,true", "{batch}");
    let from = "SELECT DISTINCT retracted_from FROM ingest_files WHERE retracted_at IS NOT NULL";
    assert_eq!(query(here, "lake", from), "2016-03-01T00:00:00Z");
    cli(here, "ingest --history --retract contract").ok();
    assert_eq!(files(here), "a.csv,1,0,true\nb.csv,1,0,true\nc.csv,1,0,true");
    let never = "SELECT retracted_from FROM ingest_files WHERE file LIKE '%a.csv'";
    assert_eq!(query(here, "lake", never), "0001-01-01T00:00:00Z", "it never held");
    assert_eq!(query(here, "lake", from).lines().count(), 2, "the first retraction of a file decides");
}

/// Mapping of `orders.csv` to order events.
fn mapping(event_id: &str, units: &str, unused: &str) -> String {
    format!(
        "name = \"order_events/shop.csv\"\n[[file]]\npattern = \"order_events/*.csv\"\nunused = [{unused}]\n\
         [[file.target]]\ntable = \"order_events\"\n[file.target.columns]\nevent_id = {event_id}\n\
         order_id = \"order\"\ncampaign_id = {{ value = \"c\" }}\nevent = {{ value = \"placed\" }}\n\
         occurred_at = \"at\"\nunits = \"{units}\"\n"
    )
}

const SHOP: &str =
    "order,at,qty,note\no1,2026-03-04 12:00,2,x\no1,2026-03-04 12:00,3,x\no2,2026-03-04 13:00,1,x\n";

#[test]
fn another_mapping_replaces_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let lines = "{ concat = [{ column = \"order\" }, \"-\", { line_ordinal = [\"order\"] }] }";
    write_text(&here.join("first.toml"), &mapping("\"order\"", "qty", ""));
    write_text(&here.join("second.toml"), &mapping(lines, "qty", ""));
    write_text(&here.join("third.toml"), &mapping(lines, "qty", "\"note\""));
    write_text(&here.join("broken.toml"), &mapping(lines, "quantity", ""));
    let inbox = here.join("inbox/order_events");
    write_text(&inbox.join("shop.csv"), SHOP);
    let ingest = |mapping: &str| cli(here, &format!("ingest inbox --source {mapping}.toml"));
    let first = ingest("first").ok();
    assert!(first.stderr.contains("filtered 0; 1 row replaced by a later row"), "{}", first.stderr);
    // It repeats the last row of the other file.
    write_text(
        &inbox.join("later.csv"),
        "order,at,qty,note\no2,2026-03-04 13:00,1,x\no3,2026-03-04 13:00,1,x\n",
    );
    ingest("first").ok();
    assert_eq!(files(here), "shop.csv,3,0,false\nlater.csv,1,1,false");

    let broken = ingest("broken");
    assert_eq!(broken.code, Some(1), "{}", broken.stderr);
    assert!(!broken.stderr.contains("replaces"), "{}", broken.stderr);
    assert_eq!(files(here), "shop.csv,3,0,false\nlater.csv,1,1,false", "a refused file replaces nothing");

    let second = ingest("second").ok();
    let batch = query(here, "lake", "SELECT batch_id FROM ingest_files WHERE source_file_id = 0");
    let replaced = format!(
        "order_events/shop.csv: read again under a changed mapping, replaces 3 row(s) of batch {batch}"
    );
    assert!(second.stderr.contains(&replaced), "{}", second.stderr);
    assert_eq!(
        files(here),
        "shop.csv,3,0,true\nlater.csv,1,1,true\nlater.csv,2,0,false\nshop.csv,2,1,false",
        "the new loads do not know the rows of those that they replace"
    );
    let columns = "SELECT replaced, mapping FROM ingest_files WHERE file = 'order_events/shop.csv' ORDER BY source_file_id";
    assert_eq!(query(here, "lake", columns), "1,order_events/shop.csv\n0,order_events/shop.csv");
    let third = ingest("third").ok();
    assert!(
        third.stderr.contains("shop.csv: already ingested"),
        "unused columns change no fact: {}",
        third.stderr
    );

    // The same name with other content is a new file, such as a cumulative export.
    write_text(&inbox.join("shop.csv"), &format!("{SHOP}o9,2026-03-04 14:00,1,x\n"));
    let grown = ingest("second").ok();
    assert!(!grown.stderr.contains("replaces"), "{}", grown.stderr);
    assert!(files(here).ends_with("\nshop.csv,1,3,false"), "{}", files(here));

    let ambiguous = cli(here, "ingest --retract order_events/shop.csv");
    assert_refused(&ambiguous, &["a file (3 load(s))", "a mapping (5 load(s))", "retract by batch", &batch]);
}

/// Kills a command at every step of its writes, repeats it, and compares the ledger with that of a run without a kill.
#[track_caller]
fn survives_every_kill(here: &Path, command: &dyn Fn(&str) -> Command) {
    let trace = here.join("steps");
    copy_folder(&here.join("lake"), &here.join("begun"));
    copy_folder(&here.join("begun"), &here.join("whole"));
    run(command("whole").env("SLOTCAST_FAIL_TRACE", &trace)).ok();
    let ledger = |lake: &str| {
        let columns = "file, accepted, repeats, retracted_at IS NULL, retracted_before";
        query(here, lake, &format!("SELECT {columns} FROM ingest_files ORDER BY source_file_id"))
    };
    let whole = ledger("whole");
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for step in fs::read_to_string(&trace).unwrap().lines() {
        *steps.entry(step.to_owned()).or_default() += 1;
    }
    assert!(steps.len() >= 5, "{steps:?}");
    for (step, times) in steps {
        for nth in 1..=times {
            fs::remove_dir_all(here.join("killed")).ok();
            copy_folder(&here.join("begun"), &here.join("killed"));
            let killed = run(command("killed").env("SLOTCAST_FAIL_AT", format!("{step}:{nth}")));
            assert_eq!(killed.code, None, "{step}:{nth} {}", killed.stderr);
            run(&mut command("killed")).ok();
            assert_eq!(ledger("killed"), whole, "{step}:{nth}");
        }
    }
}

#[test]
fn a_killed_retraction_is_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(here, "a", &[1, 2]);
    write_orders(here, "b", &[2, 3]);
    cli(here, "ingest inbox").ok();
    survives_every_kill(here, &|lake| {
        let mut command = slotcast(here);
        command.args(["ingest", "--retract", "order_events/a.csv", "--lake", lake]);
        command
    });
}

#[test]
fn a_killed_replacement_is_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_text(&here.join("first.toml"), &mapping("\"order\"", "qty", ""));
    write_text(&here.join("second.toml"), &mapping("\"note\"", "qty", ""));
    write_text(&here.join("inbox/order_events/shop.csv"), SHOP);
    cli(here, "ingest inbox --source first.toml").ok();
    survives_every_kill(here, &|lake| {
        let mut command = slotcast(here);
        command.args(["ingest", "inbox", "--source", "second.toml", "--lake", lake]);
        command
    });
}

/// A ledger without the columns of this build, as one finished run left it.
fn write_old_lake(root: &Path) {
    let current = ingest_files_schema();
    let old: SchemaRef = Schema::new(current.fields()[..11].to_vec()).into();
    let text = |value: &str| std::sync::Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let count = |value: i64| std::sync::Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let at = TimestampMicrosecondArray::from(vec![0]).with_timezone("UTC");
    let mut columns = vec![text("20160101T000000Z-00000001"), count(0)];
    columns.extend(["order_events/old.csv", "content", "mapping"].map(text));
    columns.extend([1, 1, 0, 0, 0].map(count));
    columns.push(std::sync::Arc::new(at));
    let row = RecordBatch::try_new(old.clone(), columns).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::open_or_create(root, &MarketConfig::default(), "test", [7; 32]).unwrap();
        let table = TableId::ledger("ingest_files");
        let file = lake.write_file(&table, "old.parquet", &[row]).unwrap();
        let version = lake.commit(&table, &old, &[file], &FilesToRemove::None).await.unwrap();
        let done = RunRow {
            run_id: "20160101T000000Z-00000001".to_owned(),
            verb: "ingest".to_owned(),
            as_of: "2016-01-01T00:00:00Z".parse().unwrap(),
            status: RunStatus::Done,
            attempt: 1,
            started_at: "2016-01-01T00:00:00Z".parse().unwrap(),
            seconds: 1.0,
            version: "0".to_owned(),
            inputs_hash: "x".to_owned(),
            tables: [(table.to_string(), version)].into(),
            message: None,
            make_latest: false,
        };
        lake.record_run(&done).await.unwrap();
    });
}

#[test]
fn lakes_of_earlier_builds_open() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_old_lake(&here.join("lake"));
    let columns = "SELECT file, mapping, replaced, findings, retracted_at, retracted_from FROM ingest_files ORDER BY file";
    assert_eq!(query(here, "lake", columns), "order_events/old.csv,,,,,");
    write_orders(here, "a", &[1]);
    cli(here, "ingest inbox").ok();
    assert_eq!(query(here, "lake", columns), "order_events/a.csv,contract,0,,,\norder_events/old.csv,,,,,");
    cli(here, "ingest --retract order_events/old.csv").ok();
    assert_eq!(files(here), "old.csv,1,0,true\na.csv,1,0,false");
}

#[test]
fn retracted_facts_are_erased_and_vacuumed() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_orders(here, "a", &[1, 2]);
    write_orders(here, "b", &[3]);
    cli(here, "ingest inbox").ok();
    cli(here, "ingest --retract order_events/a.csv").ok();
    let forgotten = cli(here, "forget kim-1").ok();
    assert!(forgotten.stderr.contains("1 order(s)"), "{}", forgotten.stderr);
    cli(here, "vacuum --keep 1").ok();
    assert_eq!(files(here), "a.csv,2,0,true\nb.csv,1,0,false");
    let again = cli(here, "ingest inbox --reload order_events/a.csv").ok();
    assert!(again.stderr.contains("accepted 2 + rejected 0 + repeats 0"), "{}", again.stderr);
    assert_eq!(files(here), "a.csv,2,0,true\nb.csv,1,0,false\na.csv,2,0,false");
    let plan = cli(here, "vacuum --keep 1").ok();
    assert!(plan.stderr.contains("removed"), "{}", plan.stderr);
}

/// A night with a finding, and the night after a retraction without new files.
#[test]
fn nights_show_findings_and_notice_retractions() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_tiny_inbox(here);
    let views = "product_id,hour,channel,device,views,visitors\np1,2016-02-01T12:00:00,web,a,100,60\n\
        p1,2016-02-01T12:00:00,web,b,40,20\np1,2016-02-01T12:00:00,web,c,7,5\n";
    write_text(&here.join("inbox/page_views/ga.csv"), views);
    let night = "nightly --inbox inbox --history --as-of 2016-02-12T10:00:00+09:00 --lang en";
    let first = cli(here, night).ok();
    for part in
        ["2 rows replaced by later rows", "product_id, hour, channel", "2 → 3, 2 → 4", "into `channel`"]
    {
        assert!(first.stderr.contains(part), "{part}: {}", first.stderr);
    }
    let page = || fs::read_to_string(here.join("lake/published/latest/index.html")).unwrap();
    for part in ["page_views/ga.csv", "2 → 3, 2 → 4", "합산하거나", "Sum the rows before the export"]
    {
        assert!(page().contains(part), "{part}");
    }
    let finding = query(here, "lake", "SELECT findings FROM ingest_files WHERE replaced > 0");
    assert!(finding.contains("rows_replaced") && finding.contains("page_views"), "{finding}");
    assert!(cli(here, night).ok().stderr.contains("already done"));

    fs::remove_file(here.join("inbox/page_views/ga.csv")).unwrap();
    cli(here, "ingest --retract page_views/ga.csv --history").ok();
    let after = cli(here, night).ok();
    assert!(after.stderr.contains("stats: ") && !after.stderr.contains("already done"), "{}", after.stderr);
    assert!(!page().contains("page_views/ga.csv"), "the finding belongs to another night");
    assert!(cli(here, night).ok().stderr.contains("already done"));
}
