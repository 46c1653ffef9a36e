//! A market of six campaigns, with random versions of its facts over some nights.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use slotcast_core::{DateTime, Utc};

use crate::support::CsvRow;

/// Number of nights with facts.
pub(super) const NIGHTS: usize = 3;
pub(super) const CAMPAIGNS: usize = 6;
/// Tables of facts in the order of ingestion.
pub(super) const TABLES: [&str; 4] = ["order_events", "order_snapshots", "page_views", "social_signals"];
/// Number of facts per table.
const FACTS: [usize; 4] = [90, 20, 45, 45];

/// Time of the ingest of a night.
pub(super) fn night(index: usize) -> DateTime<Utc> {
    at("2016-03-20T06:00:00Z") + TimeDelta::hours(72 * index as i64)
}

/// Window of a campaign: two campaigns per slot.
pub(super) fn window(campaign: usize) -> [DateTime<Utc>; 2] {
    let opens_at = at("2016-02-16T01:00:00Z") + TimeDelta::weeks(campaign as i64 / 2);
    [opens_at, opens_at + TimeDelta::weeks(1)]
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn row<const N: usize>(cells: [(&str, String); N]) -> CsvRow {
    cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A row and the night of its arrival.
#[derive(Clone, Debug)]
pub(super) struct FactArrival {
    pub(super) table: usize,
    pub(super) night: usize,
    pub(super) row: CsvRow,
    /// The arrival that this one repeats.
    pub(super) repeats: Option<usize>,
}

/// A change: the fact, the kind of change, the delay in nights, a random number.
pub(super) type FactChange = (usize, u8, usize, u16);

/// Rows of makers, products and campaigns.
pub(super) fn entities() -> BTreeMap<&'static str, Vec<CsvRow>> {
    let updated = || ("updated_at", "2016-01-01T00:00:00Z".to_owned());
    let maker = row([("maker_id", "m".into()), ("name", "m".into()), ("kind", "brand".into()), updated()]);
    let product = |index: usize| {
        row([
            ("product_id", format!("p{index}")),
            ("title", "t".into()),
            ("category", "k".into()),
            ("maker_id", "m".into()),
            updated(),
        ])
    };
    let campaign = |index: usize| {
        let [opens_at, closes_at] = window(index).map(|at| at.to_rfc3339());
        row([
            ("campaign_id", format!("c{index}")),
            ("product_id", format!("p{}", index % 4)),
            ("opens_at", opens_at),
            ("closes_at", closes_at),
            ("threshold", "20".into()),
            ("threshold_basis", "units".into()),
            ("status", "scheduled".into()),
            updated(),
        ])
    };
    BTreeMap::from([
        ("makers", vec![maker]),
        ("products", (0..4).map(product).collect()),
        ("campaigns", (0..CAMPAIGNS).map(campaign).collect()),
    ])
}

/// The first version of a fact.
fn first_version(table: usize, index: usize) -> CsvRow {
    let number = |modulus: usize| (index * 7919 + 13) % modulus;
    match table {
        0 => {
            // Every fifth event cancels the order before it: some of its units, or the whole order.
            let is_cancelled = index % 5 == 4;
            let order = if is_cancelled { index - 1 } else { index };
            let campaign = order % 5;
            let hours = (order * 37 % 170) as i64 + i64::from(is_cancelled);
            let units = if is_cancelled && index.is_multiple_of(2) {
                String::new()
            } else {
                (1 + number(4)).to_string()
            };
            row([
                ("event_id", format!("e{index}")),
                ("order_id", format!("o{order}")),
                ("campaign_id", format!("c{campaign}")),
                ("event", if is_cancelled { "cancelled" } else { "placed" }.into()),
                ("occurred_at", (window(campaign)[0] + TimeDelta::hours(hours)).to_rfc3339()),
                ("units", units),
            ])
        }
        1 => {
            let campaign = 3 + index % 3;
            row([
                ("campaign_id", format!("c{campaign}")),
                ("observed_at", (window(campaign)[0] + TimeDelta::hours(9 * index as i64)).to_rfc3339()),
                ("measure", if campaign == 3 { "increment" } else { "total" }.into()),
                ("units", (index * 3).to_string()),
            ])
        }
        2 => row([
            ("product_id", format!("p{}", index % 4)),
            ("hour", (at("2016-02-10T00:00:00Z") + TimeDelta::hours(11 * index as i64)).to_rfc3339()),
            ("channel", if index.is_multiple_of(3) { "app" } else { "web" }.into()),
            ("views", (5 + number(30)).to_string()),
            ("visitors", (1 + number(5)).to_string()),
        ]),
        _ => row([
            ("signal_id", format!("s{index}")),
            ("product_id", format!("p{}", index % 4)),
            ("occurred_at", (at("2016-02-10T00:00:00Z") + TimeDelta::hours(13 * index as i64)).to_rfc3339()),
            ("kind", if index.is_multiple_of(3) { "alert" } else { "wish" }.into()),
            ("channel", "app".into()),
            ("count", (1 + number(6)).to_string()),
        ]),
    }
}

/// Facts in their order of arrival: first versions, then corrected, moved and repeated ones.
pub(super) fn arrivals(changes: &[FactChange]) -> Vec<FactArrival> {
    let mut arrivals = Vec::new();
    for (table, count) in FACTS.into_iter().enumerate() {
        for index in 0..count {
            let night = if index % 4 == 0 { index % NIGHTS } else { 0 };
            let mut row = first_version(table, index);
            row.insert("recorded_at".to_owned(), recorded_at(arrivals.len() * 131 % 7000));
            arrivals.push(FactArrival { table, night, row, repeats: None });
        }
    }
    let firsts = arrivals.len();
    for (number, (fact, kind, delay, random)) in changes.iter().enumerate() {
        let original = fact % firsts;
        let mut changed = arrivals[original].clone();
        changed.night = (changed.night + delay).min(NIGHTS - 1);
        if *kind == 3 {
            changed.repeats = Some(original);
            arrivals.push(changed);
            continue;
        }
        change(&mut changed, *kind, *random as usize);
        // A correction may be older than the version that it arrives after.
        changed.row.insert("recorded_at".to_owned(), recorded_at(*random as usize % 7000 + number));
        arrivals.push(changed);
    }
    arrivals
}

fn recorded_at(minutes: usize) -> String {
    (at("2016-03-10T00:00:00Z") + TimeDelta::minutes(minutes as i64)).to_rfc3339()
}

/// Corrects a figure, or moves the fact.
fn change(changed: &mut FactArrival, kind: u8, random: usize) {
    let row = &mut changed.row;
    let mut set = |name: &str, value: String| drop(row.insert(name.to_owned(), value));
    match (changed.table, kind) {
        // Back to the first version.
        (_, 4) => {}
        (0, 1 | 2) => {
            let campaign = random % CAMPAIGNS;
            set("campaign_id", format!("c{campaign}"));
            if kind == 2 {
                let time = window(campaign)[0] + TimeDelta::hours((random % 200) as i64 - 10);
                set("occurred_at", time.to_rfc3339());
            }
        }
        (3, 1) => set("product_id", format!("p{}", random % 4)),
        (3, 2) => {
            let time = at("2016-02-09T00:00:00Z") + TimeDelta::hours((random % 900) as i64);
            set("occurred_at", time.to_rfc3339());
        }
        (0 | 1, _) => set("units", (1 + random % 9).to_string()),
        (2, _) => set("views", (1 + random % 99).to_string()),
        (_, _) => set("count", (1 + random % 9).to_string()),
    }
}
