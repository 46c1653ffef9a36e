//! Relations of small markets, worked out by hand: every `sql/*.slt` file of queries with their results.
//!
//! `sql/fixtures/<market>` is an inbox in the contract's own shape, loaded as history: facts are known when they are
//! dated. A file called `seen_<date>` is ingested by the night of that date. The first comments of a `.slt` file name
//! its `market` and `as_of`, and may name `slot`, `zone` and `currency`. `audit(name)` is replaced by the query of an audit,
//! `audits()` by those of all audits.
//!
//! `SLOTCAST_SLT=funnel cargo test sql::` runs only the files whose names contain `funnel`.

use std::{
    collections::BTreeMap,
    fmt, fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
    sync::Mutex,
};

use arrow::{
    array::{Array, RecordBatch},
    datatypes::DataType,
    util::display::array_value_to_string,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::Knowledge;
use slotcast_ingest::{Mapping, scan_inbox};
use slotcast_lake::{Lake, MarketConfig, SlotRule, Snapshot};
use slotcast_stats::{AUDITS, BuildContext, Session, SourceFiles, build_in_memory};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner, parse_file};

use crate::support::Delivery;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sql");
const LEAD_DAYS: u32 = 4;
const REFUND_WINDOW_DAYS: i64 = 14;

#[test]
fn relations_have_the_expected_rows() {
    let filter = std::env::var("SLOTCAST_SLT").unwrap_or_default();
    let files = files(&filter);
    assert!(!files.is_empty(), "no file of `tests/sql` has `{filter}` in its name");
    let queue = Mutex::new(files.into_iter());
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = { queue.lock().unwrap().next() } {
                    let wrong = catch_unwind(|| wrong_results(&file))
                        .unwrap_or_else(|_| vec!["panicked; see the message above".to_owned()]);
                    let name = file.file_name().unwrap().display().to_string();
                    failures
                        .lock()
                        .unwrap()
                        .extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The `.slt` files whose names contain a text.
fn files(filter: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        path.extension().is_some_and(|ending| ending == "slt") && name.contains(filter)
    };
    let mut files: Vec<PathBuf> = paths.filter(is_wanted).collect();
    files.sort();
    files
}

/// Differences between the results and those of a file. One wrong result does not hide the others.
fn wrong_results(path: &Path) -> Vec<String> {
    let setting = Setting::read(path);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (lake, facts, context) = setting.build(folder.path()).await;
        let mut runner = Runner::new(|| async {
            let session = build_in_memory(&facts, &context, &lake).await.map_err(EngineError::new)?;
            Ok(Relations { session })
        });
        // A result without rows has no columns.
        runner.with_column_validator(|actual, expected| actual.is_empty() || actual == expected);
        let mut wrong = Vec::new();
        for record in parse_file(path).unwrap() {
            wrong.extend(runner.run_async(record).await.err().map(|error| error.display(false).to_string()));
        }
        wrong
    })
}

/// Settings in the first comments of a `.slt` file.
struct Setting(BTreeMap<String, String>);

impl Setting {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header = text.lines().map_while(|line| line.strip_prefix("# "));
        let pairs = header.filter_map(|line| line.split_once(": "));
        Self(pairs.map(|(key, value)| (key.to_owned(), value.trim().to_owned())).collect())
    }

    fn required(&self, key: &str) -> &str {
        self.0.get(key).unwrap_or_else(|| panic!("`{key}` is not in the first comments"))
    }

    /// A lake with the facts of the market, and the context of its build.
    async fn build(&self, root: &Path) -> (Lake, Vec<Snapshot>, BuildContext) {
        let mut market = MarketConfig::default();
        if let Some(zone) = self.0.get("zone") {
            market.slots = SlotRule { zone: zone.clone(), ..market.slots };
        }
        market.currency = self.0.get("currency").cloned();
        let lake = Lake::open_or_create(root, &market, "test", [1; 32]).unwrap();
        let facts = fill(&lake, &Path::new(FOLDER).join("fixtures").join(self.required("market"))).await;
        let calendar = market.calendar();
        let as_of: DateTime<Utc> = self.required("as_of").parse().unwrap();
        let slot = match self.0.get("slot") {
            Some(date) => calendar.slot_on(date.parse().unwrap()).unwrap(),
            None => calendar.next_after(as_of),
        };
        let context = BuildContext {
            as_of,
            calendar,
            scored: Knowledge::new(&calendar, slot, as_of, LEAD_DAYS),
            next: None,
            refund_window: TimeDelta::days(REFUND_WINDOW_DAYS),
            currency: market.currency.clone(),
            source_files: SourceFiles::default(),
        };
        (lake, facts, context)
    }
}

