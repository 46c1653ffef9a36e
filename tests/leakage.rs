//! Property: facts, corrections and dimension versions known after an offer's T change none of its features.
//!
//! They also change no outcome as it was known at T.

use std::{collections::BTreeMap, path::Path};

use arrow::{array::RecordBatch, util::display::array_value_to_string};
use chrono::TimeDelta;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use slotcast_core::{DateTime, Knowledge, SlotCalendar, Utc};
use slotcast_lake::Lake;
use slotcast_stats::{BuildContext, SourceFiles, build_in_memory};

use crate::support::{CsvRow, copy_folder, run, slotcast, small_market, table_rows, write_bytes, write_text};

const AS_OF: &str = "2017-04-13T21:30:00+09:00";
const CASES: u32 = 8;

fn as_of() -> DateTime<Utc> {
    AS_OF.parse().unwrap()
}

/// A later fact: its kind, the row of the market that it changes, and its delay in hours.
type LaterFact = (usize, usize, i64);

#[test]
fn later_facts_change_no_feature() {
    let folder = tempfile::tempdir().unwrap();
    for with_candidates in [true, false] {
        let name = if with_candidates { "candidates" } else { "campaigns" };
        let base = BaseLake::new(&folder.path().join(name), with_candidates);
        let mut runner =
            TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
        let later = (0_usize..KINDS, 0_usize..10_000, 1_i64..2_000);
        let cases = (24_i64..1_600, proptest::collection::vec(later, 1..40));
        runner.run(&cases, |(hours_before, later)| base.check(hours_before, &later)).unwrap();
    }
}

/// A lake with a market, and the rows of the market.
struct BaseLake {
    folder: std::path::PathBuf,
    rows: BTreeMap<&'static str, Vec<CsvRow>>,
}

impl BaseLake {
    fn new(folder: &Path, with_candidates: bool) -> Self {
        let calendar = SlotCalendar::default();
        let slots = 10;
        let live = calendar.slot_of(as_of());
        let first = (1..slots).fold(live, |slot, _| calendar.slot_of(slot.opens_at - TimeDelta::seconds(1)));
        let mut rows: BTreeMap<&str, Vec<CsvRow>> = BTreeMap::new();
        for file in small_market(slots, 4, first.date, as_of()) {
            let (table, records) = table_rows(&file);
            rows.entry(table).or_default().extend(records.iter().cloned());
            if with_candidates || table != "candidates" {
                write_bytes(&folder.join("inbox").join(&file.path), &file.bytes);
            }
        }
        ingest(folder, "inbox", "lake");
        Self { folder: folder.to_path_buf(), rows }
    }

    fn check(&self, hours_before: i64, later: &[LaterFact]) -> Result<(), TestCaseError> {
        let knowledge_at = as_of() - TimeDelta::hours(hours_before);
        let before = known(&self.folder, "lake", knowledge_at);
        let case = tempfile::tempdir().unwrap();
        copy_folder(&self.folder.join("lake"), &case.path().join("lake"));
        for (index, (kind, row, hours)) in later.iter().enumerate() {
            let recorded = (knowledge_at + TimeDelta::hours(*hours)).min(as_of() - TimeDelta::minutes(1));
            let (table, text) = self.later_row(*kind, *row, index, recorded);
            write_text(&case.path().join(format!("later/{table}/{index}.csv")), &text);
        }
        ingest(case.path(), "later", "lake");
        let after = known(case.path(), "lake", knowledge_at);
        for (key, features) in &before {
            prop_assert_eq!(Some(features), after.get(key), "{} at {}", key, knowledge_at);
        }
        prop_assert_eq!(before.len(), after.len(), "a later fact added a row known at that time");
        Ok(())
    }

