//! Rows of a small market, in random order of arrival and with random changes.

use chrono::TimeDelta;
use slotcast_core::{DateTime, SlotCalendar, Utc};
use slotcast_lake::contract::TABLES;

use crate::support::{CsvRow, small_market, table_rows};

/// Number of nights with facts.
pub(super) const NIGHTS: usize = 4;

/// A row of the market and the night of its arrival.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) table: &'static str,
    pub(super) row: CsvRow,
    pub(super) night: usize,
}

impl Arrival {
    /// Time of the fact.
    pub(super) fn time(&self) -> DateTime<Utc> {
        time_of(self.table, &self.row)
    }
}

pub(super) fn last_night() -> DateTime<Utc> {
    "2016-05-13T03:20:00+09:00".parse().unwrap()
}

/// Times of the nights. Openings, closes and settlements lie between them.
pub(super) fn night(index: usize) -> DateTime<Utc> {
    last_night() - TimeDelta::hours(53 * (NIGHTS - 1 - index) as i64)
}

/// Every row of a small market.
pub(super) fn market() -> Vec<(&'static str, CsvRow)> {
    let first = SlotCalendar::default().slot_of(last_night() - TimeDelta::weeks(7));
    let files = small_market(7, 3, first.date, last_night());
    files
        .iter()
        .map(table_rows)
        .flat_map(|(table, rows)| rows.into_iter().map(move |row| (table, row)))
        .collect()
}

fn time_of(table: &'static str, row: &CsvRow) -> DateTime<Utc> {
    let own = TABLES.iter().find(|own| own.name == table).unwrap();
    row[own.time_column()].parse().unwrap()
}

/// A change of a row: its index, the kind of change, and the delay in nights.
pub(super) type Change = (usize, u8, usize);

/// Rows in their order of arrival: most in the first night after the fact, some late, repeated or corrected.
pub(super) fn arrivals(rows: &[(&'static str, CsvRow)], changes: &[Change]) -> Vec<Arrival> {
    let first_night =
        |time: DateTime<Utc>| (0..NIGHTS).find(|index| night(*index) > time).unwrap_or(NIGHTS - 1);
    let mut arrivals: Vec<Arrival> = rows
        .iter()
        .map(|(table, row)| Arrival { table, row: row.clone(), night: first_night(time_of(table, row)) })
        .collect();
    // Signals without an id are summed per file, so the result would depend on the division into files.
    for (index, arrival) in
        arrivals.iter_mut().enumerate().filter(|(_, arrival)| arrival.table == "social_signals")
    {
        arrival.row.insert("signal_id".to_owned(), format!("sg-{index}"));
    }
    for (index, (row, kind, delay)) in changes.iter().enumerate() {
        let original = row % rows.len();
        let mut changed = arrivals[original].clone();
        changed.night = (changed.night + delay).min(NIGHTS - 1);
        let set = |row: &mut CsvRow, name: &str, value: &str| {
            if row.contains_key(name) {
                row.insert(name.to_owned(), value.to_owned());
            }
        };
        let row = &mut changed.row;
        match kind {
            // A late row.
            0 | 1 => {
                arrivals[original].night = changed.night;
                continue;
            }
            // A repeated row.
            2 => {}
            // A corrected row.
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
            // A withdrawn offer, or a cancelled order.
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
            // A row moved to another time.
            _ => {
                let own = TABLES.iter().find(|own| own.name == changed.table).unwrap();
                if let Some(time) = own.event_time.filter(|name| *name == "occurred_at") {
                    let moved = row[time].parse::<DateTime<Utc>>().unwrap() - TimeDelta::hours(30);
                    set(row, time, &moved.to_rfc3339());
                }
            }
        }
        if row.contains_key("updated_at") && *kind > 2 {
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
