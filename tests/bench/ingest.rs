//! Measures `slotcast ingest` on a made market of any size, beside a peer if there is one.
//!
//! ```sh
//! cargo bench --bench ingest -- --rows 30000000 --repeat 3 --peer ../shared/peers/peer_duckdb.py
//! ```
//!
//! Each round takes the inbox into a fresh lake and then lets the peer do the
//! same. After the last round the lake gets the same inbox again, and then one
//! more day. At the end the lake's own account must be that of the generator.
//! Files go to the system's temporary folder (`TMPDIR`): the inbox, at some 65
//! bytes a row, a lake, and the peer's tables.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "figures are data, progress is talk")]

mod arguments;
mod commands;
mod inbox;
mod lines;
mod measure;
mod report;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use slotcast_simulate::BulkMarket;

use crate::arguments::{Arguments, Own, count};
use crate::commands::{Peer, ask, ingest, remove, said};
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

impl Own for Rows {
    const NAME: &str = "ingest";
    const USAGE: &str = "\
cargo bench --bench ingest -- [--rows N] [--weeks N] [--repeat N] [--keep DIR] [--peer SCRIPT] [--python PYTHON]

  --rows N        rows of facts in the inbox [3000000]";

    fn take(&mut self, word: &str, value: &mut dyn FnMut() -> Result<String>) -> Result<bool> {
        match word {
            "--rows" => self.0 = count(word, &value()?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn bench(arguments: &Arguments<Rows>) -> Result<Report> {
    let script = Peer::wanted(arguments)?;
    let folder =
        tempfile::Builder::new().prefix("slotcast-bench-").tempdir().context("a temporary folder")?;
    let market = BulkMarket { weeks: arguments.weeks, ..BulkMarket::of_rows(arguments.own.0) };
    let inbox = Inbox::made_or_kept(&market, arguments.keep.as_deref().unwrap_or(folder.path()))?;
    inbox.warm()?;

    let (lake, out) = (folder.path().join("lake"), folder.path().join("peer"));
    let (mut fresh, mut peer) = (Vec::new(), Vec::new());
    for round in 1..=arguments.repeat {
        remove(&lake)?;
        fresh.push(said(&format!("round {round}: slotcast"), ingest(folder.path(), &inbox.whole, &lake)?));
        if let Some(script) = &script {
            remove(&out)?;
            peer.push(said(&format!("round {round}: peer"), script.run(&inbox.whole, &out, &["ingest"])?));
            remove(&out)?;
        }
    }
    let lake_bytes = folder_size(&lake)?;
    let again = said("the same inbox again", ingest(folder.path(), &inbox.whole, &lake)?);
    let day = said("one more day", ingest(folder.path(), &inbox.day, &lake)?);
    let ledger = ledger(folder.path(), &lake)?;
    let report = Report { inbox, fresh, peer, again, day, lake_bytes, ledger };
    let expected = report.expected();
    ensure!(
        report.ledger == expected,
        "{report}\n\nthe lake's account is {:?}, but what was written is {expected:?}",
        report.ledger
    );
    Ok(report)
}

fn ledger(folder: &Path, lake: &Path) -> Result<Ledger> {
    let question =
        "select sum(read), sum(accepted), sum(rejected), sum(repeats), sum(filtered) from ingest_files";
    Ledger::parse(&ask(folder, lake, &[question])?)
}
