//! The relations, asked in SQL: a small market worked out by hand, a file of questions, the answers.
//!
//! `sql/fixtures/<market>` is an inbox in the contract's own shape. Its files are history: what they
//! say was known when they say so. A file called `seen_<date>` was taken in by the night of that date.
//! Each `.slt` names in its first comments its `market` and `as_of`, and may name `slot` and `zone`.
//! `audit(name)` stands for the rows of an audit, `audits()` for those of all of them.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use arrow::{
    array::{Array, RecordBatch},
    datatypes::DataType,
    util::display::array_value_to_string,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::Knowledge;
use slotcast_ingest::{Mapping, scan_inbox};
use slotcast_lake::{Lake, Market, SlotRule, Snapshot};
use slotcast_stats::{AUDITS, Question, Session, open_built};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner, parse_file};

use crate::support::Delivery;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sql");
const LEAD_DAYS: u32 = 4;
const REFUND_WINDOW_DAYS: i64 = 14;

macro_rules! questions {
    ($($name:ident)*) => {
        $(#[test] fn $name() { answers_hold(stringify!($name)); })*

        #[test]
        fn every_file_of_questions_is_asked() {
            let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
            let files = entries.filter(|path| path.extension().is_some_and(|ending| ending == "slt"));
            let mut found: Vec<_> =
                files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
            found.sort();
            assert_eq!(found, [$(stringify!($name)),*]);
        }
    };
}

questions! {
    audits
    audits_broken
    calendar_days
    campaign_outcomes
    campaign_outcomes_at_the_close
    campaign_outcomes_from_snapshots
    cohorts
    cohorts_long_windows
    conversion_daily
    conversion_daily_local_time
    findings
    funnel
    funnel_from_snapshots
    like_for_like
    moq_rates
    moq_rates_local_time
    offers
    order_accounts
    order_curve
    order_curve_tenths
    outcome_versions
    outcome_versions_from_snapshots
    outcome_versions_late_arrivals
    offer_features
    offer_features_local_time
    offer_features_named_slot
    offer_features_records
    offer_features_records_late_arrivals
    offer_features_signals
    refund_lag
    relations_as_known_earlier
    signal_conversion
    signal_daily
    slot_summary
    staging_versions
    lost_sales
}

fn answers_hold(name: &str) {
    let path = Path::new(FOLDER).join(format!("{name}.slt"));
    let setting = Setting::read(&path);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (lake, facts, question) = setting.given(folder.path()).await;
        let mut runner = Runner::new(|| async {
            let session = open_built(&facts, &question, &lake).await.map_err(Refused::from_display)?;
            Ok(Relations { session })
        });
        // An answer without rows comes without columns.
        runner.with_column_validator(|actual, expected| actual.is_empty() || actual == expected);
        // One wrong answer does not hide the others.
        let mut wrong = Vec::new();
        for record in parse_file(&path).unwrap() {
            wrong.extend(runner.run_async(record).await.err().map(|error| error.display(false).to_string()));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// What the first comments of a file of questions say.
struct Setting(BTreeMap<String, String>);

impl Setting {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header = text.lines().map_while(|line| line.strip_prefix("# "));
        let pairs = header.filter_map(|line| line.split_once(": "));
        Self(pairs.map(|(key, value)| (key.to_owned(), value.trim().to_owned())).collect())
    }

    fn said(&self, key: &str) -> &str {
        self.0.get(key).unwrap_or_else(|| panic!("`{key}` is not in the first comments"))
    }

    async fn given(&self, root: &Path) -> (Lake, Vec<Snapshot>, Question) {
        let mut market = Market::default();
        if let Some(zone) = self.0.get("zone") {
            market.slots = SlotRule { zone: zone.clone(), ..market.slots };
        }
        let lake = Lake::open_or_create(root, &market, "test", [1; 32]).unwrap();
        let facts = fill(&lake, &Path::new(FOLDER).join("fixtures").join(self.said("market"))).await;
        let calendar = market.calendar();
        let as_of: DateTime<Utc> = self.said("as_of").parse().unwrap();
        let slot = match self.0.get("slot") {
            Some(date) => calendar.slot_on(date.parse().unwrap()).unwrap(),
            None => calendar.next_after(as_of),
        };
        let question = Question {
            as_of,
            calendar,
            scored: Knowledge::of(&calendar, slot, as_of, LEAD_DAYS),
            next: None,
            refund_window: TimeDelta::days(REFUND_WINDOW_DAYS),
        };
        (lake, facts, question)
    }
}

/// Takes an inbox into a lake; every row of it must be good.
async fn fill(lake: &Lake, inbox: &Path) -> Vec<Snapshot> {
    let mapping = Mapping::contract(lake.market().calendar().zone());
    let mut snapshots = Vec::new();
    for (number, file) in scan_inbox(inbox, &mapping).unwrap().files.iter().enumerate() {
        let seen = file.path.file_stem().unwrap().to_str().unwrap().strip_prefix("seen_");
        let night = seen.unwrap_or("2200-01-01");
        let delivery = Delivery {
            id: night,
            files: std::slice::from_ref(file),
            first_origin: number as i64,
            now: format!("{night}T00:00:00Z").parse().unwrap(),
            history: seen.is_none(),
        };
        let (taken, facts) = delivery.take_in(lake, &snapshots).await;
        snapshots = facts;
        let account = taken[0].account;
        assert_eq!(account.read, account.accepted, "{}: {account:?}", file.name);
        assert!(taken[0].extra_columns.is_empty(), "{}: {:?}", file.name, taken[0].extra_columns);
    }
    snapshots
}

/// The built relations, as a database that can be asked.
struct Relations {
    session: Session,
}

#[derive(Debug)]
struct Refused(String);

impl Refused {
    fn from_display(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

#[async_trait]
impl AsyncDB for Relations {
    type Error = Refused;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Refused> {
        let batches = self.session.ask(&with_audits(sql)).await.map_err(Refused::from_display)?;
        let types = batches.first().map(|batch| {
            let schema = batch.schema();
            schema.fields().iter().map(|field| letter(field.data_type())).collect()
        });
        let mut rows = Vec::new();
        for batch in &batches {
            rows.extend((0..batch.num_rows()).map(|row| cells(batch, row)));
        }
        Ok(DBOutput::Rows { types: types.unwrap_or_default(), rows })
    }

    async fn shutdown(&mut self) {}
}

/// Whole numbers, other numbers, and everything else as text.
fn letter(kind: &DataType) -> DefaultColumnType {
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

/// Puts the text of audits in the place of their names.
fn with_audits(sql: &str) -> String {
    let mut sql = sql.to_owned();
    for audit in AUDITS {
        sql = sql.replace(&format!("audit({})", audit.name), &format!("(\n{}\n)", audit.sql));
    }
    let each = AUDITS.iter().map(|audit| {
        format!("SELECT '{}' AS audit, CAST(key AS VARCHAR) AS key FROM (\n{}\n)", audit.name, audit.sql)
    });
    sql.replace("audits()", &format!("({})", each.collect::<Vec<_>>().join("\nUNION ALL\n")))
}
