//! Helpers of several tests.

mod browser;
mod command;
mod delivery;
mod files;
mod fixture;
mod market;
mod nights;
mod requirements;

pub(crate) use browser::check_pages;
pub(crate) use command::{CommandOutput, assert_refused, cli, query, run, slotcast};
pub(crate) use delivery::Delivery;
pub(crate) use files::{copy_folder, files_below, root, write_bytes, write_text};
pub(crate) use fixture::Fixture;
pub(crate) use market::{CsvRow, small_market, table_rows, write_tiny_inbox};
pub(crate) use nights::{Nights, Relations, compare};
pub(crate) use requirements::{dataset, external, required};
