//! Tests of users' queries: results, refusals and limits.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arrow::{
    array::{AsArray, Int64Array, RecordBatch},
    datatypes::{DataType, Field, Int64Type, Schema},
};
use datafusion::catalog::MemTable;
use slotcast_core::Hint;

use super::{
    catalog::{QueryCatalog, QueryableRelation},
    error_hints::similar_names,
    limits::QueryLimits,
    runtime::context,
    user_session::UserSession,
};
use crate::error::StatsError;

/// A session over one relation, `cohorts (customers, returning)`, with three rows.
fn session(limits: QueryLimits) -> UserSession {
    let field = |name: &str| Field::new(name, DataType::Int64, true);
    let schema = Arc::new(Schema::new(vec![field("customers"), field("returning")]));
    let numbers = || Arc::new(Int64Array::from(vec![1, 2, 3])) as _;
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![numbers(), numbers()]).unwrap();
    let context = context(limits).unwrap();
    let table = MemTable::try_new(Arc::clone(&schema), vec![vec![batch]]).unwrap();
    context.register_table("cohorts", Arc::new(table)).unwrap();
    let folder = Some("home/somebody/lake/tables/relations/cohorts".to_owned());
    let relations = vec![QueryableRelation { name: "cohorts".to_owned(), schema, rows: Some(3), folder }];
    UserSession::new(QueryCatalog { context, relations, limits }).unwrap()
}

async fn refused(sql: &str) -> (String, String) {
    let error = match session(QueryLimits::none()).query(sql, None).await {
        Err(error) => error,
        Ok(answer) => match answer.all().await {
            Err(error) => error,
            Ok((_, batches)) => panic!("`{sql}` returned {batches:?}"),
        },
    };
    (error.to_string(), error.hint().unwrap_or_default())
}

async fn numbers(session: &UserSession, sql: &str, rows: Option<usize>) -> (Vec<i64>, bool) {
    let mut answer = session.query(sql, rows).await.unwrap();
    let mut numbers = Vec::new();
    while let Some(batch) = answer.next().await.unwrap() {
        numbers.extend(batch.column(0).as_primitive::<Int64Type>().values());
    }
    (numbers, answer.is_truncated())
}

#[tokio::test]
async fn rows_above_the_limit_are_dropped() {
    let session = session(QueryLimits::none());
    let sql = "SELECT customers FROM cohorts ORDER BY customers;";
    assert_eq!(numbers(&session, sql, None).await, (vec![1, 2, 3], false));
    assert_eq!(numbers(&session, sql, Some(3)).await, (vec![1, 2, 3], false));
    assert_eq!(numbers(&session, sql, Some(2)).await, (vec![1, 2], true));
    assert_eq!(numbers(&session, sql, Some(0)).await, (vec![], true));
    // At the end of a batch and within one.
    let series = "SELECT value FROM generate_series(1, 20000)";
    assert!(numbers(&session, series, Some(8192)).await.1);
    assert_eq!(numbers(&session, series, Some(20_000)).await.0.len(), 20_000);
    // A result without rows has columns, and a query may start with a comment.
    let answer = session.query("-- empty\nSELECT customers FROM cohorts WHERE false", Some(1)).await.unwrap();
    assert_eq!(answer.schema().field(0).name(), "customers");
    assert!(answer.all().await.unwrap().1.is_empty());
}

/// Queries that would run for hours, each in operators of another kind.
const ENDLESS: [&str; 8] = [
    "SELECT count(*) FROM generate_series(1, 10000000) a CROSS JOIN generate_series(1, 10000000) b",
    "SELECT sum(a.value * b.value) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value < b.value",
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value * b.value = -1",
    "SELECT count(*) FROM (SELECT unnest(range(0, a.value * 1000)) FROM generate_series(1, 8000) a, generate_series(1, 8000) b)",
    "SELECT value FROM generate_series(1, 9000000000000000)",
    "SELECT count(DISTINCT value % 7) FROM generate_series(1, 9000000000000000)",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
    "SELECT max(c) FROM (SELECT count(*) OVER (PARTITION BY value % 10) AS c FROM generate_series(1, 9000000000000000)) WHERE c < 0",
];

#[tokio::test(flavor = "multi_thread")]
async fn endless_queries_time_out() {
    for sql in ENDLESS {
        let limits = QueryLimits { time: Some(Duration::from_secs(1)), memory_mib: Some(256) };
        let session = session(limits);
        let started = Instant::now();
        let mut answer = match session.query(sql, None).await {
            Ok(answer) => answer,
            Err(error) => panic!("`{sql}`: {error}"),
        };
        let error = loop {
            match answer.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("`{sql}` ended"),
                Err(error) => break error,
            }
        };
        let waited = started.elapsed();
        assert!(
            matches!(error, StatsError::TimedOut { seconds: 1 } | StatsError::MemoryExceeded { .. }),
            "`{sql}`: {error}"
        );
        assert!(waited < Duration::from_secs(5), "`{sql}` ran for {waited:?}");
        // An operator that finds no row does not yield, but the timeout still applies.
        if sql.contains("= -1") {
            continue;
        }
        // The threads end by themselves, before the shutdown timeout.
        drop(answer);
        let stopping = Instant::now();
        drop(session);
        assert!(stopping.elapsed() < Duration::from_millis(1_900), "`{sql}` is still running");
    }
}

