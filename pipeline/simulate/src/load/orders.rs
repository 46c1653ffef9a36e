//! The table of order events, with invalid rows and repeats as in a real export.

use super::{
    catalog::Catalog,
    counts::TableCounts,
    csv_line::CsvLine,
    hours::{EvenPicks, HourRange, SlotHour, rows_before, stratified_position},
    open_orders::{LoadOrderEvent, OpenOrders},
    table_files::TableFiles,
    timestamps::TimestampFormatter,
};
use crate::error::SimulateError;

pub(super) const HEADER: &str =
    "event_id,order_id,campaign_id,option_id,customer_id,event,occurred_at,units,amount,channel,gift";

/// Rows per invalid row. Each kind comes at least once if there are enough rows.
const ROWS_PER_INVALID: u64 = 5_000;
const ROWS_PER_REPEAT: u64 = 1_000;

/// The column with an invalid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum InvalidColumn {
    Units,
    Event,
    OccurredAt,
}

const INVALID_COLUMNS: [InvalidColumn; 3] =
    [InvalidColumn::Units, InvalidColumn::Event, InvalidColumn::OccurredAt];

/// Many orders at the opening, more before the close, few at night.
fn weight(hour: SlotHour) -> u64 {
    let opening = match hour.since_open {
        0..4 => 8,
        4..12 => 4,
        12..24 => 2,
        _ => 0,
    };
    let closing = if hour.until_close <= 12 { 4 } else { 0 };
    let daily = if (1..7).contains(&hour.hour_of_day) { 1 } else { 6 };
    opening + closing + daily
}

pub(super) fn write(
    catalog: &Catalog,
    range: &HourRange,
    files: &mut TableFiles<'_, '_>,
) -> Result<TableCounts, SimulateError> {
    let hours = |slot| range.hours(catalog, slot, catalog.order_events, weight);
    let rows = range.slots.clone().flat_map(hours).map(|hour| hour.rows).sum::<u64>();
    let invalid_rows = (rows / ROWS_PER_INVALID).max(INVALID_COLUMNS.len() as u64).min(rows / 10);
    let mut invalid = EvenPicks::new(invalid_rows, rows);
    let mut repeats = EvenPicks::new(rows / ROWS_PER_REPEAT, rows);
    let mut sample = RowSample::default();
    let mut formatter = TimestampFormatter::new(catalog.zone);
    let mut number = rows_before(catalog, range.slots.start, catalog.order_events);
    let mut orders = OpenOrders::new(catalog, number);
    for slot in range.slots.clone() {
        orders.open_slot(slot);
        for hour in hours(slot) {
            for index in 0..hour.rows {
                let at =
                    hour.start + stratified_position(index, hour.rows, hour.seconds, &mut orders.rng) as i64;
                formatter.move_to(at);
                if files.move_to(formatter.month())? {
                    sample.clear();
                }
                let (is_invalid, is_repeat) = (invalid.is_due(), repeats.is_due());
                let buffer = files.buffer();
                if is_repeat && !is_invalid && sample.repeat(number, buffer) {
                    repeats.picked += 1;
                } else {
                    number += 1;
                    let start = buffer.len();
                    let column =
                        is_invalid.then(|| INVALID_COLUMNS[invalid.picked as usize % INVALID_COLUMNS.len()]);
                    let event = if is_invalid { orders.single_event() } else { orders.next_event() };
                    write_row(CsvLine { buffer }, &event, (number, at, &mut formatter), column);
                    if column.is_some() {
                        invalid.picked += 1;
                    } else {
                        sample.keep(number, &buffer[start..]);
                    }
                }
                files.flush_if_full()?;
            }
        }
    }
    files.finish()?;
    Ok(TableCounts { rows, invalid: invalid.picked, repeats: repeats.picked })
}

fn write_row(
    mut line: CsvLine<'_>,
    LoadOrderEvent { order, event }: &LoadOrderEvent,
    (number, at, formatter): (u64, i64, &mut TimestampFormatter),
    invalid: Option<InvalidColumn>,
) {
    line.id(b'e', number, 8);
    line.id(b'o', order.number, 7);
    line.id(b'c', order.campaign + 1, 6);
    line.text(order.option);
    line.id(b'u', order.customer, 7);
    line.text(if invalid == Some(InvalidColumn::Event) { "shipped" } else { event });
    match invalid {
        Some(InvalidColumn::OccurredAt) => line.text("2022-02-30T25:61:00+09:00"),
        _ => line.instant(formatter, at),
    }
    match invalid {
        Some(InvalidColumn::Units) => line.text("두 개"),
        _ => line.number(order.units.into()),
    }
    line.number(order.amount.into());
    line.text(order.channel);
    line.text(if order.is_gift { "true" } else { "false" });
    line.end();
}

/// A sample of the rows of the current file, to be repeated.
#[derive(Debug, Default)]
struct RowSample {
    rows: Vec<Vec<u8>>,
    kept: usize,
}

const ROWS_PER_SAMPLED: u64 = 97;
/// A new row replaces the oldest one of a full sample.
const MAX_SAMPLED: usize = 61;

impl RowSample {
    fn clear(&mut self) {
        self.kept = 0;
    }

    fn keep(&mut self, number: u64, row: &[u8]) {
        if self.kept == 0 || number.is_multiple_of(ROWS_PER_SAMPLED) {
            self.rows.resize_with(MAX_SAMPLED, Vec::new);
            let slot = &mut self.rows[self.kept % MAX_SAMPLED];
            slot.clear();
            slot.extend_from_slice(row);
            self.kept += 1;
        }
    }

    /// Appends a sampled row to the buffer; false if the sample is empty.
    fn repeat(&self, number: u64, buffer: &mut Vec<u8>) -> bool {
        let kept = self.kept.min(MAX_SAMPLED) as u64;
        if kept > 0 {
            buffer.extend_from_slice(&self.rows[(number % kept) as usize]);
        }
        kept > 0
    }
}