    /// A changed row of the market, recorded later.
    fn later_row(
        &self,
        kind: usize,
        row: usize,
        index: usize,
        recorded: DateTime<Utc>,
    ) -> (&'static str, String) {
        let (table, changes): (&'static str, Vec<(&str, String)>) = match kind {
            0 => (
                "order_events",
                vec![("event_id", format!("new-{index}")), ("order_id", format!("new-{index}"))],
            ),
            1 => ("order_events", vec![("units", "977".to_owned()), ("amount", "9770000".to_owned())]),
            2 => (
                "order_events",
                vec![
                    ("event_id", format!("cut-{index}")),
                    ("event", "cancelled".to_owned()),
                    ("units", String::new()),
                    ("amount", String::new()),
                ],
            ),
            3 => ("campaigns", vec![("threshold", "1".to_owned()), ("updated_at", recorded.to_rfc3339())]),
            4 => {
                ("campaigns", vec![("status", "withdrawn".to_owned()), ("updated_at", recorded.to_rfc3339())])
            }
            5 => ("products", vec![("category", "문구".to_owned()), ("title", "later".to_owned())]),
            6 => ("products", vec![("maker_id", "mk-001".to_owned()), ("updated_at", recorded.to_rfc3339())]),
            7 => ("makers", vec![("name", "later".to_owned()), ("kind", "brand".to_owned())]),
            8 => ("social_signals", vec![("count", "5000".to_owned())]),
            9 => ("page_views", vec![("visitors", "90000".to_owned()), ("views", "90000".to_owned())]),
            10 => ("candidates", vec![("candidate_id", format!("new-{index}"))]),
            11 => ("candidates", vec![("threshold", "2".to_owned()), ("status", "withdrawn".to_owned())]),
            _ => {
                ("campaigns", vec![("campaign_id", format!("new-{index}")), ("candidate_id", String::new())])
            }
        };
        let rows: Vec<_> = self.rows[table]
            .iter()
            .filter(|row| {
                row.get("units").is_none_or(|units| units.parse::<f64>().is_ok() || units.is_empty())
            })
            .collect();
        let mut fields = rows[row % rows.len()].clone();
        for (name, value) in changes {
            fields.insert(name.to_owned(), value);
        }
        fields.insert("recorded_at".to_owned(), recorded.to_rfc3339());
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(fields.keys()).unwrap();
        writer.write_record(fields.values()).unwrap();
        (table, String::from_utf8(writer.into_inner().unwrap()).unwrap())
    }
}

const KINDS: usize = 13;

fn ingest(folder: &Path, inbox: &str, lake: &str) {
    run(slotcast(folder).args(["ingest", inbox, "--lake", lake, "--history", "-q", "--as-of", AS_OF])).ok();
}

/// Features of every offer with a T up to a time, and outcomes as known at that time.
fn known(folder: &Path, lake: &str, until: DateTime<Utc>) -> BTreeMap<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let lake = Lake::open(&folder.join(lake)).unwrap();
        let facts = lake.facts().await.unwrap();
        let calendar = lake.market().calendar();
        let scored = Knowledge::new(&calendar, calendar.next_after(as_of()), as_of(), 4);
        let question =
            BuildContext { as_of: as_of(), calendar, scored, next: None, refund_window: TimeDelta::days(14), currency: None, source_files: SourceFiles::default() };
        let session = build_in_memory(&facts, &question, &lake).await.unwrap();
        let at = until.format("%Y-%m-%dT%H:%M:%SZ");
        let features = format!(
            "SELECT concat('offer ', id) AS key, * EXCLUDE (campaign_id) FROM offer_features WHERE knowledge_at <= '{at}'"
        );
        let outcomes = format!(
            "SELECT concat('outcome ', campaign_id) AS key, hit, demand, threshold FROM outcome_versions \
             WHERE known_at <= '{at}' AND (superseded_at IS NULL OR superseded_at > '{at}')"
        );
        let mut found = BTreeMap::new();
        for question in [features, outcomes] {
            for batch in session.query(&question).await.unwrap() {
                texts(&batch, &mut found);
            }
        }
        found
    })
}

fn texts(batch: &RecordBatch, found: &mut BTreeMap<String, String>) {
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    for row in 0..batch.num_rows() {
        let cell = |column: usize| array_value_to_string(batch.column(column), row).unwrap();
        let cells = (1..names.len()).map(|column| format!("{}={}", names[column], cell(column)));
        let previous = found.insert(cell(0), cells.collect::<Vec<_>>().join(" "));
        assert_eq!(previous, None, "{} comes twice", cell(0));
    }
}
