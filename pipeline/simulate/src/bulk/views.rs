//! Page views: each hour speaks of some products, no product and channel twice.

use rand::Rng;

use super::TableCounts;
use super::clock::Clock;
use super::files::TableFiles;
use super::hours::{Moment, Stretch, place};
use super::row::Row;
use super::scene::{BUSIEST_HOUR, Scene, VIEW_CHANNELS};
use crate::error::SimulateError;
use crate::randomness::{Part, stream};

pub(super) const HEADER: &str = "product_id,hour,channel,views,visitors";

/// Visitors of an hour and channel are fewer than this: on the page of a campaign, of another product.
const VISITORS: [u32; 2] = [60, 6];

/// At most `BUSIEST_HOUR` times the mean, whatever the mix.
fn weight(moment: Moment) -> u64 {
    match moment.of_day {
        1..7 => 1,
        19..23 => BUSIEST_HOUR,
        _ => 2,
    }
}

pub(super) fn write(
    scene: &Scene,
    stretch: &Stretch,
    files: &mut TableFiles<'_, '_>,
) -> Result<TableCounts, SimulateError> {
    let mut clock = Clock::new(scene.zone);
    let mut counts = TableCounts::default();
    let channels = VIEW_CHANNELS.len() as u64;
    let pairs = scene.products.len() as u64 * channels;
    for slot in stretch.slots.clone() {
        let mut rng = stream(scene.seed, Part::Views(slot));
        let mut visitors_below = vec![VISITORS[1]; scene.products.len()];
        scene.campaigns_of(slot).for_each(|(_, offer)| visitors_below[offer.product] = VISITORS[0]);
        for hour in stretch.hours(scene, slot, scene.page_views, weight) {
            clock.turn_to(hour.start);
            for index in 0..hour.rows {
                files.turn_to(clock.month())?;
                let pair = place(index, hour.rows, pairs, &mut rng);
                let (product, channel) = (pair / channels, pair % channels);
                let visitors = rng.random_range(1..visitors_below[product as usize]);
                let views = visitors + rng.random_range(0..=visitors);
                let mut row = Row { to: files.buffer() };
                row.id(b'p', product + 1, 6);
                row.hour(&mut clock, hour.start);
                row.word(VIEW_CHANNELS[channel as usize]);
                row.number(views.into());
                row.number(visitors.into());
                row.end();
                files.settle()?;
            }
            counts.rows += hour.rows;
        }
    }
    files.finish()?;
    Ok(counts)
}
