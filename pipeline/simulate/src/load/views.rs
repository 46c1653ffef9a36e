//! The table of page views. In each hour a product and channel come at most once.

use rand::Rng;

use super::{
    catalog::{Catalog, PEAK_RATIO, VIEW_CHANNELS},
    counts::TableCounts,
    csv_line::CsvLine,
    hours::{HourRange, SlotHour, stratified_position},
    table_files::TableFiles,
    timestamps::TimestampFormatter,
};
use crate::error::SimulateError;
use crate::rng::RngStream;

pub(super) const HEADER: &str = "product_id,hour,channel,views,visitors";

/// Upper bounds of visitors per hour and channel: for products with a campaign, and for others.
const CAMPAIGN_VISITORS: u32 = 60;
const OTHER_VISITORS: u32 = 6;

/// At most `PEAK_RATIO` times the mean, for every mix of hours.
fn weight(hour: SlotHour) -> u64 {
    match hour.hour_of_day {
        1..7 => 1,
        19..23 => PEAK_RATIO,
        _ => 2,
    }
}

pub(super) fn write(
    catalog: &Catalog,
    range: &HourRange,
    files: &mut TableFiles<'_, '_>,
) -> Result<TableCounts, SimulateError> {
    let mut formatter = TimestampFormatter::new(catalog.zone);
    let mut counts = TableCounts::default();
    let channels = VIEW_CHANNELS.len() as u64;
    let pairs = catalog.products.len() as u64 * channels;
    for slot in range.slots.clone() {
        let mut rng = RngStream::LoadViews(slot).rng(catalog.seed);
        let mut visitor_bounds = vec![OTHER_VISITORS; catalog.products.len()];
        catalog.campaigns_in(slot).for_each(|(_, offer)| visitor_bounds[offer.product] = CAMPAIGN_VISITORS);
        for hour in range.hours(catalog, slot, catalog.page_views, weight) {
            formatter.move_to(hour.start);
            for index in 0..hour.rows {
                files.move_to(formatter.month())?;
                let pair = stratified_position(index, hour.rows, pairs, &mut rng);
                let (product, channel) = (pair / channels, pair % channels);
                let visitors = rng.random_range(1..visitor_bounds[product as usize]);
                let views = visitors + rng.random_range(0..=visitors);
                let mut line = CsvLine { buffer: files.buffer() };
                line.id(b'p', product + 1, 6);
                line.hour(&mut formatter, hour.start);
                line.text(VIEW_CHANNELS[channel as usize]);
                line.number(views.into());
                line.number(visitors.into());
                line.end();
                files.flush_if_full()?;
            }
            counts.rows += hour.rows;
        }
    }
    files.finish()?;
    Ok(counts)
}
