//! Property: facts that move, are corrected, repeated and retracted count as an independent recount counts them, at
//! every past T, in an incremental build as in a full one.

mod market;
mod recount;

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use slotcast_core::{DateTime, Utc};
use slotcast_stats::{SourceFile, SourceFiles};

use crate::support::{CsvRow, Nights, Relations, compare};
use market::{FactArrival, FactChange, NIGHTS, TABLES, arrivals, entities, night};
use recount::{Figures, Version, recount};

/// Number of random sequences. `SLOTCAST_SEQUENCES` changes it.
fn cases() -> u32 {
    std::env::var("SLOTCAST_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// A retraction: the file, a choice of the time from which it counts, the night from which it is known.
type Retraction = (usize, u8, usize);

#[derive(Clone, Debug)]
struct Sequence {
    changes: Vec<FactChange>,
    retractions: Vec<Retraction>,
    /// Hours from each night to its build.
    delays: Vec<i64>,
    /// Night before which the facts are compacted.
    compaction: usize,
}

fn sequences() -> impl Strategy<Value = Sequence> {
    let changes = proptest::collection::vec((0_usize..200, 0_u8..5, 0_usize..NIGHTS, any::<u16>()), 20..90);
    let retractions = proptest::collection::vec((0..NIGHTS * TABLES.len(), 0_u8..5, 0_usize..NIGHTS), 0..4);
    let delays = proptest::collection::vec(1_i64..70, NIGHTS);
    (changes, retractions, delays, 0_usize..2 * NIGHTS).prop_map(
        |(changes, retractions, delays, compaction)| Sequence { changes, retractions, delays, compaction },
    )
}

/// Night and table of a file, and the time from which it no longer holds.
fn retraction((file, time, declared): Retraction) -> ((usize, usize), i64, usize) {
    let own = (file / TABLES.len(), file % TABLES.len());
    let from = match time {
        0 => i64::MIN,
        // A night, some time before and after.
        time => (night(usize::from(time) - 1) + TimeDelta::hours(11)).timestamp_micros(),
    };
    (own, from, declared.max(own.0))
}

/// Cells of a row of a relation by column.
fn cells(row: &str) -> BTreeMap<&str, &str> {
    row.split(' ').filter_map(|cell| cell.split_once('=')).collect()
}

/// Figures that a build gives for a T at which a slot opens.
fn figures(relations: &Relations, at: DateTime<Utc>) -> Figures {
    let mut figures = Figures::default();
    for row in &relations["outcome_versions"] {
        let cells = cells(row);
        let time = |name: &str| cells.get(name).map(|text| text.parse::<DateTime<Utc>>().unwrap());
        if time("known_at").is_some_and(|known| known <= at)
            && time("superseded_at").is_none_or(|end| at < end)
        {
            let demand: f64 = cells["demand"].parse().unwrap();
            figures.demand.insert(cells["campaign_id"].to_owned(), demand as i64);
        }
    }
    let day = at.date_naive();
    let is_known = |cells: &BTreeMap<&str, &str>| {
        ["occurred_on", "known_on"].iter().all(|name| cells[name].parse::<NaiveDate>().unwrap() <= day)
    };
    for row in &relations["view_days"] {
        let cells = cells(row);
        if is_known(&cells) {
            let key = (cells["product_id"].to_owned(), cells["day"].to_owned());
            *figures.views.entry(key).or_default() += cells["views"].parse::<i64>().unwrap();
        }
    }
    for row in &relations["signal_days"] {
        let cells = cells(row);
        if is_known(&cells) {
            let key = (cells["product_id"].to_owned(), cells["kind"].to_owned());
            *figures.signals.entry(key).or_default() += cells["count"].parse::<i64>().unwrap();
        }
    }
    figures.views.retain(|_, views| *views != 0);
    figures.signals.retain(|_, count| *count != 0);
    figures
}

/// The last three times before `as_of`, three days apart, at which a decision day ends.
fn past_times(as_of: DateTime<Utc>) -> [DateTime<Utc>; 3] {
    let one = as_of.date_naive().and_hms_opt(1, 0, 0).unwrap().and_utc();
    let last = if one <= as_of { one } else { one - TimeDelta::days(1) };
    [0, 3, 6].map(|days| last - TimeDelta::days(days))
}

async fn check(sequence: &Sequence) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let mut nights = Nights::new(folder.path());
    for (table, rows) in entities() {
        nights.ingest_file(table, &rows.iter().collect::<Vec<_>>(), night(0) - TimeDelta::days(40)).await;
    }
    let retractions: Vec<_> = sequence.retractions.iter().map(|own| retraction(*own)).collect();
    let is_retracted =
        |own: &FactArrival| retractions.iter().any(|(file, ..)| *file == (own.night, own.table));
    let arrivals = arrivals(&sequence.changes);
    // A repeat is no new fact. Whether it replaces a retracted one is up to ingest.
    let is_wanted = |own: &&FactArrival| {
        own.repeats.is_none_or(|first| !is_retracted(&arrivals[first]) && arrivals[first].night < own.night)
    };
    let (mut versions, mut ids) = (Vec::new(), BTreeMap::new());
    for index in 0..NIGHTS {
        for (table, name) in TABLES.iter().enumerate() {
            let own = |own: &&FactArrival| own.night == index && own.table == table;
            let arrived: Vec<&FactArrival> = arrivals.iter().filter(own).filter(is_wanted).collect();
            let rows: Vec<&CsvRow> = arrived.iter().map(|own| &own.row).collect();
            let source_file = nights.ingest_file(name, &rows, night(index)).await;
            ids.insert((index, table), source_file);
            let new = arrived.iter().enumerate().filter(|(_, own)| own.repeats.is_none());
            versions.extend(new.map(|(line, own)| Version {
                table,
                row: own.row.clone(),
                known_at: night(index),
                source_file,
                line,
            }));
        }
        if index == sequence.compaction {
            nights.compact().await;
        }
        let as_of = night(index) + TimeDelta::hours(sequence.delays[index]);
        let mut retracted: BTreeMap<i64, i64> = BTreeMap::new();
        nights.source_files = SourceFiles::default();
        for (file, from, declared) in &retractions {
            if *declared <= index && !retracted.contains_key(&ids[file]) {
                let name = "a.csv".to_owned();
                nights.source_files.insert(ids[file], SourceFile { name, retracted_from: Some(*from) });
                retracted.insert(ids[file], *from);
            }
        }
        let (_, relations) = nights.build(as_of, &format!("night-{index}"), false).await;
        // A full build costs as much as all nights.
        if index == NIGHTS - 1 {
            let (_, whole) = nights.build(as_of, "full", true).await;
            compare(&relations, &whole)?;
        }
        // A retraction after as_of does not count yet.
        retracted.retain(|_, from| *from <= as_of.timestamp_micros());
        for at in past_times(as_of) {
            prop_assert_eq!(
                figures(&relations, at),
                recount(&versions, &retracted, at),
                "night {}, T {}",
                index,
                at
            );
        }
    }
    Ok(())
}

#[test]
fn facts_count_once_wherever_they_move() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config =
        Config { cases: cases(), failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    TestRunner::new(config).run(&sequences(), |sequence| runtime.block_on(check(&sequence))).unwrap();
}