#[tokio::test]
async fn time_of_the_reader_is_excluded() {
    let session = session(QueryLimits { time: Some(Duration::from_millis(700)), memory_mib: None });
    let mut answer = session.query("SELECT value FROM generate_series(1, 40000)", None).await.unwrap();
    let mut rows = 0;
    while let Some(batch) = answer.next().await.unwrap() {
        rows += batch.num_rows();
        let pause = Duration::from_millis(250);
        tokio::time::sleep(pause).await;
        answer.exclude(pause);
    }
    assert_eq!(rows, 40_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_limited() {
    let session = session(QueryLimits { time: None, memory_mib: Some(16) });
    // A hash join cannot spill.
    let sql = "SELECT count(*) FROM generate_series(1, 3000000) a JOIN generate_series(1, 3000000) b ON a.value = b.value";
    let answer = session.query(sql, None).await.unwrap();
    let error = answer.all().await.unwrap_err();
    assert!(matches!(error, StatsError::MemoryExceeded { mib: 16, .. }), "{error}");
    assert!(error.to_string().contains("more than 16 MiB"), "{error}");
    assert!(error.hint().unwrap().contains("--memory 64"));
    // A sort can.
    let sql = "SELECT value FROM generate_series(1, 3000000) ORDER BY value % 1000, value";
    let (_, batches) = session.query(sql, None).await.unwrap().all().await.unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3_000_000);
}

#[tokio::test]
async fn temporary_files_are_limited() {
    let session = session(QueryLimits { time: None, memory_mib: Some(16) });
    let sql =
        "SELECT value, repeat('x', 100) AS x FROM generate_series(1, 3000000) ORDER BY value % 1000, value";
    let error = session.query(sql, None).await.unwrap().all().await.unwrap_err();
    assert!(matches!(error, StatsError::DiskExceeded { mib: 128 }), "{error}");
    assert!(error.hint().unwrap().contains("--memory 64"));
}

#[tokio::test]
async fn only_one_read_only_statement_is_allowed() {
    for statement in [
        "DROP TABLE cohorts",
        "DELETE FROM cohorts",
        "UPDATE cohorts SET customers = 1",
        "INSERT INTO cohorts SELECT 1, 1",
        "TRUNCATE TABLE cohorts",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW t AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "COPY cohorts TO '/tmp/out.csv'",
        "COPY (SELECT 1) TO '/tmp/out.parquet' STORED AS PARQUET",
        "SET datafusion.execution.batch_size = 1",
        "RESET datafusion.execution.batch_size",
        "SHOW ALL",
        "SHOW datafusion.runtime.temp_directory",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "BEGIN",
        "COMMIT",
        "EXPLAIN ANALYZE SELECT * FROM cohorts",
        "EXPLAIN (ANALYZE) SELECT * FROM cohorts",
        "EXPLAIN COPY cohorts TO '/tmp/out.csv'",
        "EXPLAIN INSERT INTO cohorts SELECT 1, 1",
        "SELECT * INTO t FROM cohorts",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE cohorts",
        "",
        ";",
        "-- nothing",
    ] {
        let (message, hint) = refused(statement).await;
        assert!(message.starts_with("only read-only statements"), "`{statement}`: {message}");
        assert!(hint.contains("one SELECT"), "`{statement}`: {hint}");
    }
    // A writing CTE is not planned.
    refused("WITH t AS (INSERT INTO cohorts SELECT 1, 1) SELECT 1").await;
}

#[tokio::test]
async fn files_are_not_readable() {
    for relation in [
        "'/etc/passwd'",
        "\"/etc/passwd\"",
        "'file.csv'",
        "'file.parquet'",
        "\"s3://bucket/file.parquet\"",
        "'file:///etc/passwd'",
        "read_csv('/etc/passwd')",
        "read_parquet('x.parquet')",
        "parquet_metadata('x.parquet')",
        "facts.campaigns",
        "order_events",
        "information_schema.df_settings",
        "information_schema.views",
        "datafusion.information_schema.df_settings",
        "other.public.cohorts",
    ] {
        let (message, hint) = refused(&format!("SELECT * FROM {relation}")).await;
        assert!(message.starts_with("there is no relation"), "`{relation}`: {message}");
        assert!(hint.contains("--describe"), "`{relation}`: {hint}");
    }
    let session = session(QueryLimits::none());
    for statement in [
        "SHOW TABLES",
        "SHOW COLUMNS FROM cohorts",
        "DESCRIBE cohorts",
        "EXPLAIN SELECT * FROM cohorts",
        "EXPLAIN VERBOSE SELECT * FROM cohorts",
    ] {
        let (_, batches) = session.query(statement, Some(1_000)).await.unwrap().all().await.unwrap();
        assert!(batches.iter().map(RecordBatch::num_rows).sum::<usize>() > 0, "{statement}");
        assert!(!format!("{batches:?}").contains("parquet"), "{statement}");
    }
}

#[tokio::test]
async fn deep_queries_are_refused() {
    let (message, _) = refused(&format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000))).await;
    assert!(message.contains("nested too deeply"), "{message}");
    let (message, hint) = refused(&format!("SELECT {}1", "1 + ".repeat(1_001))).await;
    assert!(message.contains("more than 1000 operators") && hint.contains("IN"), "{message}");
    // Accepted queries do not overflow the stack.
    let session = session(QueryLimits::none());
    let sum = format!("SELECT {}1", "1 + ".repeat(1_000));
    assert_eq!(numbers(&session, &sum, None).await.0, [1_001]);
    let any = format!("SELECT 1 FROM cohorts WHERE {}customers = 1", "customers = 2 OR ".repeat(450));
    assert_eq!(numbers(&session, &any, None).await.0, [1, 1]);
    let union = format!("SELECT count(*) FROM ({}SELECT 1)", "SELECT 1 UNION ALL ".repeat(300));
    assert_eq!(numbers(&session, &union, None).await.0, [301]);
}

