//! Property: an incremental build equals a full build, for every order of arrival of the facts.
//!
//! If facts have a `recorded_at`, the result is also the same for every order of arrival.

mod rows;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use slotcast_core::{DateTime, Utc};
use slotcast_stats::{BuildReport, BuildStep};

use crate::support::{CsvRow, Nights, compare};
use rows::{Arrival, Change, NIGHTS, arrivals, last_night, market, night};

/// Number of random sequences. `SLOTCAST_SEQUENCES` changes it.
fn cases() -> u32 {
    std::env::var("SLOTCAST_SEQUENCES").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// Ingests rows, divided into two files per table.
async fn ingest(nights: &mut Nights, arrivals: &[&Arrival], now: DateTime<Utc>, history: bool) {
    let mut files: BTreeMap<String, Vec<&CsvRow>> = BTreeMap::new();
    for (index, arrival) in arrivals.iter().enumerate() {
        files.entry(format!("{}/{}.csv", arrival.table, index % 2)).or_default().push(&arrival.row);
    }
    nights.ingest_files(files, now, history).await;
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
                    ingest(&mut nights, &arrived, night(index) - TimeDelta::minutes(20), false).await;
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
        ingest(&mut nights, &arrivals.iter().collect::<Vec<_>>(), last_night() - TimeDelta::hours(2), true)
            .await;
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
        ingest(&mut nights, &[&late], last_night() - TimeDelta::minutes(20), false).await;
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
                        ingest(&mut nights, &arrived, night(index), true).await;
                        if index > 1 {
                            let (_, mut relations) =
                                nights.build(last_night(), &format!("night-{index}"), false).await;
                            // Its rows name the file and line of a fact.
                            relations.remove("orders_outside_window");
                            ends.push(relations);
                        }
                    }
                }
                compare(&ends[1], &ends[3])
            })
        })
        .unwrap();
}

/// A correction that moves a signal to another week, in both builds.
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
        ingest(&mut nights, &arrivals.iter().collect::<Vec<_>>(), night(0), true).await;
        nights.build(last_night(), "first", false).await;
        ingest(&mut nights, &[&moved], night(1), true).await;
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
        ingest(&mut nights, &arrivals.iter().collect::<Vec<_>>(), last_night(), true).await;
        // The second night adds a slot to a group that the first has stored; the third reads that group.
        for (index, date) in ["2016-04-16", "2016-04-23", "2016-04-24"].into_iter().enumerate() {
            let as_of = format!("{date}T12:00:00+09:00").parse().unwrap();
            let (_, relations) = nights.build(as_of, &format!("night-{index}"), false).await;
            let (_, whole) = nights.build(as_of, &format!("full-{index}"), true).await;
            compare(&relations, &whole).unwrap();
        }
    });
}
