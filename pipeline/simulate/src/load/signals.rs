//! The table of social signals. Most signals are for products of the next two slots.

use rand::Rng;

use super::{
    catalog::Catalog,
    counts::TableCounts,
    csv_line::CsvLine,
    hours::{HourRange, SlotHour, rows_before, stratified_position},
    table_files::TableFiles,
    timestamps::TimestampFormatter,
};
use crate::error::SimulateError;
use crate::rng::{RngStream, bernoulli, choose};

pub(super) const HEADER: &str = "signal_id,product_id,occurred_at,kind,channel,count";

/// Share of signals for products proposed for one of the next two slots.
const AHEAD: f64 = 0.75;
/// Kinds, each repeated in proportion to its frequency.
const KINDS: [&str; 10] =
    ["alert", "alert", "alert", "alert", "wish", "wish", "like", "like", "share", "comment"];
const CHANNELS: [&str; 4] = ["app", "web", "kakao", "instagram"];
const COUNTS: [u64; 8] = [1, 1, 1, 1, 1, 2, 2, 3];

fn weight(hour: SlotHour) -> u64 {
    if (1..7).contains(&hour.hour_of_day) { 1 } else { 3 }
}

pub(super) fn write(
    catalog: &Catalog,
    range: &HourRange,
    files: &mut TableFiles<'_, '_>,
) -> Result<TableCounts, SimulateError> {
    let mut formatter = TimestampFormatter::new(catalog.zone);
    let mut counts = TableCounts::default();
    let mut number = rows_before(catalog, range.slots.start, catalog.social_signals);
    for slot in range.slots.clone() {
        let mut rng = RngStream::LoadSignals(slot).rng(catalog.seed);
        let ahead = catalog.offers_in(slot + 1..slot + 3);
        for hour in range.hours(catalog, slot, catalog.social_signals, weight) {
            for index in 0..hour.rows {
                let at = hour.start + stratified_position(index, hour.rows, hour.seconds, &mut rng) as i64;
                formatter.move_to(at);
                files.move_to(formatter.month())?;
                number += 1;
                let product = if bernoulli(&mut rng, AHEAD) {
                    ahead[rng.random_range(0..ahead.len() as u32) as usize].product as u64
                } else {
                    rng.random_range(0..catalog.products.len() as u32).into()
                };
                let mut line = CsvLine { buffer: files.buffer() };
                line.id(b's', number, 8);
                line.id(b'p', product + 1, 6);
                line.instant(&mut formatter, at);
                line.text(choose(&mut rng, &KINDS));
                line.text(choose(&mut rng, &CHANNELS));
                line.number(choose(&mut rng, &COUNTS));
                line.end();
                files.flush_if_full()?;
            }
            counts.rows += hour.rows;
        }
    }
    files.finish()?;
    Ok(counts)
}
