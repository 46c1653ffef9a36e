//! Markets with known ground truth.
//!
//! [`MarketSpec`] holds every setting. [`Market`] plans the market, then writes an inbox in the contract's shape and
//! the ground truth. Slots are simulated in parallel; the bytes depend on settings and seed only.
//!
#![doc = include_str!("../../PROCESS.md")]

mod preset;
mod ranges;
mod settings;
mod spec;

mod arrival_curve;
mod compound_demand;
mod population;

mod draw_offer;
mod generator;
mod lineup;
mod plan;
mod planning;

mod orders;
mod truth;

mod columns;
mod counts;
mod dimension_tables;
mod facts;
mod order_columns;
mod row_noise;
mod traffic_columns;
mod visible_range;

mod output;
mod parallel;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use arrow::{array::RecordBatch, compute::concat_batches};
use chrono::{DateTime, TimeDelta, Utc};
use slotcast_core::SlotCalendar;

pub use counts::MarketCounts;
pub use output::{OutputFormat, SyncFileOpener};
pub use preset::Preset;
pub use spec::MarketSpec;

use crate::{error::SimulateError, market_file::MarketFile};
use compound_demand::OrderSizes;
use generator::MarketGenerator;
use output::{write_rows, write_table};
use parallel::parallel_map;
use plan::{CUTOFF_DAYS, SlotPlan};
use population::Population;
use visible_range::VisibleRange;

/// A market with known ground truth.
pub struct Market {
    spec: MarketSpec,
    seed: u64,
    calendar: SlotCalendar,
    population: Population,
    plans: Vec<SlotPlan>,
}

/// Format and range of the rows that are written.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// Format of the files.
    pub format: OutputFormat,
    /// Only rows that become known at or after this time.
    pub since: Option<DateTime<Utc>>,
    /// Only rows that become known before this time.
    pub until: DateTime<Utc>,
    /// Number of slots simulated in parallel.
    pub threads: usize,
}

impl Market {
    /// Plans a market: offers, line-ups and outcomes.
    ///
    /// # Errors
    /// The errors of [`MarketSpec::check`].
    pub fn new(spec: MarketSpec, seed: u64) -> Result<Self, SimulateError> {
        spec.check()?;
        let calendar = spec.calendar()?;
        let population = Population::draw(&spec, seed, MarketGenerator::pool(&spec));
        let mut market = Self { spec, seed, calendar, population, plans: Vec::new() };
        market.plans = market.generator().plan()?;
        Ok(market)
    }

