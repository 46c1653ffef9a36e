//! Signals: most of them for what is to open next.

use rand::Rng;

use super::TableCounts;
use super::clock::Clock;
use super::files::TableFiles;
use super::hours::{Moment, Stretch, place, rows_before};
use super::row::Row;
use super::scene::Scene;
use crate::error::SimulateError;
use crate::randomness::{Part, chance, pick, stream};

pub(super) const HEADER: &str = "signal_id,product_id,occurred_at,kind,channel,count";

/// How often a signal is of a product that is proposed for one of the next two slots.
const AHEAD: f64 = 0.75;
/// The more frequent, the more often it stands here.
const KINDS: [&str; 10] =
    ["alert", "alert", "alert", "alert", "wish", "wish", "like", "like", "share", "comment"];
const CHANNELS: [&str; 4] = ["app", "web", "kakao", "instagram"];
const COUNTS: [u64; 8] = [1, 1, 1, 1, 1, 2, 2, 3];

fn weight(moment: Moment) -> u64 {
    if (1..7).contains(&moment.of_day) { 1 } else { 3 }
}

pub(super) fn write(
    scene: &Scene,
    stretch: &Stretch,
    files: &mut TableFiles<'_, '_>,
) -> Result<TableCounts, SimulateError> {
    let mut clock = Clock::new(scene.zone);
    let mut counts = TableCounts::default();
    let mut number = rows_before(scene, stretch.slots.start, scene.social_signals);
    for slot in stretch.slots.clone() {
        let mut rng = stream(scene.seed, Part::Signals(slot));
        let ahead = scene.offers_of(slot + 1..slot + 3);
        for hour in stretch.hours(scene, slot, scene.social_signals, weight) {
            for index in 0..hour.rows {
                let at = hour.start + place(index, hour.rows, hour.seconds, &mut rng) as i64;
                clock.turn_to(at);
                files.turn_to(clock.month())?;
                number += 1;
                let product = if chance(&mut rng, AHEAD) {
                    ahead[rng.random_range(0..ahead.len() as u32) as usize].product as u64
                } else {
                    rng.random_range(0..scene.products.len() as u32).into()
                };
                let mut row = Row { to: files.buffer() };
                row.id(b's', number, 8);
                row.id(b'p', product + 1, 6);
                row.instant(&mut clock, at);
                row.word(pick(&mut rng, &KINDS));
                row.word(pick(&mut rng, &CHANNELS));
                row.number(pick(&mut rng, &COUNTS));
                row.end();
                files.settle()?;
            }
            counts.rows += hour.rows;
        }
    }
    files.finish()?;
    Ok(counts)
}
