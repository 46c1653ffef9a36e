//! The market calendar as tables and lookups: slots, decisions, local days, zone offsets.

mod day_index;
mod market_days;
mod tables;

pub(crate) use day_index::{DayIndex, date_of, day_number};
pub(crate) use market_days::market_days;
pub(crate) use tables::{Decision, decisions, first_known, settings, slots, zone_offsets};