    fn generator(&self) -> MarketGenerator<'_> {
        MarketGenerator {
            spec: &self.spec,
            seed: self.seed,
            calendar: self.calendar,
            population: &self.population,
            sizes: OrderSizes::new(self.spec.anomalies.bulk_orders),
        }
    }

    /// Settings of the market.
    pub fn spec(&self) -> &MarketSpec {
        &self.spec
    }

    /// Opening times of the market's slots.
    pub fn calendar(&self) -> SlotCalendar {
        self.calendar
    }

    /// The evening before the line-up of the first undecided slot.
    pub fn default_until(&self) -> DateTime<Utc> {
        let next = &self.plans[self.spec.market.slots as usize].slot;
        self.calendar.days_before(next, CUTOFF_DAYS) - TimeDelta::hours(14)
    }

    /// Share of hits among the campaigns that were not withdrawn; 0 without campaigns.
    pub fn hit_rate(&self) -> f64 {
        let ran = self.plans.iter().flat_map(|plan| plan.offers.iter().filter(|offer| plan.runs(offer)));
        let hits: Vec<bool> =
            ran.filter(|offer| offer.withdrawn_at.is_none()).map(|offer| offer.hit).collect();
        hits.iter().filter(|hit| **hit).count() as f64 / hits.len().max(1) as f64
    }

    /// Ground truth of every offer, ordered by slot and id.
    ///
    /// Columns: `id`, `campaign_id` (null without a campaign), `slot_date`, `threshold`, `selected`, `p_hit_oracle`,
    /// `p_hit_knowable`, `mean_demand`, `mean_alerts`, `mean_wishes`, `mean_shares`, `mean_likes`, `dispersion`,
    /// `demand`, `hit` (null without a campaign or if it was withdrawn). `mean_demand` and `demand` are in the
    /// threshold's basis.
    ///
    /// # Errors
    /// If memory cannot hold the columns.
    pub fn truth(&self, threads: usize) -> Result<RecordBatch, SimulateError> {
        let generator = self.generator();
        let batches =
            parallel_map(threads, self.plans.len(), |index| generator.truth(index, &self.plans[index]))?;
        Ok(concat_batches(&batches[0].schema(), &batches)?)
    }

    /// Writes the ground truth as Parquet.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_truth(&self, threads: usize, to: &mut (dyn Write + Send)) -> Result<(), SimulateError> {
        write_rows(OutputFormat::Parquet, &self.truth(threads)?, to)
    }

    /// Files of the inbox in memory, ordered by path. For small markets.
    ///
    /// # Errors
    /// The errors of [`Market::write_inbox`].
    pub fn files(&self, options: &WriteOptions) -> Result<(Vec<MarketFile>, MarketCounts), SimulateError> {
        let files = Mutex::default();
        let counts = {
            let open = |path: &str| -> io::Result<Box<dyn Write + Send + '_>> {
                Ok(Box::new(MemoryFile { files: &files, path: path.to_owned() }))
            };
            self.write_inbox(options, &open, &|_, _| ())?
        };
        let files = files.into_inner().expect("no writer panicked");
        Ok((files.into_iter().map(|(path, bytes)| MarketFile { path, bytes }).collect(), counts))
    }

    /// Writes the inbox: one file per table of makers, products, candidates and campaigns, one file per slot and
    /// fact table. `progress` gets the number of finished slots and of all slots.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn write_inbox(
        &self,
        options: &WriteOptions,
        open: &SyncFileOpener<'_>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<MarketCounts, SimulateError> {
        let visible = VisibleRange::new(options.since, options.until);
        let generator = self.generator();
        let mut counts = MarketCounts::default();
        let name = options
            .since
            .map_or_else(|| "all".to_owned(), |since| since.format("%Y%m%dT%H%M%SZ").to_string());
        let put = |table: &str, file: &str, batch: &RecordBatch| {
            write_table(options.format, &format!("{table}/{file}"), batch, open)
                .map(|()| batch.num_rows() as u64)
        };
        counts.dimensions += put("makers", &name, &generator.makers(&self.plans, &visible)?)?;
        counts.dimensions += put("products", &name, &generator.products(&self.plans, &visible)?)?;
        counts.candidates += put("candidates", &name, &generator.candidates(&self.plans, &visible)?)?;
        counts.campaigns += put("campaigns", &name, &generator.campaigns(&self.plans, &visible)?)?;
        let finished = AtomicUsize::new(0);
        let slot_counts = parallel_map(options.threads, self.plans.len(), |index| {
            let plan = &self.plans[index];
            let facts = generator.facts(index, plan, &visible)?;
            let date = plan.slot.date.to_string();
            let file = if options.since.is_some() { format!("{date}-{name}") } else { date };
            let mut counts = facts.counts;
            counts.order_events = put("order_events", &file, &facts.orders)?;
            counts.order_snapshots = put("order_snapshots", &file, &facts.snapshots)?;
            counts.page_views = put("page_views", &file, &facts.views)?;
            counts.social_signals = put("social_signals", &file, &facts.signals)?;
            progress(finished.fetch_add(1, Ordering::Relaxed) + 1, self.plans.len());
            Ok(counts)
        })?;
        slot_counts.iter().for_each(|own| counts.add(own));
        Ok(counts)
    }
}

/// A writer to a file in memory.
struct MemoryFile<'a> {
    files: &'a Mutex<BTreeMap<String, Vec<u8>>>,
    path: String,
}

impl Write for MemoryFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut files = self.files.lock().expect("no writer panicked");
        files.entry(self.path.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
