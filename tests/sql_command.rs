//! `slotcast sql`: formats, limits and errors.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use arrow::array::{Array, AsArray, RecordBatch};

use crate::support::{
    CommandOutput, Fixture, assert_refused, cli, run, slotcast, write_text, write_tiny_inbox,
};

/// A lake with one night of a tiny market.
static LAKE: Fixture = Fixture::new("tiny-lake", |folder| {
    write_tiny_inbox(folder);
    cli(folder, "nightly --inbox inbox --history --as-of 2016-02-12T10:00:00+09:00").ok();
});

fn sql(folder: &Path, arguments: &[&str]) -> CommandOutput {
    run(slotcast(folder).arg("sql").args(arguments))
}

/// A column of every type, and a row of nulls.
const KINDS: &str = "\
    SELECT 1.50::DECIMAL(10, 2) AS amount, TIMESTAMPTZ '2016-02-23T01:00:00.25Z' AS at, \
    TIMESTAMPTZ '2016-02-23T01:00:00Z' AT TIME ZONE 'Asia/Seoul' AS there, DATE '2016-02-23' AS day, \
    [1, NULL, 3] AS list, true AS flag, 'a \"quoted\", 접시' AS words, 9007199254740993 AS number, \
    0.1::DOUBLE AS share, INTERVAL '90 minutes' AS span, NULL AS nothing, arrow_cast('raw', 'Binary') AS bytes \
    UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
    ORDER BY flag NULLS LAST";

#[test]
fn values_in_every_format() {
    let here = LAKE.shared();
    let csv = sql(here, &["--format", "csv", KINDS]).ok().stdout;
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let rows: Vec<Vec<String>> =
        rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(
        rows,
        [
            vec![
                "amount", "at", "there", "day", "list", "flag", "words", "number", "share", "span",
                "nothing", "bytes"
            ],
            vec![
                "1.50",
                "2016-02-23T01:00:00.250Z",
                "2016-02-23T10:00:00+09:00",
                "2016-02-23",
                "[1,null,3]",
                "true",
                "a \"quoted\", 접시",
                "9007199254740993",
                "0.1",
                "1 hours 30 mins",
                "",
                "raw"
            ],
            vec![""; 12],
        ]
    );
    let json = sql(here, &["--format", "json", KINDS]).ok().stdout;
    let nulls = "amount at there day list flag words number share span nothing bytes".split(' ');
    let nulls: Vec<String> = nulls.map(|name| format!("\"{name}\":null")).collect();
    assert_eq!(
        json,
        format!(
            "[{{\"amount\":1.50,\"at\":\"2016-02-23T01:00:00.250Z\",\"there\":\"2016-02-23T10:00:00+09:00\",\
             \"day\":\"2016-02-23\",\"list\":[1,null,3],\"flag\":true,\"words\":\"a \\\"quoted\\\", 접시\",\
             \"number\":9007199254740993,\"share\":0.1,\"span\":\"1 hours 30 mins\",\"nothing\":null,\
             \"bytes\":\"raw\"}},{{{}}}]\n",
            nulls.join(",")
        )
    );
    let table = sql(here, &[KINDS]).ok().stdout;
    for cell in ["1.50", "2016-02-23 01:00:00.250Z", "2016-02-23 10:00:00+09:00", "[1, , 3]", "true", "raw"] {
        assert!(table.contains(cell), "`{cell}` is not in:\n{table}");
    }
    let batches = parquet_of(here, KINDS);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
    let column = |name: &str| batches[0].column_by_name(name).unwrap().clone();
    assert_eq!(column("amount").data_type().to_string(), "Decimal128(10, 2)");
    assert!(column("list").as_list_opt::<i32>().is_some());
    assert_eq!(column("span").as_string::<i32>().value(0), "1 hours 30 mins");
    assert!(column("nothing").is_null(0));
}

/// Result of a query in Parquet.
fn parquet_of(folder: &Path, question: &str) -> Vec<RecordBatch> {
    let output =
        slotcast(folder).args(["sql", "--format", "parquet", question]).output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&output.stdout).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file);
    reader.unwrap().build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn empty_results() {
    let here = LAKE.shared();
    let none = "SELECT run_id, seconds FROM runs WHERE false";
    assert_eq!(sql(here, &["--format", "csv", none]).ok().stdout, "run_id,seconds\n");
    assert_eq!(sql(here, &["--format", "json", none]).ok().stdout, "[]\n");
    assert!(sql(here, &[none]).ok().stdout.contains("run_id   seconds"));
    assert!(parquet_of(here, none).is_empty());
}

#[test]
fn duplicate_columns_get_numbers_in_json() {
    let here = LAKE.shared();
    let twice = "SELECT a.run_id, b.run_id FROM runs a JOIN runs b ON a.run_id = b.run_id";
    let json = sql(here, &["--format", "json", twice]).ok();
    assert!(json.stdout.contains("\"run_id\":") && json.stdout.contains("\"run_id_2\":"), "{}", json.stdout);
    assert!(json.stderr.contains("`run_id_2`"), "{}", json.stderr);
    assert!(sql(here, &["--format", "csv", twice]).ok().stdout.starts_with("run_id,run_id\n"));
}

