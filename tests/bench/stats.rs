//! Measures `slotcast stats` on a made market of any size, beside a peer if there is one.
//!
//! ```sh
//! cargo bench --bench stats -- --orders 6000000 --signals 20000000 --views 7000000 \
//!     --peer ../shared/peers/peer_duckdb.py --python PYTHON
//! ```
//!
//! The inbox is taken in once. Each round builds everything anew, for a moment of its own, and then
//! lets the peer do the same. Then come nights: with nothing new, and, each time on a copy of the same
//! lake, with one more day taken in: the first of its weekday, and one in a lake that has seen every
//! weekday. What such a night leaves must equal what `--full` makes of the same facts for the same
//! moment. `--tenfold` does the same with ten times the weeks, for which a night
//! should take no longer. Files go to the system's temporary folder (`TMPDIR`): the inbox, at
//! some 60 bytes a row, lakes, and the peer's tables.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are data, progress is talk")]

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
use slotcast_simulate::BulkMarket;

use crate::arguments::{Arguments, Own, count};
use crate::commands::Peer;
use crate::lines::ratio;
use crate::nights::{Measuring, Nights};

fn main() -> ExitCode {
    arguments::run(bench)
}

#[derive(Debug)]
struct Market {
    orders: u64,
    signals: u64,
    views: u64,
    campaigns: u32,
    tenfold: bool,
    /// Passed on to `slotcast stats`.
    memory: Option<u64>,
}

impl Default for Market {
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

impl Own for Market {
    const NAME: &str = "stats";
    const USAGE: &str = "\
cargo bench --bench stats -- [--orders N] [--signals N] [--views N] [--campaigns N] [--tenfold] [--memory MIB]
    [--weeks N] [--repeat N] [--keep DIR] [--peer SCRIPT] [--python PYTHON]

  --orders N      rows of order events [600000]
  --signals N     rows of social signals [2000000]
  --views N       rows of page views [700000]
  --campaigns N   campaigns a slot [30]
  --tenfold       the same again with ten times the weeks, and as many rows a week
  --memory MIB    what `slotcast stats --memory` is given [nothing]";

    fn take(&mut self, word: &str, value: &mut dyn FnMut() -> Result<String>) -> Result<bool> {
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

fn bench(arguments: &Arguments<Market>) -> Result<Report> {
    let peer = Peer::wanted(arguments)?;
    let Market { orders, signals, views, campaigns, tenfold, .. } = arguments.own;
    let once =
        BulkMarket { weeks: arguments.weeks, campaigns, ..BulkMarket::of_counts(orders, signals, views) };
    let tenfold = if tenfold { Some(ten_times(&once)?) } else { None };
    let once = nights(arguments, &once, arguments.repeat, peer.as_ref())?;
    // Of ten times the rows, one full build says enough.
    let tenfold = tenfold.map(|market| nights(arguments, &market, 1, None)).transpose()?;
    let report = Report { once, tenfold };
    let nights = [Some(&report.once), report.tenfold.as_ref()];
    let differing: Vec<&str> =
        nights.into_iter().flatten().flat_map(|nights| &nights.differing).map(String::as_str).collect();
    ensure!(
        differing.is_empty(),
        "{report}\n\na night is not what `--full` makes of the same facts:\n  {}",
        differing.join("\n  ")
    );
    Ok(report)
}

fn nights(
    arguments: &Arguments<Market>,
    market: &BulkMarket,
    rounds: u32,
    peer: Option<&Peer<'_>>,
) -> Result<Nights> {
    let folder =
        tempfile::Builder::new().prefix("slotcast-bench-").tempdir().context("a temporary folder")?;
    let (folder, keep) = (folder.path(), arguments.keep.as_deref().unwrap_or(folder.path()));
    let (nights, memory) = (arguments.repeat, arguments.own.memory);
    Measuring { folder, keep, market, rounds, nights, memory, peer }.nights()
}

/// A market that ends on the same day and began ten times as long before it.
fn ten_times(market: &BulkMarket) -> Result<BulkMarket> {
    let days = market.ends_at()?.signed_duration_since(market.calendar.slot_on(market.first_slot)?.opens_at);
    let earlier = Days::new(days.num_days().unsigned_abs() * 9);
    Ok(BulkMarket {
        first_slot: market.first_slot.checked_sub_days(earlier).context("so early there is no calendar")?,
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
