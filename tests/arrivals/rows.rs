//! The rows of a small market, and what becomes of them on their way.

use chrono::TimeDelta;
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_lake::contract::TABLES;

use crate::support::{Row, small_market, table_rows};

/// How many nights bring facts.
pub(super) const NIGHTS: usize = 4;

/// A row of the market, and when it arrives.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) table: &'static str,
    pub(super) row: Row,
    pub(super) night: usize,
}

impl Arrival {
    /// When it happened.
    pub(super) fn time(&self) -> DateTime<Utc> {
        time_of(self.table, &self.row)
    }
}

pub(super) fn last_night() -> DateTime<Utc> {
    "2016-05-13T03:20:00+09:00".parse().unwrap()
}

/// The moments for which nights speak; the steps between them cross openings, closes and settlings.
pub(super) fn night(index: usize) -> DateTime<Utc> {
    last_night() - TimeDelta::hours(53 * (NIGHTS - 1 - index) as i64)
}

/// Every row of a small market.
pub(super) fn market() -> Vec<(&'static str, Row)> {
    let first = SlotCalendar::default().slot_of(last_night() - TimeDelta::weeks(7));
    let files = small_market(7, 3, first.date, last_night());
    files
        .iter()
        .map(table_rows)
        .flat_map(|(table, rows)| rows.into_iter().map(move |row| (table, row)))
        .collect()
}

fn time_of(table: &'static str, row: &Row) -> DateTime<Utc> {
    let own = TABLES.iter().find(|own| own.name == table).unwrap();
    row[own.time()].parse().unwrap()
}

/// What becomes of some rows on their way: which row, what happens to it, how many nights later.
pub(super) type Fate = (usize, u8, usize);

/// Rows as they arrive: most on the first night after they happened, some late, twice or corrected.
pub(super) fn arrivals(rows: &[(&'static str, Row)], fates: &[Fate]) -> Vec<Arrival> {
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
