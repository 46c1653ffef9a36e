//! What every made market keeps, read back from its bytes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::SlotCalendar;

use crate::{DemoMarket, MarketFile, SimulateError, demo_market};

type Row = BTreeMap<String, String>;

/// A market read back: rows by table.
struct Inbox(BTreeMap<String, Vec<Row>>);

/// A campaign as the events tell it.
#[derive(Clone, Debug, Default)]
struct Told {
    threshold: i64,
    capacity: Option<i64>,
    demand: i64,
    withdrawn: bool,
    product: String,
    opens_at: String,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is an instant"))
}

/// A Thursday evening, before the cutoff.
fn evening() -> DateTime<Utc> {
    at("2025-11-20T21:30:00+09:00")
}

fn small(seed: u64) -> DemoMarket {
    let market = DemoMarket::until(SlotCalendar::default(), evening());
    let first_slot = market.first_slot + TimeDelta::days(7 * 48);
    DemoMarket { seed, first_slot, slots: 12, ..market }
}

fn make(params: &DemoMarket) -> Inbox {
    let read = |file: MarketFile| {
        let table = file.path.split('/').next().unwrap().to_owned();
        assert_eq!(file.path, format!("{table}/{table}.csv"));
        let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
        (table, reader.deserialize().map(Result::unwrap).collect())
    };
    Inbox(demo_market(params).unwrap().into_iter().map(read).collect())
}

impl Inbox {
    fn rows(&self, table: &str) -> &[Row] {
        &self.0[table]
    }

    /// Order events without the two planted lines.
    fn orders(&self) -> &[Row] {
        let rows = self.rows("order_events");
        &rows[..rows.len() - 2]
    }

    fn told(&self) -> BTreeMap<String, Told> {
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        for row in self.rows("campaigns") {
            let campaign = told.entry(row["campaign_id"].clone()).or_default();
            campaign.threshold = row["threshold"].parse().unwrap();
            campaign.capacity = row["capacity"].parse().ok();
            campaign.withdrawn |= row["status"] == "withdrawn";
            campaign.product = row["product_id"].clone();
            campaign.opens_at = row["opens_at"].clone();
        }
        let mut units: BTreeMap<&str, i64> = BTreeMap::new();
        for row in self.orders() {
            let campaign = told.get_mut(&row["campaign_id"]).unwrap();
            match row["event"].as_str() {
                "placed" => {
                    let placed = row["units"].parse().unwrap();
                    units.insert(&row["order_id"], placed);
                    campaign.demand += placed;
                }
                "cancelled" => campaign.demand -= units[row["order_id"].as_str()],
                _ => {}
            }
            assert!(campaign.capacity.is_none_or(|capacity| campaign.demand <= capacity), "{row:?}");
        }
        told
    }
}

fn hit_rate(inbox: &Inbox) -> f64 {
    let closed = inbox.rows("campaigns").iter().filter(|row| row["status"] == "closed");
    let told = inbox.told();
    let hits: Vec<bool> = closed
        .map(|row| &told[&row["campaign_id"]])
        .map(|campaign| campaign.demand >= campaign.threshold)
        .collect();
    hits.iter().filter(|hit| **hit).count() as f64 / hits.len() as f64
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    assert_eq!(demo_market(&small(3)).unwrap(), demo_market(&small(3)).unwrap());
    assert_ne!(demo_market(&small(3)).unwrap(), demo_market(&small(4)).unwrap());
}

#[test]
fn the_default_market_is_small_and_half_of_it_hits() {
    let inbox = make(&DemoMarket::until(SlotCalendar::default(), evening()));
    for (table, least, most) in [
        ("makers", 40, 60),
        ("products", 200, 600),
        ("candidates", 900, 1_100),
        ("campaigns", 1_150, 1_250),
        ("order_events", 20_000, 40_000),
        ("page_views", 10_000, 20_000),
        ("social_signals", 20_000, 40_000),
    ] {
        let rows = inbox.rows(table).len();
        assert!((least..most).contains(&rows), "{table}: {rows} rows");
    }
    assert!((0.42..0.58).contains(&hit_rate(&inbox)), "{}", hit_rate(&inbox));
    let told = inbox.told();
    let sold_out = told.values().filter(|campaign| campaign.capacity == Some(campaign.demand)).count();
    let withdrawn = told.values().filter(|campaign| campaign.withdrawn).count();
    assert!(sold_out >= 3 && withdrawn >= 3, "{sold_out} sold out, {withdrawn} withdrawn");
}

