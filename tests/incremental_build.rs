//! Property: an incremental build equals a full build, for every order of arrival of the facts.
//!
//! If facts have a `recorded_at`, the result is also the same for every order of arrival.

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use arrow::{
    array::{Array, RecordBatch},
    util::display::array_value_to_string,
};
use chrono::TimeDelta;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use slotcast_core::{DateTime, Knowledge, Utc};
use slotcast_ingest::{Mapping, scan_inbox};
use slotcast_lake::{Lake, MarketConfig, Snapshot, TableId, read_parquet_files};
use slotcast_stats::{
    BuildContext, BuildOptions, BuildReport, BuildStep, MemoryLimit, PartitionStore, PreviousBuild,
    SourceFiles, build,
};

use crate::support::{CsvRow, Delivery, write_text};
use rows::{Arrival, Change, NIGHTS, arrivals, last_night, market, night};

/// Number of random sequences. `SLOTCAST_SEQUENCES` changes it.
fn cases() -> u32 {
    std::env::var("SLOTCAST_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// A lake with facts of several nights.
struct Nights {
    lake: Lake,
    folder: std::path::PathBuf,
    facts: Vec<Snapshot>,
    files: usize,
}

impl Nights {
    fn new(folder: &std::path::Path) -> Self {
        let lake =
            Lake::open_or_create(&folder.join("lake"), &MarketConfig::default(), "test", [1; 32]).unwrap();
        Self { lake, folder: folder.to_path_buf(), facts: Vec::new(), files: 0 }
    }

    /// Ingests rows, divided into two files per table.
    async fn ingest(&mut self, arrivals: &[&Arrival], now: DateTime<Utc>, history: bool) {
        let inbox = self.folder.join(format!("inbox-{}", self.files));
        let mut files: BTreeMap<(String, usize), Vec<&CsvRow>> = BTreeMap::new();
        for (index, arrival) in arrivals.iter().enumerate() {
            files.entry((arrival.table.to_owned(), index % 2)).or_default().push(&arrival.row);
        }
        for ((table, half), rows) in files {
            let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.keys()).collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&names).unwrap();
            for row in rows {
                let empty = String::new();
                writer.write_record(names.iter().map(|name| row.get(*name).unwrap_or(&empty))).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            write_text(&inbox.join(format!("{table}/{half}.csv")), &text);
        }
        let mapping = Mapping::contract(self.lake.market().calendar().zone());
        let files = scan_inbox(&inbox, &|file| mapping.classify(file)).unwrap().files;
        let id = format!("batch-{}", self.files);
        let delivery = Delivery { id: &id, files: &files, first_origin: self.files as i64, now, history };
        self.facts = delivery.ingest(&self.lake, &self.facts).await.1;
        self.files += files.len();
    }

    async fn build(&self, as_of: DateTime<Utc>, name: &str, full: bool) -> (BuildReport, Relations) {
        let calendar = self.lake.market().calendar();
        let scored = Knowledge::new(&calendar, calendar.next_after(as_of), as_of, 4);
        let following = Knowledge::new(&calendar, calendar.following(&scored.slot), as_of, 4);
        let question = BuildContext {
            as_of,
            calendar,
            scored,
            next: scored.is_frozen(as_of).then_some(following),
            refund_window: TimeDelta::days(14),
            currency: None,
            source_files: SourceFiles::default(),
        };
        let mut base = PreviousBuild::new();
        for relation in slotcast_stats::stored_names() {
            base.extend(
                self.lake
                    .head(&TableId::relation(relation))
                    .await
                    .unwrap()
                    .map(|head| (relation.to_owned(), head)),
            );
        }
        let manner = BuildOptions { full, memory: MemoryLimit::new(None) };
        let shelf = PartitionStore::new(&self.lake, name, 0);
        let built = build(&self.facts, &base, &question, &manner, shelf).await.unwrap();
        let mut relations = Relations::new();
        for relation in built.relations.iter().filter(|relation| !relation.name.starts_with("build_")) {
            let folder = self.lake.layout().table(&TableId::relation(relation.name));
            let paths: Vec<_> = relation.files.iter().map(|file| folder.join(file)).collect();
            relations.insert(relation.name, texts(&read_parquet_files(&paths).unwrap()));
        }
        if !full {
            for relation in &built.relations {
                let table = TableId::relation(relation.name);
                let base = base.get(relation.name);
                self.lake
                    .commit_files(&table, &relation.schema, &relation.files, &relation.written, base)
                    .await
                    .unwrap();
            }
        }
        (built, relations)
    }
}

type Relations = BTreeMap<&'static str, Vec<String>>;

/// Sorted rows as text, without run ids.
fn texts(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let cells =
                batch.columns().iter().zip(schema.fields()).filter(|(_, field)| field.name() != "run_id");
            // A null equals a missing column: an attribute may be new.
            let cells = cells.filter(|(column, _)| column.is_valid(row));
            let text = |column: &dyn Array| array_value_to_string(column, row).unwrap();
            let mut cells: Vec<_> =
                cells.map(|(column, field)| format!("{}={}", field.name(), text(column.as_ref()))).collect();
            cells.sort();
            rows.push(cells.join(" "));
        }
    }
    rows.sort();
    rows
}

