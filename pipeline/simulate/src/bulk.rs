//! A market of as many rows as wanted, to measure with: the contract's shape and
//! size, nothing to learn from.
//!
//! Facts are made hour by hour and go out as they are made, so memory does not
//! grow with the rows. The hot path formats by hand: with `chrono` and `format!`
//! making the rows would take longer than what is to be measured.

mod book;
mod clock;
mod files;
mod hours;
mod orders;
mod row;
mod scene;
mod signals;
mod terms;
mod views;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use slotcast_core::SlotCalendar;

use crate::error::SimulateError;
use files::TableFiles;
use hours::Stretch;
use scene::Scene;

/// Opens a file of an inbox for writing, by its path relative to the inbox, e.g.
/// `order_events/2024-03.csv`. Each path is asked for once, one at a time, and flushed at its end.
pub type OpenFile<'a> = dyn FnMut(&str) -> io::Result<Box<dyn Write>> + 'a;

const MOST_WEEKS: u64 = 2_000;
/// A slot; no product is offered twice in one.
const MOST_CAMPAIGNS: u64 = 2_000;
const MOST_ROWS: u64 = 10_000_000_000;
/// Of a hundred rows; the rest are signals.
const ORDER_EVENTS: u64 = 20;
const PAGE_VIEWS: u64 = 42;

/// A market with this many rows of facts.
///
/// One file a table for makers, products, campaigns and candidates, one file a local month for
/// facts. Facts of a file are in order of time, as exports are, but for planted repeats. The
/// market ends when its last slot closes; nothing speaks of a time after that.
///
/// Slots open at a full hour, as page views are counted by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkMarket {
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// The local date on which the first slot opens.
    pub first_slot: NaiveDate,
    /// How many slots have facts; with a calendar of one week, weeks.
    pub weeks: u32,
    /// How many campaigns a slot has; eight candidates are proposed for every five.
    pub campaigns: u32,
    /// Rows of order events, the planted faulty rows and repeats among them.
    pub order_events: u64,
    /// Rows of social signals.
    pub social_signals: u64,
    /// Rows of page views.
    pub page_views: u64,
    /// When slots open.
    pub calendar: SlotCalendar,
}

/// What was written to a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableCounts {
    /// Rows, without the header.
    pub rows: u64,
    /// Those of them that nobody can read.
    pub faulty: u64,
    /// Those of them that repeat an earlier row of the same file, byte for byte.
    pub repeats: u64,
}

/// What was written, table by table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkCounts {
    /// Name of each table and what was written to it.
    pub tables: Vec<(&'static str, TableCounts)>,
}

impl BulkCounts {
    /// What was written to a table; nothing if it has no file.
    pub fn of(&self, table: &str) -> TableCounts {
        self.tables.iter().find(|(name, _)| *name == table).map(|(_, counts)| *counts).unwrap_or_default()
    }

    /// What was written in all.
    pub fn total(&self) -> TableCounts {
        self.tables.iter().fold(TableCounts::default(), |sum, (_, counts)| TableCounts {
            rows: sum.rows + counts.rows,
            faulty: sum.faulty + counts.faulty,
            repeats: sum.repeats + counts.repeats,
        })
    }
}

impl BulkMarket {
    /// Two years in Seoul from 2022-01-04, a Tuesday: 20 % order events, 42 % page views, 38 % social signals.
    pub fn of_rows(rows: u64) -> Self {
        let [order_events, page_views] = [rows * ORDER_EVENTS / 100, rows * PAGE_VIEWS / 100];
        Self::of_counts(order_events, rows - order_events - page_views, page_views)
    }

    /// The same two years with so many rows a table.
    pub fn of_counts(order_events: u64, social_signals: u64, page_views: u64) -> Self {
        Self {
            seed: 7,
            first_slot: NaiveDate::from_ymd_opt(2022, 1, 4).expect("2022-01-04 is a date"),
            weeks: 104,
            campaigns: 30,
            order_events,
            social_signals,
            page_views,
            calendar: SlotCalendar::default(),
        }
    }

    /// Rows of facts, of all tables.
    pub fn rows(&self) -> u64 {
        self.order_events + self.social_signals + self.page_views
    }

    /// When the last slot closes.
    ///
    /// # Errors
    /// When no slot opens on `first_slot`.
    pub fn ends_at(&self) -> Result<DateTime<Utc>, SimulateError> {
        let first = self.calendar.slot_on(self.first_slot)?;
        Ok((1..self.weeks).fold(first, |slot, _| self.calendar.following(&slot)).closes_at)
    }

    /// Writes the whole market.
    ///
    /// # Errors
    /// When a count is out of range, when no slot opens on `first_slot`, or when a file cannot be written.
    pub fn write(&self, open: &mut OpenFile<'_>) -> Result<BulkCounts, SimulateError> {
        let scene = Scene::of(self)?;
        let mut counts = BulkCounts::default();
        for (table, rows, file) in terms::tables(&scene)? {
            let failed = |source| SimulateError::Write { path: file.path.clone(), source };
            let mut to = open(&file.path).map_err(failed)?;
            to.write_all(&file.bytes).and_then(|()| to.flush()).map_err(failed)?;
            counts.tables.push((table, TableCounts { rows, ..TableCounts::default() }));
        }
        let stretch = Stretch { slots: 0..scene.weeks, most_hours: usize::MAX };
        self.facts(&scene, &stretch, None, open, &mut counts)?;
        Ok(counts)
    }

    /// Writes the facts of the 24 hours after the market's end: the opening of the next slot, whose
    /// campaigns the market announces. Its files are named after its first local date.
    ///
    /// # Errors
    /// As with [`BulkMarket::write`].
    pub fn write_day(&self, open: &mut OpenFile<'_>) -> Result<BulkCounts, SimulateError> {
        let scene = Scene::of(self)?;
        let mut counts = BulkCounts::default();
        let stretch = Stretch { slots: scene.weeks..scene.weeks + 1, most_hours: 24 };
        let name = scene.slots[scene.weeks].date.to_string();
        self.facts(&scene, &stretch, Some(&name), open, &mut counts)?;
        Ok(counts)
    }

    fn facts(
        &self,
        scene: &Scene,
        stretch: &Stretch,
        name: Option<&str>,
        open: &mut OpenFile<'_>,
        counts: &mut BulkCounts,
    ) -> Result<(), SimulateError> {
        let mut files = TableFiles::new(open, name, "order_events", orders::HEADER);
        counts.tables.push(("order_events", orders::write(scene, stretch, &mut files)?));
        let mut files = TableFiles::new(open, name, "page_views", views::HEADER);
        counts.tables.push(("page_views", views::write(scene, stretch, &mut files)?));
        let mut files = TableFiles::new(open, name, "social_signals", signals::HEADER);
        counts.tables.push(("social_signals", signals::write(scene, stretch, &mut files)?));
        Ok(())
    }

    fn check(&self) -> Result<(), SimulateError> {
        let counts = [
            ("weeks", MOST_WEEKS, u64::from(self.weeks)),
            ("campaigns", MOST_CAMPAIGNS, u64::from(self.campaigns)),
            ("rows", MOST_ROWS, self.rows()),
        ];
        match counts.into_iter().find(|(_, most, value)| !(1..=*most).contains(value)) {
            Some((name, most, value)) => Err(SimulateError::Count { name, most, value }),
            None => Ok(()),
        }
    }
}