/// Ingests an inbox in which every row is valid.
async fn fill(lake: &Lake, inbox: &Path) -> Vec<Snapshot> {
    let mapping = Mapping::contract(lake.market().calendar().zone());
    let mut snapshots = Vec::new();
    for (number, file) in scan_inbox(inbox, &|file| mapping.classify(file)).unwrap().files.iter().enumerate()
    {
        let seen = file.path.file_stem().unwrap().to_str().unwrap().strip_prefix("seen_");
        let night = seen.unwrap_or("2200-01-01");
        let delivery = Delivery {
            id: night,
            files: std::slice::from_ref(file),
            first_origin: number as i64,
            now: format!("{night}T00:00:00Z").parse().unwrap(),
            history: seen.is_none(),
        };
        let (taken, facts) = delivery.ingest(lake, &snapshots).await;
        snapshots = facts;
        let account = taken[0].counts;
        assert_eq!(account.read, account.accepted, "{}: {account:?}", file.name);
        assert!(taken[0].extra_columns.is_empty(), "{}: {:?}", file.name, taken[0].extra_columns);
    }
    snapshots
}

/// A session with every relation, as a database of sqllogictest.
struct Relations {
    session: Session,
}

#[derive(Debug)]
struct EngineError(String);

impl EngineError {
    fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}

#[async_trait]
impl AsyncDB for Relations {
    type Error = EngineError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, EngineError> {
        let batches = self.session.query(&with_audits(sql)).await.map_err(EngineError::new)?;
        let types = batches.first().map(|batch| {
            let schema = batch.schema();
            schema.fields().iter().map(|field| column_type(field.data_type())).collect()
        });
        let mut rows = Vec::new();
        for batch in &batches {
            rows.extend((0..batch.num_rows()).map(|row| cells(batch, row)));
        }
        Ok(DBOutput::Rows { types: types.unwrap_or_default(), rows })
    }

    async fn shutdown(&mut self) {}
}

/// Column type of sqllogictest: integer, other number or text.
fn column_type(kind: &DataType) -> DefaultColumnType {
    if kind.is_integer() {
        DefaultColumnType::Integer
    } else if kind.is_numeric() {
        DefaultColumnType::FloatingPoint
    } else {
        DefaultColumnType::Text
    }
}

fn cells(batch: &RecordBatch, row: usize) -> Vec<String> {
    let columns = batch.columns().iter();
    let cell = |column: &dyn Array| {
        if column.is_null(row) {
            return "NULL".to_owned();
        }
        array_value_to_string(column, row).unwrap()
    };
    columns.map(|column| cell(column.as_ref())).collect()
}

/// Replaces the names of audits by their queries.
fn with_audits(sql: &str) -> String {
    let mut sql = sql.to_owned();
    for audit in AUDITS.iter() {
        sql = sql.replace(&format!("audit({})", audit.name), &format!("(\n{}\n)", audit.sql));
    }
    let each = AUDITS.iter().map(|audit| {
        format!("SELECT '{}' AS audit, CAST(key AS VARCHAR) AS key FROM (\n{}\n)", audit.name, audit.sql)
    });
    sql.replace("audits()", &format!("({})", each.collect::<Vec<_>>().join("\nUNION ALL\n")))
}