#[test]
fn whatever_the_seed_about_half_hits() {
    let rates: Vec<f64> = (0..4).map(|seed| hit_rate(&make(&small(seed)))).collect();
    assert!(rates.iter().all(|rate| (0.3..0.7).contains(rate)), "{rates:?}");
}

#[test]
fn nothing_speaks_of_a_time_after_as_of() {
    for days in 0..7 {
        let as_of = evening() + TimeDelta::days(days);
        let inbox = make(&DemoMarket { as_of, ..small(1) });
        for (table, rows) in &inbox.0 {
            for column in ["updated_at", "submitted_at", "occurred_at", "hour"] {
                let late = rows.iter().find(|row| row.get(column).is_some_and(|text| at(text) >= as_of));
                assert!(late.is_none(), "{table}.{column}: {late:?}");
            }
        }
    }
}

#[test]
fn keys_come_once_but_for_the_planted_repeat() {
    let inbox = make(&small(1));
    let keys: [(&str, &[&str]); 7] = [
        ("makers", &["maker_id"]),
        ("products", &["product_id"]),
        ("candidates", &["candidate_id", "status"]),
        ("campaigns", &["campaign_id", "status"]),
        ("order_events", &["event_id"]),
        ("page_views", &["product_id", "hour", "channel"]),
        ("social_signals", &["product_id", "occurred_at", "kind", "channel"]),
    ];
    for (table, key) in keys {
        let rows = inbox.rows(table);
        let distinct: BTreeSet<Vec<&String>> =
            rows.iter().map(|row| key.iter().map(|column| &row[*column]).collect()).collect();
        let planted = usize::from(table == "order_events");
        assert_eq!(distinct.len() + planted, rows.len(), "{table}");
    }
    let [.., twice, unreadable] = inbox.rows("order_events") else { panic!("no planted lines") };
    assert_eq!(inbox.orders().iter().filter(|row| *row == twice).count(), 1);
    assert!(unreadable["units"].parse::<u32>().is_err());
}