/// Fails with the rows in which two builds differ.
fn compare(one: &Relations, other: &Relations) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, rows) in one {
        // The incremental build keeps features at earlier T as well; the full build has only those of tonight.
        if *name == "offer_feature_values" {
            let missing = other[name].iter().find(|row| !rows.contains(row));
            prop_assert_eq!(missing, None, "offer_feature_values");
            continue;
        }
        let only = |a: &[String], b: &[String]| {
            let b: BTreeSet<&String> = b.iter().collect();
            a.iter().filter(|row| !b.contains(row)).take(2).cloned().collect::<Vec<_>>()
        };
        let (left, right) = (only(rows, &other[name]), only(&other[name], rows));
        prop_assert!(left.is_empty() && right.is_empty(), "{}: {:#?} against {:#?}", name, left, right);
        prop_assert_eq!(rows.len(), other[name].len(), "{}", name);
    }
    Ok(())
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec((0_usize..100_000, 0_u8..8, 0_usize..NIGHTS), 5..120)
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 20,
        ..Config::default()
    })
}

#[test]
fn incremental_equals_full() {
    let rows = market();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runner()
        .run(&changes(), |changes| {
            let arrivals = arrivals(&rows, &changes);
            runtime.block_on(async {
                let folder = tempfile::tempdir().unwrap();
                let mut nights = Nights::new(folder.path());
                for index in 0..NIGHTS {
                    let arrived: Vec<&Arrival> =
                        arrivals.iter().filter(|arrival| arrival.night == index).collect();
                    nights.ingest(&arrived, night(index) - TimeDelta::minutes(20), false).await;
                    let (built, relations) =
                        nights.build(night(index), &format!("night-{index}"), false).await;
                    let (_, whole) = nights.build(night(index), &format!("full-{index}"), true).await;
                    compare(&relations, &whole)?;
                    prop_assert!(index == 0 || built.reused > 0, "a night reuses no partition");
                }
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn late_order_rebuilds_one_slot() {
    let rows = market();
    let mut arrivals = arrivals(&rows, &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let mut nights = Nights::new(folder.path());
        // No fact becomes visible between the builds.
        arrivals.retain(|arrival| arrival.time() < last_night() - TimeDelta::hours(3));
        let late = arrivals.iter().position(|arrival| arrival.table == "order_events").unwrap();
        let late = arrivals.remove(late);
        nights.ingest(&arrivals.iter().collect::<Vec<_>>(), last_night() - TimeDelta::hours(2), true).await;
        nights.build(last_night() - TimeDelta::hours(1), "first", false).await;
        let cells = |built: &BuildReport| {
            let own = built
                .rebuilt
                .iter()
                .filter(|cell| cell.step != BuildStep::Market && cell.step != BuildStep::Features);
            own.map(|cell| (cell.step, cell.reason)).collect::<Vec<_>>()
        };
        let (quiet, _) = nights.build(last_night() - TimeDelta::minutes(30), "quiet", false).await;
        assert_eq!(cells(&quiet), []);
        nights.ingest(&[&late], last_night() - TimeDelta::minutes(20), false).await;
        let (one, _) = nights.build(last_night(), "late", false).await;
        assert_eq!(cells(&one)[0], (BuildStep::Orders, "new facts"));
        let orders = cells(&one).iter().filter(|(step, _)| *step == BuildStep::Orders).count();
        assert_eq!(orders, 1, "{:?}", one.rebuilt);
    });
}

#[test]
fn arrival_order_does_not_matter() {
    let rows = market();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shuffled = (changes(), proptest::collection::vec(0_usize..NIGHTS, 50));
    runner()
        .run(&shuffled, |(changes, shifts)| {
            let one = arrivals(&rows, &changes);
            let mut other = one.clone();
            for (index, arrival) in other.iter_mut().enumerate() {
                arrival.night = shifts[index % shifts.len()];
            }
            runtime.block_on(async {
                let mut ends = Vec::new();
                for sequence in [&one, &other] {
                    let folder = tempfile::tempdir().unwrap();
                    let mut nights = Nights::new(folder.path());
                    for index in 0..NIGHTS {
                        let arrived: Vec<&Arrival> =
                            sequence.iter().filter(|arrival| arrival.night == index).collect();
                        nights.ingest(&arrived, night(index), true).await;
                        if index > 1 {
                            let (_, relations) =
                                nights.build(last_night(), &format!("night-{index}"), false).await;
                            ends.push(relations);
                        }
                    }
                }
                compare(&ends[1], &ends[3])
            })
        })
        .unwrap();
}

/// A correction that moves a signal to another week counts as another fact, in both builds.
#[test]
fn signal_moved_to_another_week() {
    let rows = market();
    let mut arrivals = arrivals(&rows, &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let mut nights = Nights::new(folder.path());
        // 2016-03-15 is a Tuesday: the evening of an opening.
        let is_tuesday = |arrival: &&Arrival| {
            arrival.table == "social_signals" && arrival.row["occurred_at"].starts_with("2016-03-15")
        };
        let mut moved = arrivals.iter().find(is_tuesday).unwrap().clone();
        moved.row.insert("occurred_at".to_owned(), "2016-03-14T12:00:00+09:00".to_owned());
        moved.row.insert("recorded_at".to_owned(), "2016-05-06T12:00:00+09:00".to_owned());
        arrivals.retain(|arrival| arrival.night == 0);
        nights.ingest(&arrivals.iter().collect::<Vec<_>>(), night(0), true).await;
        nights.build(last_night(), "first", false).await;
        nights.ingest(&[&moved], night(1), true).await;
        let (_, relations) = nights.build(last_night(), "night", false).await;
        let (_, whole) = nights.build(last_night(), "full", true).await;
        compare(&relations, &whole).unwrap();
    });
}

/// After the cutoff, features of two slots are built. Partitions of the first must survive the build of the second.
#[test]
fn nights_after_the_cutoff_store_each_offer_once() {
    let rows = market();
    let arrivals = arrivals(&rows, &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let mut nights = Nights::new(folder.path());
        nights.ingest(&arrivals.iter().collect::<Vec<_>>(), last_night(), true).await;
        // The second night adds a slot to a group that the first has stored; the third reads that group.
        for (index, date) in ["2016-04-16", "2016-04-23", "2016-04-24"].into_iter().enumerate() {
            let as_of = format!("{date}T12:00:00+09:00").parse().unwrap();
            let (_, relations) = nights.build(as_of, &format!("night-{index}"), false).await;
            let (_, whole) = nights.build(as_of, &format!("full-{index}"), true).await;
            compare(&relations, &whole).unwrap();
        }
    });
}