#[test]
fn truncation_is_reported() {
    let folder = LAKE.copy();
    let here = folder.path();
    let series = "SELECT value FROM generate_series(1, 10001)";
    let cut = sql(here, &[series]).ok();
    assert_eq!(cut.stdout.lines().count(), 10_004, "a table has four additional lines");
    assert!(cut.stderr.contains("first 10000 row(s)") && cut.stderr.contains("--limit 0"), "{}", cut.stderr);
    let all = sql(here, &["--limit", "0", series]).ok();
    assert_eq!((all.stdout.lines().count(), all.stderr.as_str()), (10_005, ""));
    let csv = sql(here, &["--format", "csv", series]).ok();
    assert_eq!((csv.stdout.lines().count(), csv.stderr.as_str()), (10_002, ""));
    let few = sql(here, &["--format", "csv", "--limit", "2", series]).ok();
    assert_eq!(few.stdout, "value\n1\n2\n");
    assert!(few.stderr.contains("first 2 row(s)"), "{}", few.stderr);
    write_text(&here.join("limits.toml"), "[sql]\nrows = 3\nseconds = 2\nmemory_mib = 16\n");
    let sql = |here, arguments: &[&str]| sql(here, &[&["--config", "limits.toml"], arguments].concat());
    assert!(sql(here, &[series]).ok().stderr.contains("first 3 row(s)"));
    assert_eq!(sql(here, &["--format", "csv", series]).ok().stderr, "", "CSV is not truncated");
    let joined = "SELECT count(*) FROM generate_series(1, 1000000) a JOIN generate_series(1, 1000000) b ON a.value = b.value";
    assert_refused(&sql(here, &["--timeout", "0", joined]), &["more than 16 MiB", "--memory 64"]);
    assert_eq!(
        sql(here, &["--timeout", "0", "--memory", "1024", "--format", "csv", joined]).ok().stdout,
        "count(*)\n1000000\n"
    );
}

#[test]
fn endless_query_times_out() {
    let here = LAKE.shared();
    let started = Instant::now();
    let crossed =
        "SELECT count(*) FROM generate_series(1, 9000000) a CROSS JOIN generate_series(1, 9000000) b";
    assert_refused(&sql(here, &["--timeout", "1", crossed]), &["after 1 s", "--timeout"]);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    // Earlier rows are already printed. The exit code reports that rows are missing.
    let endless = "SELECT value FROM generate_series(1, 9000000000000000)";
    let output = slotcast(here)
        .args(["sql", "--timeout", "1", "--format", "csv", endless])
        .stdout(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("after 1 s"));
}

#[test]
fn closed_pipe_ends_the_query() {
    let here = LAKE.shared();
    let mut command: Command = slotcast(here);
    command.args(["sql", "--format", "csv", "SELECT value FROM generate_series(1, 9000000000000000)"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 100];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn paths_are_hidden() {
    let folder = LAKE.copy();
    let here = folder.path();
    let folder_name = here.file_name().unwrap().to_str().unwrap();
    for question in [
        "EXPLAIN SELECT * FROM runs",
        "EXPLAIN VERBOSE SELECT * FROM runs",
        "EXPLAIN FORMAT TREE SELECT * FROM runs",
        "SHOW TABLES",
    ] {
        let shown = sql(here, &["--format", "csv", question]).ok().stdout;
        assert!(!shown.contains(folder_name) && !shown.contains("part-"), "`{question}`: {shown}");
    }
    let tables = sql(here, &["--format", "csv", "SHOW TABLES"]).ok().stdout;
    for hidden in ["campaign_orders", "slot_customers", "build_partitions", "order_events"] {
        assert!(!tables.contains(hidden), "`{hidden}` is internal");
    }
    // A file that vacuum removed while a session uses it.
    let relation = here.join("lake/tables/relations/slot_summary");
    let gone = fs::read_dir(&relation).unwrap().map(|entry| entry.unwrap().path());
    for file in gone.filter(|path| path.extension().is_some_and(|ending| ending == "parquet")) {
        fs::remove_file(file).unwrap();
    }
    let failed = sql(here, &["SELECT * FROM slot_summary"]);
    assert!(!failed.stderr.contains(folder_name), "{}", failed.stderr);
}

#[test]
fn relations_have_descriptions() {
    let here = LAKE.shared();
    let list = cli(here, "sql --describe --format json").ok().stdout;
    assert!(
        list.contains("\"relation\":\"funnel\",\"rows\":0,\"grain\":\"campaign that has opened"),
        "{list}"
    );
    let page = cli(here, "sql --describe cohorts").ok().stdout;
    for part in [
        "cohorts\ngrain: ",
        "slots_since",
        "integer",
        "-- How many customers are back",
        "FROM cohorts",
        ";\n",
    ] {
        assert!(page.contains(part), "`{part}` is not in:\n{page}");
    }
    assert_eq!(page.matches("\n-- ").count(), 3, "three example queries:\n{page}");
    let columns = cli(here, "sql --describe cohorts --format csv").ok().stdout;
    assert!(columns.starts_with("column_name,type,doc\nrun_id,text,"), "{columns}");
    assert_refused(&cli(here, "sql --describe cohort"), &["there is no relation `cohort`", "`cohorts`"]);
    assert_refused(&cli(here, "sql --describe order_events"), &["order_events", "costs and customers"]);
    // A query copied with its comment.
    assert_eq!(
        sql(here, &["--format", "csv", "-- How many?\nSELECT count(*) AS n FROM runs;"]).ok().stdout,
        "n\n1\n"
    );
    assert_refused(
        &sql(here, &["select campaign_idd from campaign_outcomes"]),
        &["`campaign_idd`", "`campaign_id`"],
    );
}