#[test]
fn every_order_lies_where_it_belongs() {
    let inbox = make(&small(2));
    let mut windows: BTreeMap<&str, (DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
    for row in inbox.rows("campaigns") {
        let end = if row["status"] == "withdrawn" { "updated_at" } else { "closes_at" };
        windows.insert(&row["campaign_id"], (at(&row["opens_at"]), at(&row[end])));
        assert!(row["status"] != "closed" || row["updated_at"] == row["closes_at"]);
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for row in inbox.orders() {
        let (opens_at, ends_at) = windows[row["campaign_id"].as_str()];
        let inside = (opens_at..ends_at).contains(&at(&row["occurred_at"]));
        assert_eq!(inside, row["event"] != "refunded", "{row:?}");
        *kinds.entry(&row["event"]).or_default() += 1;
    }
    let share = |event: &str| kinds[event] as f64 / kinds["placed"] as f64;
    assert!((0.03..0.07).contains(&share("cancelled")), "{kinds:?}");
    assert!((0.015..0.045).contains(&share("refunded")), "{kinds:?}");
}

#[test]
fn names_resolve() {
    let inbox = make(&small(1));
    let ids = |table: &str, column: &str| -> BTreeSet<String> {
        inbox.rows(table).iter().map(|row| row[column].clone()).filter(|id| !id.is_empty()).collect()
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
    assert!(ids("products", "artist_id").is_subset(&ids("makers", "maker_id")));
}

#[test]
fn the_next_slot_is_undecided_and_the_live_one_is_under_way() {
    let market = small(1);
    let inbox = make(&market);
    let next = market.calendar.next_after(market.as_of).date.to_string();
    let live = market.calendar.slot_of(market.as_of).date.to_string();
    let candidates: BTreeSet<&str> = inbox
        .rows("candidates")
        .iter()
        .filter(|row| row["slot_date"] == next)
        .map(|row| row["product_id"].as_str())
        .collect();
    assert_eq!(candidates.len(), market.pool());
    let spoken: BTreeSet<&str> =
        inbox.rows("social_signals").iter().map(|row| row["product_id"].as_str()).collect();
    assert!(candidates.is_subset(&spoken));
    assert!(inbox.rows("campaigns").iter().all(|row| row["slot_date"] != next));
    let under_way: Vec<&Row> =
        inbox.rows("campaigns").iter().filter(|row| row["slot_date"] == live).collect();
    assert!(under_way.iter().all(|row| row["status"] != "closed"));
    let first = &under_way[0]["campaign_id"];
    assert!(inbox.orders().iter().any(|row| row["campaign_id"] == *first));
}

#[test]
fn signals_before_the_opening_foretell_the_demand() {
    let inbox = make(&DemoMarket::until(SlotCalendar::default(), evening()));
    let mut alerts: BTreeMap<&str, Vec<(DateTime<Utc>, f64)>> = BTreeMap::new();
    for row in inbox.rows("social_signals").iter().filter(|row| row["kind"] == "alert") {
        let count = (at(&row["occurred_at"]), row["count"].parse().unwrap());
        alerts.entry(&row["product_id"]).or_default().push(count);
    }
    let pairs: Vec<(f64, f64)> = inbox
        .told()
        .values()
        .filter(|campaign| !campaign.withdrawn && at(&campaign.opens_at) < evening() - TimeDelta::days(7))
        .map(|campaign| {
            let (from, to) =
                (at(&campaign.opens_at) - TimeDelta::days(21), at(&campaign.opens_at) - TimeDelta::days(4));
            let counts = alerts[campaign.product.as_str()].iter().filter(|(at, _)| (from..to).contains(at));
            let total: f64 = counts.map(|(_, count)| count).sum();
            ((1.0 + total).ln(), (campaign.demand as f64 / campaign.threshold as f64).ln())
        })
        .collect();
    let correlation = correlation(&pairs);
    assert!((0.25..0.8).contains(&correlation), "{correlation}");
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / n, sum.1 + pair.1 / n));
    let moment = |f: fn(f64, f64) -> f64| pairs.iter().map(|pair| f(pair.0 - x, pair.1 - y)).sum::<f64>();
    moment(|a, b| a * b) / (moment(|a, _| a * a) * moment(|_, b| b * b)).sqrt()
}

#[test]
fn a_later_as_of_adds_and_changes_nothing() {
    let market = small(5);
    let early = make(&market);
    let late = make(&DemoMarket { as_of: market.as_of + TimeDelta::days(3), ..market });
    let orders = early.orders();
    assert_eq!(orders, &late.orders()[..orders.len()]);
    for table in ["candidates", "campaigns", "social_signals", "makers", "products"] {
        let later: BTreeSet<&Row> = late.rows(table).iter().collect();
        assert!(early.rows(table).iter().all(|row| later.contains(row)), "{table}");
    }
}

#[test]
fn a_market_that_cannot_be_is_refused() {
    let refused = |market: DemoMarket| demo_market(&market).unwrap_err();
    assert!(matches!(
        refused(DemoMarket { seats: 0, ..small(1) }),
        SimulateError::Count { name: "seats", .. }
    ));
    let sunday = small(1).first_slot - TimeDelta::days(2);
    assert!(matches!(refused(DemoMarket { first_slot: sunday, ..small(1) }), SimulateError::Calendar(_)));
    let message = refused(DemoMarket { slots: 3, ..small(1) }).to_string();
    assert!(message.contains("the slot after `as_of` opens on 2025-11-25"), "{message}");
}
