//! Measures `slotcast ingest` on load-test data of any size, optionally together with a peer.
//!
//! ```sh
//! cargo bench --bench ingest -- --rows 30000000 --repeat 3 --peer ../shared/peers/peer_duckdb.py
//! ```
//!
//! Each round ingests the inbox into a new lake, then with the peer. After the last round the same inbox is ingested
//! again, then one more day. At the end the row counts of the lake must equal those of the generator. The inbox (about
//! 65 bytes per row), the lake and the peer's tables are in the system's temporary folder (`TMPDIR`).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "results go to stdout, progress to stderr")]

mod arguments;
mod commands;
mod inbox;
mod lines;
mod measure;
mod report;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use slotcast_simulate::LoadMarket;

use crate::arguments::{Arguments, OwnArguments, count};
use crate::commands::{Peer, ingest, query, remove, report};
use crate::inbox::Inbox;
use crate::measure::folder_size;
use crate::report::{Ledger, Report};

fn main() -> ExitCode {
    arguments::run(bench)
}

#[derive(Debug)]
struct Rows(u64);

impl Default for Rows {
    fn default() -> Self {
        Self(3_000_000)
    }
}

impl OwnArguments for Rows {
    const NAME: &str = "ingest";
    const USAGE: &str = "\
cargo bench --bench ingest -- [--rows N] [--weeks N] [--repeat N] [--keep DIR] [--peer SCRIPT] [--python PYTHON]

  --rows N        rows of facts in the inbox [3000000]";

    fn parse(&mut self, word: &str, value: &mut dyn FnMut() -> Result<String>) -> Result<bool> {
        match word {
            "--rows" => self.0 = count(word, &value()?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn bench(arguments: &Arguments<Rows>) -> Result<Report> {
    let script = Peer::find(arguments)?;
    let folder =
        tempfile::Builder::new().prefix("slotcast-bench-").tempdir().context("a temporary folder")?;
    let market = LoadMarket { weeks: arguments.weeks, ..LoadMarket::with_rows(arguments.own.0) };
    let inbox = Inbox::load_or_create(&market, arguments.keep.as_deref().unwrap_or(folder.path()))?;
    inbox.warm()?;

    let (lake, out) = (folder.path().join("lake"), folder.path().join("peer"));
    let (mut fresh, mut peer) = (Vec::new(), Vec::new());
    for round in 1..=arguments.repeat {
        remove(&lake)?;
        fresh.push(report(&format!("round {round}: slotcast"), ingest(folder.path(), &inbox.whole, &lake)?));
        if let Some(script) = &script {
            remove(&out)?;
            peer.push(report(&format!("round {round}: peer"), script.run(&inbox.whole, &out, &["ingest"])?));
            remove(&out)?;
        }
    }
    let lake_bytes = folder_size(&lake)?;
    let again = report("the same inbox again", ingest(folder.path(), &inbox.whole, &lake)?);
    let day = report("one more day", ingest(folder.path(), &inbox.day, &lake)?);
    let ledger = ledger(folder.path(), &lake)?;
    let report = Report { inbox, fresh, peer, again, day, lake_bytes, ledger };
    let expected = report.expected();
    ensure!(
        report.ledger == expected,
        "{report}\n\nthe lake counts {:?}, the generator {expected:?}",
        report.ledger
    );
    Ok(report)
}

fn ledger(folder: &Path, lake: &Path) -> Result<Ledger> {
    let question =
        "select sum(read), sum(accepted), sum(rejected), sum(repeats), sum(filtered) from ingest_files";
    Ledger::parse(&query(folder, lake, &[question])?)
}
