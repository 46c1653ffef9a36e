//! Independent count of what was known at a time, from the list of all versions and retractions.

use std::collections::BTreeMap;

use slotcast_core::{DateTime, Utc};

use super::market::{CAMPAIGNS, window};
use crate::support::CsvRow;

/// A version of a fact in the lake.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) table: usize,
    pub(super) row: CsvRow,
    pub(super) known_at: DateTime<Utc>,
    pub(super) source_file: i64,
    pub(super) line: usize,
}

impl Version {
    /// Columns of the key of each table.
    fn key(&self) -> String {
        let names: &[&str] = match self.table {
            0 => &["event_id"],
            1 => &["campaign_id", "observed_at"],
            2 => &["product_id", "hour", "channel"],
            _ => &["signal_id"],
        };
        let cells: Vec<&str> = names.iter().map(|name| self.row[*name].as_str()).collect();
        format!("{} {}", self.table, cells.join(" "))
    }

    fn order(&self) -> (DateTime<Utc>, DateTime<Utc>, i64, usize) {
        (self.time("recorded_at"), self.known_at, self.source_file, self.line)
    }

    fn time(&self, name: &str) -> DateTime<Utc> {
        self.row[name].parse().unwrap()
    }

    fn number(&self, name: &str) -> i64 {
        self.row[name].parse().unwrap()
    }
}

/// Figures as known at a time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Demand per campaign.
    pub(super) demand: BTreeMap<String, i64>,
    /// Views per product and local day; only days with views.
    pub(super) views: BTreeMap<(String, String), i64>,
    /// Signals per product and kind; only those that are not zero.
    pub(super) signals: BTreeMap<(String, String), i64>,
}

/// Figures as known at `at`, if these files no longer hold from these times on.
pub(super) fn recount(versions: &[Version], retracted: &BTreeMap<i64, i64>, at: DateTime<Utc>) -> Figures {
    let mut held: BTreeMap<String, &Version> = BTreeMap::new();
    for version in versions {
        let is_retracted =
            retracted.get(&version.source_file).is_some_and(|from| *from <= at.timestamp_micros());
        if version.known_at > at || is_retracted {
            continue;
        }
        let own = held.entry(version.key()).or_insert(version);
        if version.order() > own.order() {
            *own = version;
        }
    }
    let held: Vec<&Version> = held.into_values().collect();
    let mut figures = Figures::default();
    for campaign in 0..CAMPAIGNS {
        let id = format!("c{campaign}");
        let of = |table: usize| -> Vec<&Version> {
            held.iter().filter(|own| own.table == table && own.row["campaign_id"] == id).copied().collect()
        };
        let events = of(0);
        let demand = if events.is_empty() { snapshot_units(&of(1)) } else { net_units(&events, campaign) };
        figures.demand.insert(id, demand);
    }
    for own in &held {
        match own.table {
            2 => {
                let seoul = own.time("hour") + chrono::TimeDelta::hours(9);
                let key = (own.row["product_id"].clone(), seoul.date_naive().to_string());
                *figures.views.entry(key).or_default() += own.number("views");
            }
            3 => {
                let key = (own.row["product_id"].clone(), own.row["kind"].clone());
                *figures.signals.entry(key).or_default() += own.number("count");
            }
            _ => {}
        }
    }
    figures
}

/// Units of the newest total, or of all increments.
fn snapshot_units(snapshots: &[&Version]) -> i64 {
    let of = |measure: &'static str| snapshots.iter().filter(move |own| own.row["measure"] == measure);
    let newest = of("total").max_by_key(|own| own.time("observed_at"));
    newest.map_or(0, |own| own.number("units")) + of("increment").map(|own| own.number("units")).sum::<i64>()
}

/// Net units of the orders of a campaign within its window.
fn net_units(events: &[&Version], campaign: usize) -> i64 {
    let [opens_at, closes_at] = window(campaign);
    let mut orders: BTreeMap<&str, (i64, bool)> = BTreeMap::new();
    for event in events.iter().filter(|own| (opens_at..closes_at).contains(&own.time("occurred_at"))) {
        let (units, is_cancelled) = orders.entry(&event.row["order_id"]).or_default();
        match (event.row["event"].as_str(), event.row["units"].as_str()) {
            ("placed", _) => *units += event.number("units"),
            (_, "") => *is_cancelled = true,
            _ => *units -= event.number("units"),
        }
    }
    orders.values().map(|(units, is_cancelled)| if *is_cancelled { 0 } else { (*units).max(0) }).sum()
}
