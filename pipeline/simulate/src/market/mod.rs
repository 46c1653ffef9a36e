//! Markets whose truth is known.
//!
//! [`MarketSpec`] names every number, [`Market`] plans what happens and writes it: an inbox in the
//! contract's shape, and the truth. Slots are made side by side; bytes depend on the seed alone.
//!
#![doc = include_str!("../../PROCESS.md")]

mod checks;
mod counts;
mod curve;
mod draws;
mod facts;
mod files;
mod goods;
mod law;
mod orders;
mod plan;
mod preset;
mod rows;
mod spec;
mod tables;
mod truth;
mod world;

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

pub use counts::Counts;
pub use files::{FileForm, OpenShared};
pub use preset::Preset;
pub use spec::MarketSpec;

use crate::{csv_table::MarketFile, error::SimulateError};
use files::{write_rows, write_table};
use law::OrderSizes;
use plan::{CUTOFF, Maker, SlotPlan};
use world::World;

/// A market whose truth is known.
pub struct Market {
    spec: MarketSpec,
    seed: u64,
    calendar: SlotCalendar,
    world: World,
    plans: Vec<SlotPlan>,
}

/// What of a market is written, and how.
#[derive(Clone, Copy, Debug)]
pub struct Writing {
    /// The form of files.
    pub form: FileForm,
    /// Only what was not known before this moment.
    pub since: Option<DateTime<Utc>>,
    /// Only what was known before this moment.
    pub until: DateTime<Utc>,
    /// Slots that are made at once.
    pub threads: usize,
}

impl Market {
    /// Plans a market: who offers what, whom the merchandiser chooses, what hits.
    ///
    /// # Errors
    /// [`SimulateError::Range`] and its kin where a number of the specification cannot be.
    pub fn new(spec: MarketSpec, seed: u64) -> Result<Self, SimulateError> {
        spec.check()?;
        let calendar = spec.calendar()?;
        let world = World::make(&spec, seed, Maker::pool(&spec));
        let mut market = Self { spec, seed, calendar, world, plans: Vec::new() };
        market.plans = market.maker().plan()?;
        Ok(market)
    }

