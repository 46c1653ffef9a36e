//! Order events, with the mess of a real export: rows that nobody can read, rows that come twice.

use super::TableCounts;
use super::book::{Line, OrderBook};
use super::clock::Clock;
use super::files::TableFiles;
use super::hours::{Moment, Picked, Stretch, place, rows_before};
use super::row::Row;
use super::scene::Scene;
use crate::error::SimulateError;

pub(super) const HEADER: &str =
    "event_id,order_id,campaign_id,option_id,customer_id,event,occurred_at,units,amount,channel,gift";

/// One of so many rows is faulty; at least one for each fault where there is room for that.
const ROWS_A_FAULT: u64 = 5_000;
const ROWS_A_REPEAT: u64 = 1_000;

/// The column that holds what it cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Units,
    Event,
    OccurredAt,
}

const FAULTS: [Fault; 3] = [Fault::Units, Fault::Event, Fault::OccurredAt];

/// A rush at the opening, a lift before the close, few at night.
fn weight(moment: Moment) -> u64 {
    let rush = match moment.since_open {
        0..4 => 8,
        4..12 => 4,
        12..24 => 2,
        _ => 0,
    };
    let lift = if moment.to_close <= 12 { 4 } else { 0 };
    let usual = if (1..7).contains(&moment.of_day) { 1 } else { 6 };
    rush + lift + usual
}

pub(super) fn write(
    scene: &Scene,
    stretch: &Stretch,
    files: &mut TableFiles<'_, '_>,
) -> Result<TableCounts, SimulateError> {
    let hours = |slot| stretch.hours(scene, slot, scene.order_events, weight);
    let rows = stretch.slots.clone().flat_map(hours).map(|hour| hour.rows).sum::<u64>();
    let mut faults = Picked::new((rows / ROWS_A_FAULT).max(FAULTS.len() as u64).min(rows / 10), rows);
    let mut repeats = Picked::new(rows / ROWS_A_REPEAT, rows);
    let mut earlier = Earlier::default();
    let mut clock = Clock::new(scene.zone);
    let mut number = rows_before(scene, stretch.slots.start, scene.order_events);
    let mut book = OrderBook::new(scene, number);
    for slot in stretch.slots.clone() {
        book.turn_to(slot);
        for hour in hours(slot) {
            for index in 0..hour.rows {
                let at = hour.start + place(index, hour.rows, hour.seconds, &mut book.rng) as i64;
                clock.turn_to(at);
                if files.turn_to(clock.month())? {
                    earlier.forget();
                }
                let (is_fault, is_repeat) = (faults.is_due(), repeats.is_due());
                let to = files.buffer();
                if is_repeat && !is_fault && earlier.repeat(number, to) {
                    repeats.given += 1;
                } else {
                    number += 1;
                    let start = to.len();
                    let fault = is_fault.then(|| FAULTS[faults.given as usize % FAULTS.len()]);
                    let line = if is_fault { book.lone_line() } else { book.next_line() };
                    write_row(Row { to }, &line, (number, at, &mut clock), fault);
                    if fault.is_some() {
                        faults.given += 1;
                    } else {
                        earlier.keep(number, &to[start..]);
                    }
                }
                files.settle()?;
            }
        }
    }
    files.finish()?;
    Ok(TableCounts { rows, faulty: faults.given, repeats: repeats.given })
}

fn write_row(
    mut row: Row<'_>,
    line: &Line,
    (number, at, clock): (u64, i64, &mut Clock),
    fault: Option<Fault>,
) {
    row.id(b'e', number, 8);
    row.id(b'o', line.order.number, 7);
    row.id(b'c', line.order.campaign + 1, 6);
    row.word(line.order.option);
    row.id(b'u', line.order.customer, 7);
    row.word(if fault == Some(Fault::Event) { "shipped" } else { line.event });
    match fault {
        Some(Fault::OccurredAt) => row.word("2022-02-30T25:61:00+09:00"),
        _ => row.instant(clock, at),
    }
    match fault {
        Some(Fault::Units) => row.word("두 개"),
        _ => row.number(line.order.units.into()),
    }
    row.number(line.order.amount.into());
    row.word(line.order.channel);
    row.word(if line.order.is_gift { "true" } else { "false" });
    row.end();
}

/// Some rows of the file so far, old ones and new ones, to be repeated.
#[derive(Debug, Default)]
struct Earlier {
    rows: Vec<Vec<u8>>,
    kept: usize,
}

/// Of so many rows one is kept, until it gives way to one of the rows after it.
const ROWS_A_KEPT: u64 = 97;
const MOST_KEPT: usize = 61;

impl Earlier {
    fn forget(&mut self) {
        self.kept = 0;
    }

    fn keep(&mut self, number: u64, row: &[u8]) {
        if self.kept == 0 || number.is_multiple_of(ROWS_A_KEPT) {
            self.rows.resize_with(MOST_KEPT, Vec::new);
            let place = &mut self.rows[self.kept % MOST_KEPT];
            place.clear();
            place.extend_from_slice(row);
            self.kept += 1;
        }
    }

    /// Appends a row once more; false if there is none.
    fn repeat(&self, number: u64, to: &mut Vec<u8>) -> bool {
        let kept = self.kept.min(MOST_KEPT) as u64;
        if kept > 0 {
            to.extend_from_slice(&self.rows[(number % kept) as usize]);
        }
        kept > 0
    }
}
