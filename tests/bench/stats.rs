//! Measures `slotcast stats` on load-test data of any size, optionally together with a peer.
//!
//! ```sh
//! cargo bench --bench stats -- --orders 6000000 --signals 20000000 --views 7000000 \
//!     --peer ../shared/peers/peer_duckdb.py --python PYTHON
//! ```
//!
//! The inbox is ingested once. Each round is a full build by slotcast and one by the peer. Then nights are measured:
//! without new facts, and with one more day on a copy of the lake. That day is once the first of its weekday, and once
//! a day in a lake that has features of every weekday. A night must equal a full build of the same facts for the same
//! time. `--tenfold` repeats everything with ten times the weeks; a night should not take longer. The inbox (about 60
//! bytes per row), the lakes and the peer's tables are in the system's temporary folder (`TMPDIR`).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "results go to stdout, progress to stderr")]

mod arguments;
mod commands;
mod inbox;
mod lines;
mod measure;
mod nights;
mod sums;

use std::fmt;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use chrono::Days;
use slotcast_simulate::LoadMarket;

use crate::arguments::{Arguments, OwnArguments, count};
use crate::commands::Peer;
use crate::lines::ratio;
use crate::nights::{NightBench, Nights};

fn main() -> ExitCode {
    arguments::run(bench)
}

#[derive(Debug)]
struct StatsArguments {
    orders: u64,
    signals: u64,
    views: u64,
    campaigns: u32,
    tenfold: bool,
    /// Value of `slotcast stats --memory`.
    memory: Option<u64>,
}

impl Default for StatsArguments {
    fn default() -> Self {
        Self {
            orders: 600_000,
            signals: 2_000_000,
            views: 700_000,
            campaigns: 30,
            tenfold: false,
            memory: None,
        }
    }
}

impl OwnArguments for StatsArguments {
    const NAME: &str = "stats";
    const USAGE: &str = "\
cargo bench --bench stats -- [--orders N] [--signals N] [--views N] [--campaigns N] [--tenfold] [--memory MIB]
    [--weeks N] [--repeat N] [--keep DIR] [--peer SCRIPT] [--python PYTHON]

  --orders N      rows of order events [600000]
  --signals N     rows of social signals [2000000]
  --views N       rows of page views [700000]
  --campaigns N   campaigns per slot [30]
  --tenfold       repeat with ten times the weeks and the same rows per week
  --memory MIB    value of `slotcast stats --memory` [none]";

    fn parse(&mut self, word: &str, value: &mut dyn FnMut() -> Result<String>) -> Result<bool> {
        match word {
            "--orders" => self.orders = count(word, &value()?)?,
            "--signals" => self.signals = count(word, &value()?)?,
            "--views" => self.views = count(word, &value()?)?,
            "--campaigns" => self.campaigns = u32::try_from(count(word, &value()?)?)?,
            "--tenfold" => self.tenfold = true,
            "--memory" => self.memory = Some(count(word, &value()?)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn bench(arguments: &Arguments<StatsArguments>) -> Result<Report> {
    let peer = Peer::find(arguments)?;
    let StatsArguments { orders, signals, views, campaigns, tenfold, .. } = arguments.own;
    let once =
        LoadMarket { weeks: arguments.weeks, campaigns, ..LoadMarket::with_counts(orders, signals, views) };
    let tenfold = if tenfold { Some(ten_times(&once)?) } else { None };
    let once = nights(arguments, &once, arguments.repeat, peer.as_ref())?;
    // One full build of ten times the rows is enough.
    let tenfold = tenfold.map(|market| nights(arguments, &market, 1, None)).transpose()?;
    let report = Report { once, tenfold };
    let nights = [Some(&report.once), report.tenfold.as_ref()];
    let differing: Vec<&str> =
        nights.into_iter().flatten().flat_map(|nights| &nights.differing).map(String::as_str).collect();
    ensure!(
        differing.is_empty(),
        "{report}\n\na night differs from a full build of the same facts:\n  {}",
        differing.join("\n  ")
    );
    Ok(report)
}

fn nights(
    arguments: &Arguments<StatsArguments>,
    market: &LoadMarket,
    rounds: u32,
    peer: Option<&Peer<'_>>,
) -> Result<Nights> {
    let folder =
        tempfile::Builder::new().prefix("slotcast-bench-").tempdir().context("a temporary folder")?;
    let (folder, keep) = (folder.path(), arguments.keep.as_deref().unwrap_or(folder.path()));
    let (nights, memory) = (arguments.repeat, arguments.own.memory);
    NightBench { folder, keep, market, rounds, nights, memory, peer }.nights()
}

/// A market with the same end and ten times the length.
fn ten_times(market: &LoadMarket) -> Result<LoadMarket> {
    let days = market.ends_at()?.signed_duration_since(market.calendar.slot_on(market.first_slot)?.opens_at);
    let earlier = Days::new(days.num_days().unsigned_abs() * 9);
    Ok(LoadMarket {
        first_slot: market
            .first_slot
            .checked_sub_days(earlier)
            .context("the market starts before the calendar")?,
        weeks: market.weeks * 10,
        order_events: market.order_events * 10,
        social_signals: market.social_signals * 10,
        page_views: market.page_views * 10,
        ..market.clone()
    })
}

#[derive(Debug)]
struct Report {
    once: Nights,
    tenfold: Option<Nights>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { once, tenfold } = self;
        write!(f, "{once}")?;
        let Some(tenfold) = tenfold else { return Ok(()) };
        writeln!(f, "\nten times the weeks\n")?;
        writeln!(f, "{tenfold}")?;
        ratio(f, "ten times the weeks: full", &tenfold.full, &once.full)?;
        ratio(f, "ten times: nothing new", &tenfold.quiet, &once.quiet)?;
        ratio(f, "ten times: night", &tenfold.night, &once.night)?;
        let [over, under] = [tenfold, once].map(|nights| std::slice::from_ref(&nights.first));
        ratio(f, "ten times: first night", over, under)
    }
}
