//! Tests of small load-test markets, parsed from their bytes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{FileOpener, LoadCounts, LoadMarket, TableCounts};
use crate::SimulateError;

type Files = BTreeMap<String, Vec<u8>>;
type CsvRow = BTreeMap<String, String>;

/// A writer that appends to a file in memory.
struct MemoryFile {
    files: Rc<RefCell<Files>>,
    path: String,
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.files.borrow_mut().get_mut(&self.path).unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type WriteMethod = fn(&LoadMarket, &mut FileOpener<'_>) -> Result<LoadCounts, SimulateError>;

/// Counts and files that a method writes.
fn written(market: &LoadMarket, write: WriteMethod) -> (LoadCounts, Files) {
    let files = Rc::new(RefCell::new(Files::new()));
    let counts = write(market, &mut |path| {
        let previous = files.borrow_mut().insert(path.to_owned(), Vec::new());
        assert!(previous.is_none(), "`{path}` was opened twice");
        Ok(Box::new(MemoryFile { files: files.clone(), path: path.to_owned() }))
    });
    (counts.unwrap(), files.take())
}

fn rows_of<'a>(files: &'a Files, table: &str) -> impl Iterator<Item = (&'a str, CsvRow)> {
    let folder = format!("{table}/");
    let of_table = files.iter().filter(move |(path, _)| path.starts_with(&folder));
    of_table.flat_map(|(path, bytes)| {
        let rows: Vec<CsvRow> =
            csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect();
        rows.into_iter().map(move |row| (path.as_str(), row))
    })
}

fn market() -> LoadMarket {
    LoadMarket { weeks: 12, ..LoadMarket::with_rows(20_000) }
}

fn at(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

fn is_invalid(row: &CsvRow) -> bool {
    at(&row["occurred_at"]).is_none()
        || row["units"].parse::<u32>().is_err()
        || !["placed", "cancelled", "refunded"].contains(&row["event"].as_str())
}

const KEYS: [(&str, &[&str]); 7] = [
    ("makers", &["maker_id"]),
    ("products", &["product_id"]),
    ("candidates", &["candidate_id"]),
    ("campaigns", &["campaign_id", "status"]),
    ("order_events", &["event_id"]),
    ("page_views", &["product_id", "hour", "channel"]),
    ("social_signals", &["signal_id"]),
];

/// Counts the rows of a table. A key may repeat only with its whole row and in the same file.
fn recount(files: &Files, table: &str, key: &[&str]) -> TableCounts {
    let mut counts = TableCounts::default();
    let mut keys = BTreeSet::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(&format!("{table}/"))) {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let mut rows = BTreeSet::new();
        for record in reader.into_records().map(Result::unwrap) {
            let key: Vec<String> = key
                .iter()
                .map(|column| record[header.iter().position(|name| name == *column).unwrap()].to_owned())
                .collect();
            let is_repeat = !rows.insert(record.iter().collect::<Vec<_>>().join(","));
            assert_eq!(keys.insert(key), !is_repeat, "{path}: {record:?}");
            counts.rows += 1;
            counts.repeats += u64::from(is_repeat);
            counts.invalid +=
                u64::from(table == "order_events" && is_invalid(&record.deserialize(Some(&header)).unwrap()));
        }
    }
    counts
}

#[test]
fn counts_match_files() {
    for (weeks, rows) in [(12, 20_000), (104, 5_000), (2, 30_001)] {
        let (counts, files) =
            written(&LoadMarket { weeks, ..LoadMarket::with_rows(rows) }, LoadMarket::write);
        for (table, key) in KEYS {
            assert_eq!(recount(&files, table, key), counts.table(table), "{table}");
        }
        let facts = ["order_events", "page_views", "social_signals"].map(|table| counts.table(table));
        assert_eq!(facts.iter().map(|counts| counts.rows).sum::<u64>(), rows);
        assert_eq!(facts[0], TableCounts { rows: rows / 5, invalid: 3, repeats: rows / 5_000 });
        assert_eq!((counts.total().invalid, counts.total().repeats), (3, rows / 5_000));
    }
}

#[test]
fn tables_have_requested_rows() {
    let market = LoadMarket { weeks: 12, campaigns: 50, ..LoadMarket::with_counts(3_000, 9_000, 5_000) };
    let (counts, files) = written(&market, LoadMarket::write);
    let facts = ["order_events", "social_signals", "page_views"].map(|table| counts.table(table).rows);
    assert_eq!(facts, [3_000, 9_000, 5_000]);
    for (table, key) in KEYS {
        assert_eq!(recount(&files, table, key), counts.table(table), "{table}");
    }
    // Campaigns of the slot after the last are scheduled as well.
    let scheduled = rows_of(&files, "campaigns").filter(|(_, row)| row["status"] == "scheduled");
    assert_eq!(scheduled.count(), 50 * 13);
}

#[test]
fn seed_determines_bytes() {
    assert_eq!(written(&market(), LoadMarket::write), written(&market(), LoadMarket::write));
    let other = LoadMarket { seed: 8, ..market() };
    assert_ne!(written(&market(), LoadMarket::write).1, written(&other, LoadMarket::write).1);
}

#[test]
fn facts_are_ordered_within_months() {
    let market = market();
    let (_, files) = written(&market, LoadMarket::write);
    assert!(files.contains_key("order_events/2022-02.csv"));
    let first = market.calendar.slot_on(market.first_slot).unwrap().opens_at;
    let window = first..first + TimeDelta::days(7 * 12);
    for (table, column) in
        [("order_events", "occurred_at"), ("page_views", "hour"), ("social_signals", "occurred_at")]
    {
        let mut last = BTreeMap::new();
        let mut reversals = 0;
        for (path, row) in rows_of(&files, table) {
            let Some(instant) = at(&row[column]) else { continue };
            assert!(window.contains(&instant), "{row:?}");
            assert_eq!(path, format!("{table}/{}.csv", &row[column][..7]));
            let previous = last.insert(path.to_owned(), instant);
            reversals += usize::from(previous.is_some_and(|previous| previous > instant));
        }
        assert!(reversals <= if table == "order_events" { 4 } else { 0 }, "{table}: {reversals}");
    }
}

#[test]
fn orders_fall_within_campaigns() {
    let (_, files) = written(&market(), LoadMarket::write);
    let mut windows = BTreeMap::new();
    for (_, row) in rows_of(&files, "campaigns") {
        let window = (at(&row["opens_at"]).unwrap(), at(&row["closes_at"]).unwrap());
        let is_late = at(&row["updated_at"]).unwrap() >= window.1;
        assert_eq!(is_late, row["status"] == "closed", "{row:?}");
        windows.insert(row["campaign_id"].clone(), window);
    }
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    let mut open = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (_, row) in rows_of(&files, "order_events") {
        if is_invalid(&row) || !seen.insert(row["event_id"].clone()) {
            continue;
        }
        let (opens_at, closes_at) = windows[&row["campaign_id"]];
        let inside = (opens_at..closes_at).contains(&at(&row["occurred_at"]).unwrap());
        assert_eq!(inside, row["event"] != "refunded", "{row:?}");
        *kinds.entry(row["event"].clone()).or_default() += 1;
        let terms = (row["units"].clone(), row["amount"].clone());
        if row["event"] == "placed" {
            open.insert(row["order_id"].clone(), terms);
        } else if let Some(placed) = open.remove(&row["order_id"]) {
            assert_eq!(placed, terms);
        }
    }
    assert!((80..=140).contains(&kinds["cancelled"]), "{kinds:?}");
    assert!((50..=100).contains(&kinds["refunded"]), "{kinds:?}");
    assert_eq!(open.len() as u32 + kinds["cancelled"] + kinds["refunded"], kinds["placed"]);
}

#[test]
fn references_resolve() {
    let (_, files) = written(&market(), LoadMarket::write);
    let ids = |table: &str, column: &str| -> BTreeSet<String> {
        rows_of(&files, table).map(|(_, row)| row[column].clone()).collect()
    };
    for (from, to, column) in [
        ("products", "makers", "maker_id"),
        ("candidates", "products", "product_id"),
        ("campaigns", "candidates", "candidate_id"),
        ("order_events", "campaigns", "campaign_id"),
        ("page_views", "products", "product_id"),
        ("social_signals", "products", "product_id"),
    ] {
        assert!(ids(from, column).is_subset(&ids(to, column)), "{from}.{column}");
    }
    for (_, row) in rows_of(&files, "page_views") {
        let [views, visitors] = ["views", "visitors"].map(|column| row[column].parse::<u32>().unwrap());
        assert!((1..=views).contains(&visitors), "{row:?}");
        assert!(row["hour"].ends_with(":00:00+09:00"), "{row:?}");
    }
}

#[test]
fn day_continues_after_end() {
    let market = market();
    let (_, files) = written(&market, LoadMarket::write);
    let (counts, day) = written(&market, LoadMarket::write_day);
    let end = market.calendar.slot_on("2022-03-29".parse().unwrap()).unwrap().opens_at;
    assert_eq!(market.ends_at().unwrap(), end);
    for (table, key) in &KEYS[4..] {
        assert!(day.contains_key(&format!("{table}/2022-03-29.csv")), "{:?}", day.keys());
        let known: BTreeSet<String> = rows_of(&files, table).map(|(_, row)| row[key[0]].clone()).collect();
        let mut rows = 0;
        for (_, row) in rows_of(&day, table) {
            rows += 1;
            let instant = row.get("hour").or(row.get("occurred_at")).and_then(|text| at(text));
            assert!(instant.is_none_or(|at| (end..end + TimeDelta::days(1)).contains(&at)), "{row:?}");
            assert!(*table == "page_views" || !known.contains(&row[key[0]]), "{row:?}");
        }
        assert_eq!(rows, counts.table(table).rows);
    }
    let scheduled: BTreeSet<String> =
        rows_of(&files, "campaigns").map(|(_, row)| row["campaign_id"].clone()).collect();
    assert!(rows_of(&day, "order_events").all(|(_, row)| scheduled.contains(&row["campaign_id"])));
    let share = counts.total().rows as f64 / market.rows() as f64 * 84.0;
    assert!((0.8..2.0).contains(&share), "{share}");
}

#[test]
fn invalid_sizes_are_rejected() {
    let error =
        |market: LoadMarket| market.write(&mut |path| panic!("`{path}` was opened")).unwrap_err().to_string();
    assert_eq!(error(LoadMarket { weeks: 0, ..market() }), "`weeks` must be between 1 and 2000, not 0");
    let none = LoadMarket { campaigns: 0, ..market() };
    assert_eq!(error(none), "`campaigns` must be between 1 and 2000, not 0");
    let sunday = NaiveDate::from_ymd_opt(2022, 1, 2).unwrap();
    assert!(error(LoadMarket { first_slot: sunday, ..market() }).contains("no slot opens on 2022-01-02"));
    let failing = market().write(&mut |_| Err(io::ErrorKind::StorageFull.into())).unwrap_err();
    assert_eq!(failing.to_string(), "cannot write `makers/makers.csv`");
}