    fn maker(&self) -> Maker<'_> {
        let sizes = OrderSizes::new(self.spec.traps.bulk_orders);
        Maker { spec: &self.spec, seed: self.seed, calendar: self.calendar, world: &self.world, sizes }
    }

    /// Its numbers.
    pub fn spec(&self) -> &MarketSpec {
        &self.spec
    }

    /// When its slots open.
    pub fn calendar(&self) -> SlotCalendar {
        self.calendar
    }

    /// The evening before the line-up of the first slot that is not decided yet.
    pub fn default_until(&self) -> DateTime<Utc> {
        let next = &self.plans[self.spec.market.slots as usize].slot;
        self.calendar.days_before(next, CUTOFF) - TimeDelta::hours(14)
    }

    /// Share of hits among the campaigns that were not withdrawn; 0 without any.
    pub fn hit_rate(&self) -> f64 {
        let ran = self.plans.iter().flat_map(|plan| plan.offers.iter().filter(|offer| plan.runs(offer)));
        let hits: Vec<bool> =
            ran.filter(|offer| offer.withdrawn_at.is_none()).map(|offer| offer.hit).collect();
        hits.iter().filter(|hit| **hit).count() as f64 / hits.len().max(1) as f64
    }

    /// The truth of every offer, in the order of slots and ids: `id`, `campaign_id` (null if it did not run),
    /// `slot_date`, `threshold`, `selected`, `p_hit_oracle`, `p_hit_knowable`, `mean_demand` and `demand` in the
    /// threshold's basis, `mean_alerts`, `mean_wishes`, `mean_shares`, `mean_likes`, `dispersion`, `hit` (null if it did not run or was withdrawn).
    ///
    /// # Errors
    /// Only where memory cannot hold the columns.
    pub fn truth(&self, threads: usize) -> Result<RecordBatch, SimulateError> {
        let maker = self.maker();
        let batches =
            side_by_side(threads, self.plans.len(), |index| maker.truth(index, &self.plans[index]))?;
        Ok(concat_batches(&batches[0].schema(), &batches)?)
    }

    /// Writes the truth as Parquet.
    ///
    /// # Errors
    /// [`SimulateError::Write`] and its kin where `to` does not take it.
    pub fn write_truth(&self, threads: usize, to: &mut (dyn Write + Send)) -> Result<(), SimulateError> {
        write_rows(FileForm::Parquet, &self.truth(threads)?, to)
    }

    /// The files of the inbox in memory, in the order of their paths; for small markets.
    ///
    /// # Errors
    /// As with [`Market::write_inbox`].
    pub fn files(&self, writing: &Writing) -> Result<(Vec<MarketFile>, Counts), SimulateError> {
        let sheets = Mutex::default();
        let counts = {
            let open = |path: &str| -> io::Result<Box<dyn Write + Send + '_>> {
                Ok(Box::new(Sheet { sheets: &sheets, path: path.to_owned() }))
            };
            self.write_inbox(writing, &open, &|_, _| ())?
        };
        let sheets = sheets.into_inner().expect("no writer panicked");
        Ok((sheets.into_iter().map(|(path, bytes)| MarketFile { path, bytes }).collect(), counts))
    }

    /// Writes the inbox: one file a table of makers, products, candidates and campaigns, one file a slot of
    /// facts. `progress` hears how many slots are done.
    ///
    /// # Errors
    /// [`SimulateError::Write`] and its kin where a file cannot be written.
    pub fn write_inbox(
        &self,
        writing: &Writing,
        open: &OpenShared<'_>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Counts, SimulateError> {
        let known = writing.since.map_or(i64::MIN, |since| since.timestamp_micros())
            ..writing.until.timestamp_micros();
        let maker = self.maker();
        let mut counts = Counts::default();
        let name = writing
            .since
            .map_or_else(|| "all".to_owned(), |since| since.format("%Y%m%dT%H%M%SZ").to_string());
        let put = |table: &str, file: &str, batch: &RecordBatch| {
            write_table(writing.form, &format!("{table}/{file}"), batch, open)
                .map(|()| batch.num_rows() as u64)
        };
        counts.goods += put("makers", &name, &maker.makers(&self.plans, &known)?)?;
        counts.goods += put("products", &name, &maker.products(&self.plans, &known)?)?;
        counts.candidates += put("candidates", &name, &maker.candidates(&self.plans, &known)?)?;
        counts.campaigns += put("campaigns", &name, &maker.campaigns(&self.plans, &known)?)?;
        let done = AtomicUsize::new(0);
        let made = side_by_side(writing.threads, self.plans.len(), |index| {
            let plan = &self.plans[index];
            let facts = maker.facts(index, plan, &known)?;
            let date = plan.slot.date.to_string();
            let file = if writing.since.is_some() { format!("{date}-{name}") } else { date };
            let mut counts = facts.counts;
            counts.order_events = put("order_events", &file, &facts.orders)?;
            counts.order_snapshots = put("order_snapshots", &file, &facts.snapshots)?;
            counts.page_views = put("page_views", &file, &facts.views)?;
            counts.social_signals = put("social_signals", &file, &facts.signals)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, self.plans.len());
            Ok(counts)
        })?;
        made.iter().for_each(|own| counts.add(own));
        Ok(counts)
    }
}

/// A file that is written to memory.
struct Sheet<'a> {
    sheets: &'a Mutex<BTreeMap<String, Vec<u8>>>,
    path: String,
}

impl Write for Sheet<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sheets = self.sheets.lock().expect("no writer panicked");
        sheets.entry(self.path.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Does the same for every number below `count`, in some threads; gives what came out in order.
fn side_by_side<R: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<R, SimulateError> + Sync,
) -> Result<Vec<R>, SimulateError> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<R, SimulateError>)>> = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, count.max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let result = work(index);
                    if result.is_err() {
                        next.store(count, Ordering::Relaxed);
                    }
                    done.lock().expect("no worker panicked").push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker panicked");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
