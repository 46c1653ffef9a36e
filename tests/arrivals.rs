//! Property: in whatever order facts arrive, a night that builds only what they touch leaves what a
//! full build over the same arrivals gives; and where `recorded_at` is given, all orders end alike.

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
use slotcast_core::{DateTime, Knowledge, SlotCalendar, Utc};
use slotcast_ingest::{AttributeKinds, Batch, Mapping, scan_inbox, take_in};
use slotcast_lake::{FactWriter, Lake, Market, Replace, Snapshot, TableId, contract::TABLES, read_parts};
use slotcast_simulate::{DemoMarket, demo_market};
use slotcast_stats::{Base, Build, Manner, Memory, Question, Shelf, Step, build};

use crate::support::write;

const NIGHTS: usize = 4;

/// How many sequences are tried; `SLOTCAST_SEQUENCES` sets another number.
fn cases() -> u32 {
    std::env::var("SLOTCAST_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

type Row = BTreeMap<String, String>;

/// A row of the market, and when it arrives.
#[derive(Clone, Debug)]
struct Arrival {
    table: &'static str,
    row: Row,
    night: usize,
}

fn last_night() -> DateTime<Utc> {
    "2016-05-13T03:20:00+09:00".parse().unwrap()
}

/// The moments for which nights speak; the steps between them cross openings, closes and settlings.
fn night(index: usize) -> DateTime<Utc> {
    last_night() - TimeDelta::hours(53 * (NIGHTS - 1 - index) as i64)
}

/// Every row of a small market.
fn market() -> Vec<(&'static str, Row)> {
    let calendar = SlotCalendar::default();
    let first = calendar.slot_of(last_night() - TimeDelta::weeks(7));
    let until = DemoMarket::until(calendar, last_night());
    let params = DemoMarket { slots: 7, seats: 3, makers: 5, first_slot: first.date, ..until };
    let mut rows = Vec::new();
    for file in demo_market(&params).unwrap() {
        let table = TABLES.iter().find(|table| file.path.starts_with(table.name)).unwrap();
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        for row in reader.deserialize::<Row>() {
            // One row of the demo is bad on purpose.
            rows.extend(
                row.ok()
                    .filter(|row| {
                        row.get("units").is_none_or(|units| units.parse::<f64>().is_ok() || units.is_empty())
                    })
                    .map(|row| (table.name, row)),
            );
        }
    }
    rows
}

fn time_of(table: &'static str, row: &Row) -> DateTime<Utc> {
    let own = TABLES.iter().find(|own| own.name == table).unwrap();
    row[own.time()].parse().unwrap()
}

/// What becomes of some rows on their way: which row, what happens to it, how many nights later.
type Fate = (usize, u8, usize);

/// Rows as they arrive: most on the first night after they happened, some late, twice or corrected.
fn arrivals(rows: &[(&'static str, Row)], fates: &[Fate]) -> Vec<Arrival> {
    let first_night =
        |time: DateTime<Utc>| (0..NIGHTS).find(|index| night(*index) > time).unwrap_or(NIGHTS - 1);
    let mut arrivals: Vec<Arrival> = rows
        .iter()
        .map(|(table, row)| Arrival { table, row: row.clone(), night: first_night(time_of(table, row)) })
        .collect();
    // Signals without an id are added up within a file, so how files are split would tell.
    for (place, arrival) in
        arrivals.iter_mut().enumerate().filter(|(_, arrival)| arrival.table == "social_signals")
    {
        arrival.row.insert("signal_id".to_owned(), format!("sg-{place}"));
    }
    for (index, (place, fate, later)) in fates.iter().enumerate() {
        let place = place % rows.len();
        let mut changed = arrivals[place].clone();
        changed.night = (changed.night + later).min(NIGHTS - 1);
        let set = |row: &mut Row, name: &str, value: &str| {
            if row.contains_key(name) {
                row.insert(name.to_owned(), value.to_owned());
            }
        };
        let row = &mut changed.row;
        match fate {
            // It comes late.
            0 | 1 => {
                arrivals[place].night = changed.night;
                continue;
            }
            // It comes again.
            2 => {}
            // It comes again with other numbers, or other terms.
            3..=5 => {
                for (name, value) in [
                    ("units", "7"),
                    ("amount", "70000"),
                    ("count", "9"),
                    ("visitors", "3"),
                    ("views", "11"),
                    ("threshold", "4"),
                    ("category", "elsewhere"),
                    ("kind", "brand"),
                ] {
                    if !(name == "kind" && changed.table == "social_signals") {
                        set(row, name, value);
                    }
                }
            }
            // It is withdrawn, or the whole order is cancelled.
            6 => {
                if changed.table == "order_events" {
                    set(row, "event_id", &format!("cut-{index}"));
                    set(row, "event", "cancelled");
                    set(row, "units", "");
                    set(row, "amount", "");
                } else {
                    set(row, "status", "withdrawn");
                }
            }
            // It happened at another time.
            _ => {
                let own = TABLES.iter().find(|own| own.name == changed.table).unwrap();
                if let Some(time) = own.occurred.filter(|name| *name == "occurred_at") {
                    let moved = row[time].parse::<DateTime<Utc>>().unwrap() - TimeDelta::hours(30);
                    set(row, time, &moved.to_rfc3339());
                }
            }
        }
        if row.contains_key("updated_at") && *fate > 2 {
            let updated = time_of(changed.table, row) + TimeDelta::minutes(1 + index as i64);
            row.insert("updated_at".to_owned(), updated.to_rfc3339());
        }
        row.insert(
            "recorded_at".to_owned(),
            (night(changed.night) - TimeDelta::minutes(1 + index as i64)).to_rfc3339(),
        );
        arrivals.push(changed);
    }
    arrivals
}

/// A lake that nights bring facts to.
struct Nights {
    lake: Lake,
    folder: std::path::PathBuf,
    facts: Vec<Snapshot>,
    files: usize,
}

impl Nights {
    fn new(folder: &std::path::Path) -> Self {
        let lake = Lake::open_or_create(&folder.join("lake"), &Market::default(), "test", [1; 32]).unwrap();
        Self { lake, folder: folder.to_path_buf(), facts: Vec::new(), files: 0 }
    }

    /// Takes in what arrives, in files that are split in two.
    async fn take(&mut self, arrivals: &[&Arrival], now: DateTime<Utc>, history: bool) {
        let inbox = self.folder.join(format!("inbox-{}", self.files));
        let mut files: BTreeMap<(String, usize), Vec<&Row>> = BTreeMap::new();
        for (place, arrival) in arrivals.iter().enumerate() {
            files.entry((arrival.table.to_owned(), place % 2)).or_default().push(&arrival.row);
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
            write(&inbox.join(format!("{table}/{half}.csv")), &text);
        }
        let mapping = Mapping::contract(self.lake.market().calendar().zone());
        let pseudonyms = self.lake.pseudonyms().await.unwrap();
        let found = scan_inbox(&inbox, &mapping).unwrap().files;
        let batch = Batch {
            now,
            history,
            strict: true,
            attribute_kinds: AttributeKinds::default(),
            first_origin: self.files as i64,
            pseudonyms: &pseudonyms,
            threads: 1,
            room: usize::MAX,
        };
        let writer =
            FactWriter::new(&self.lake, &format!("batch-{}", self.files), self.files as i64, &self.facts);
        for taken in take_in(&found, &mapping, &batch, &writer, &()).unwrap() {
            taken.unwrap_or_else(|refused| panic!("{refused}"));
        }
        self.files += found.len();
        for (name, (schema, parts)) in writer.into_written() {
            self.lake.commit(&TableId::facts(name), &schema, &parts, &Replace::Nothing).await.unwrap();
        }
        self.facts.clear();
        for table in &TABLES {
            self.facts.extend(self.lake.head(&TableId::facts(table.name)).await.unwrap());
        }
    }

    async fn build(&self, as_of: DateTime<Utc>, name: &str, full: bool) -> (Build, Relations) {
        let calendar = self.lake.market().calendar();
        let scored = Knowledge::of(&calendar, calendar.next_after(as_of), as_of, 4);
        let following = Knowledge::of(&calendar, calendar.following(&scored.slot), as_of, 4);
        let question = Question {
            as_of,
            calendar,
            scored,
            next: scored.is_frozen(as_of).then_some(following),
            refund_window: TimeDelta::days(14),
        };
        let mut base = Base::new();
        for relation in slotcast_stats::kept_names() {
            base.extend(
                self.lake
                    .head(&TableId::relation(relation))
                    .await
                    .unwrap()
                    .map(|head| (relation.to_owned(), head)),
            );
        }
        let manner = Manner { full, memory: Memory::limited(None) };
        let shelf = Shelf::new(&self.lake, name, 0);
        let built = build(&self.facts, &base, &question, &manner, shelf).await.unwrap();
        let mut relations = Relations::new();
        for relation in built.relations.iter().filter(|relation| !relation.name.starts_with("build_")) {
            let folder = self.lake.layout().table(&TableId::relation(relation.name));
            let paths: Vec<_> = relation.files.iter().map(|file| folder.join(file)).collect();
            relations.insert(relation.name, texts(&read_parts(&paths).unwrap(), as_of));
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

/// Rows as text, in order, without the ids of runs. Features of other nights' distances are left out.
fn texts(batches: &[RecordBatch], as_of: DateTime<Utc>) -> Vec<String> {
    let _ = as_of;
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let cells =
                batch.columns().iter().zip(schema.fields()).filter(|(_, field)| field.name() != "run_id");
            // A column of an attribute that nobody has yet is as good as none.
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

/// Says where two builds differ.
fn alike(one: &Relations, other: &Relations) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, rows) in one {
        // Features are kept for each distance that was asked for; a full build has only tonight's.
        if *name == "offer_features" {
            let missing = other[name].iter().find(|row| !rows.contains(row));
            prop_assert_eq!(missing, None, "offer_features");
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

fn fates() -> impl Strategy<Value = Vec<Fate>> {
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
fn a_night_leaves_what_a_full_build_gives() {
    let rows = market();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runner()
        .run(&fates(), |fates| {
            let arrivals = arrivals(&rows, &fates);
            runtime.block_on(async {
                let folder = tempfile::tempdir().unwrap();
                let mut nights = Nights::new(folder.path());
                for index in 0..NIGHTS {
                    let arrived: Vec<&Arrival> =
                        arrivals.iter().filter(|arrival| arrival.night == index).collect();
                    nights.take(&arrived, night(index) - TimeDelta::minutes(20), false).await;
                    let (built, relations) =
                        nights.build(night(index), &format!("night-{index}"), false).await;
                    let (_, whole) = nights.build(night(index), &format!("full-{index}"), true).await;
                    alike(&relations, &whole)?;
                    prop_assert!(index == 0 || built.held > 0, "a night takes something as it was");
                }
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn a_quiet_night_builds_nothing_and_a_late_order_one_slot() {
    let rows = market();
    let mut arrivals = arrivals(&rows, &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let mut nights = Nights::new(folder.path());
        let late = arrivals.iter().position(|arrival| arrival.table == "order_events").unwrap();
        let late = arrivals.remove(late);
        nights.take(&arrivals.iter().collect::<Vec<_>>(), last_night() - TimeDelta::hours(2), true).await;
        nights.build(last_night() - TimeDelta::hours(1), "first", false).await;
        let cells = |built: &Build| {
            let own =
                built.rebuilt.iter().filter(|cell| cell.step != Step::Market && cell.step != Step::Features);
            own.map(|cell| (cell.step, cell.reason)).collect::<Vec<_>>()
        };
        let (quiet, _) = nights.build(last_night() - TimeDelta::minutes(30), "quiet", false).await;
        assert_eq!(cells(&quiet), []);
        nights.take(&[&late], last_night() - TimeDelta::minutes(20), false).await;
        let (one, _) = nights.build(last_night(), "late", false).await;
        assert_eq!(cells(&one)[0], (Step::Orders, "facts came in"));
        let orders = cells(&one).iter().filter(|(step, _)| *step == Step::Orders).count();
        assert_eq!(orders, 1, "{:?}", one.rebuilt);
    });
}

#[test]
fn sequences_of_recorded_facts_end_alike() {
    let rows = market();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shuffled = (fates(), proptest::collection::vec(0_usize..NIGHTS, 50));
    runner()
        .run(&shuffled, |(fates, shifts)| {
            let one = arrivals(&rows, &fates);
            let mut other = one.clone();
            for (place, arrival) in other.iter_mut().enumerate() {
                arrival.night = shifts[place % shifts.len()];
            }
            runtime.block_on(async {
                let mut ends = Vec::new();
                for sequence in [&one, &other] {
                    let folder = tempfile::tempdir().unwrap();
                    let mut nights = Nights::new(folder.path());
                    for index in 0..NIGHTS {
                        let arrived: Vec<&Arrival> =
                            sequence.iter().filter(|arrival| arrival.night == index).collect();
                        nights.take(&arrived, night(index), true).await;
                        if index > 1 {
                            let (_, relations) =
                                nights.build(last_night(), &format!("night-{index}"), false).await;
                            ends.push(relations);
                        }
                    }
                }
                alike(&ends[1], &ends[3])
            })
        })
        .unwrap();
}