#[tokio::test]
async fn mistakes_get_hints() {
    for (sql, expected, hinted) in [
        ("SELECT * FROM cohort", "there is no relation `cohort`", "`cohorts`"),
        ("SELECT * FROM Cohorts_", "there is no relation `cohorts_`", "`cohorts`"),
        ("SHOW COLUMNS FROM cohort", "there is no relation `cohort`", "`cohorts`"),
        ("DESCRIBE '/etc/passwd'", "there is no relation `/etc/passwd`", "--describe"),
        ("SELECT customer FROM cohorts", "there is no column `customer`", "`customers`"),
        ("SELECT c.customer FROM cohorts c", "there is no column `c.customer`", "`customers`"),
        ("SELECT x.customers FROM cohorts c", "there is no column `x.customers`", "`c.customers`"),
        ("SELECT \"Customers\" FROM cohorts", "there is no column `Customers`", "`customers`"),
        ("SELECT customers FROM (SELECT 1 AS one)", "there is no column `customers`", "`cohorts` has it"),
        ("SELECT wholly FROM cohorts", "there is no column `wholly`", "--describe"),
        ("SELECT avgg(customers) FROM cohorts", "'avg'", "--describe"),
        ("SELECT customers, returning FROM cohorts", "the query failed", "`\"returning\"`"),
        ("SELECT sum(returning) FROM cohorts", "the query failed", "`\"returning\"`"),
        ("SELECT customers FROM cohorts WHERE", "the query failed", "--describe"),
        ("SELECT customers / 0 FROM cohorts", "ivide by zero", "nullif"),
        ("SELECT * FROM backtest_scores", "there is no relation `backtest_scores`", "slotcast backtest"),
        ("SELECT * FROM order_events", "there is no relation `order_events`", "costs and customers"),
    ] {
        let (message, hint) = refused(sql).await;
        assert!(message.contains(expected), "`{sql}`: {message}");
        assert!(hint.contains(hinted), "`{sql}`: {hint}");
        assert!(!message.ends_with('.') && !message.contains('\n'), "`{sql}`: {message}");
    }
}

#[test]
fn names_are_similar_by_letters_or_words() {
    let names = ["campaign_outcomes", "cohorts", "funnel", "order_curve", "signal_daily"];
    let near = |name: &str| similar_names(name, names.iter().copied());
    assert_eq!(near("campaign_outcome"), ["campaign_outcomes"]);
    assert_eq!(near("FUNEL"), ["funnel"]);
    assert_eq!(near("orders"), ["order_curve"]);
    assert_eq!(near("campaigns"), ["campaign_outcomes"]);
    assert!(near("weather").is_empty());
}

#[tokio::test]
async fn errors_contain_no_path() {
    let session = session(QueryLimits::none());
    let text = "cannot open /home/somebody/lake/tables/relations/cohorts/a.parquet".to_owned();
    assert_eq!(session.catalog().without_paths(text), "cannot open cohorts/a.parquet");
    let text = "Object at location home/somebody/lake/tables/relations/cohorts/a.parquet".to_owned();
    assert_eq!(session.catalog().without_paths(text), "Object at location cohorts/a.parquet");
}
