//! Writing a load-test market as an inbox.

use super::{
    catalog::Catalog,
    counts::{LoadCounts, TableCounts},
    dimensions,
    hours::HourRange,
    load_market::LoadMarket,
    orders, signals,
    table_files::{FileOpener, TableFiles},
    views,
};
use crate::error::SimulateError;

impl LoadMarket {
    /// Writes the whole market.
    ///
    /// # Errors
    /// If a count is out of range, no slot opens on `first_slot`, or a file cannot be written.
    pub fn write(&self, open: &mut FileOpener<'_>) -> Result<LoadCounts, SimulateError> {
        let catalog = Catalog::new(self)?;
        let mut counts = LoadCounts::default();
        for (table, rows, file) in dimensions::tables(&catalog)? {
            let failed = |source| SimulateError::Write { path: file.path.clone(), source };
            let mut to = open(&file.path).map_err(failed)?;
            to.write_all(&file.bytes).and_then(|()| to.flush()).map_err(failed)?;
            counts.tables.push((table, TableCounts { rows, ..TableCounts::default() }));
        }
        let range = HourRange { slots: 0..catalog.weeks, max_hours: usize::MAX };
        write_facts(&catalog, &range, None, open, &mut counts)?;
        Ok(counts)
    }

    /// Writes the facts of the 24 hours after the market's end: the first day of the next slot, whose campaigns
    /// are already scheduled. The files are named after the local date of its opening.
    ///
    /// # Errors
    /// The errors of [`LoadMarket::write`].
    pub fn write_day(&self, open: &mut FileOpener<'_>) -> Result<LoadCounts, SimulateError> {
        let catalog = Catalog::new(self)?;
        let mut counts = LoadCounts::default();
        let range = HourRange { slots: catalog.weeks..catalog.weeks + 1, max_hours: 24 };
        let name = catalog.slots[catalog.weeks].date.to_string();
        write_facts(&catalog, &range, Some(&name), open, &mut counts)?;
        Ok(counts)
    }
}

fn write_facts(
    catalog: &Catalog,
    range: &HourRange,
    name: Option<&str>,
    open: &mut FileOpener<'_>,
    counts: &mut LoadCounts,
) -> Result<(), SimulateError> {
    let mut files = TableFiles::new(open, name, "order_events", orders::HEADER);
    counts.tables.push(("order_events", orders::write(catalog, range, &mut files)?));
    let mut files = TableFiles::new(open, name, "page_views", views::HEADER);
    counts.tables.push(("page_views", views::write(catalog, range, &mut files)?));
    let mut files = TableFiles::new(open, name, "social_signals", signals::HEADER);
    counts.tables.push(("social_signals", signals::write(catalog, range, &mut files)?));
    Ok(())
}
