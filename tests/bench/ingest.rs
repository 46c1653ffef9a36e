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
mod inbox;
mod measure;
mod report;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use slotcast_simulate::BulkMarket;

use crate::arguments::{Arguments, Wanted};
use crate::inbox::Inbox;
use crate::measure::{Measured, folder_size, run};
use crate::report::{Ledger, Report};

fn main() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn answer() -> Result<()> {
    match arguments::parse(std::env::args().skip(1))? {
        Wanted::Help => println!("{}", arguments::USAGE),
        Wanted::Nothing => eprintln!("nothing is measured by `cargo test`: `cargo bench --bench ingest`"),
        Wanted::Bench(arguments) => println!("{}", bench(&arguments)?),
    }
    Ok(())
}

fn bench(arguments: &Arguments) -> Result<Report> {
    if let Some(peer) = &arguments.peer {
        check_peer(&arguments.python, peer)?;
    }
    let folder =
        tempfile::Builder::new().prefix("slotcast-bench-").tempdir().context("a temporary folder")?;
    let market = BulkMarket { weeks: arguments.weeks, ..BulkMarket::of_rows(arguments.rows) };
    let inbox = Inbox::made_or_kept(&market, arguments.keep.as_deref().unwrap_or(folder.path()))?;
    inbox.warm()?;

    let (lake, out) = (folder.path().join("lake"), folder.path().join("peer"));
    let (mut fresh, mut peer) = (Vec::new(), Vec::new());
    for round in 1..=arguments.repeat {
        remove(&lake)?;
        fresh.push(said(&format!("round {round}: slotcast"), ingest(folder.path(), &inbox.whole, &lake)?));
        if let Some(script) = &arguments.peer {
            remove(&out)?;
            peer.push(said(
                &format!("round {round}: peer"),
                peer_ingest(&arguments.python, script, &inbox.whole, &out)?,
            ));
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

fn said(what: &str, measured: Measured) -> Measured {
    eprintln!("{what}: {:.2} s, {} MiB", measured.seconds, measured.peak_mib());
    measured
}

/// The command, in a folder without a settings file.
fn slotcast(folder: &Path, lake: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(folder).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG");
    command.arg("--lake").arg(lake);
    command
}

fn ingest(folder: &Path, inbox: &Path, lake: &Path) -> Result<Measured> {
    run(slotcast(folder, lake).arg("ingest").arg(inbox).args(["--history", "-q"]))
}

fn ledger(folder: &Path, lake: &Path) -> Result<Ledger> {
    let question =
        "select sum(read), sum(accepted), sum(rejected), sum(repeats), sum(filtered) from ingest_files";
    let answer = run(slotcast(folder, lake).args(["sql", question, "--format", "csv"]))?;
    Ledger::parse(&answer.stdout)
}

fn peer_ingest(python: &str, script: &Path, inbox: &Path, out: &Path) -> Result<Measured> {
    let mut measured = run(Command::new(python).arg(script).arg(inbox).arg(out).arg("ingest"))?;
    // Where `python` is a wrapper, the peak that was seen is the wrapper's.
    let told: serde_json::Value =
        serde_json::from_str(measured.stdout.trim()).context("what the peer prints is not JSON")?;
    let told = told.get("peak_mib").and_then(serde_json::Value::as_u64).unwrap_or(0);
    measured.peak_bytes = measured.peak_bytes.max(told << 20);
    Ok(measured)
}

fn check_peer(python: &str, script: &Path) -> Result<()> {
    ensure!(script.is_file(), "there is no peer at `{}`", script.display());
    let import = Command::new(python)
        .args(["-c", "import duckdb, numpy"])
        .output()
        .with_context(|| format!("`{python}` cannot be started; hint: `--python PATH`"))?;
    if !import.status.success() {
        let reason = String::from_utf8_lossy(&import.stderr);
        let reason = reason.trim().lines().last().unwrap_or("no reason given").to_owned();
        bail!(
            "the peer cannot run: `{python}` lacks duckdb or numpy ({reason})\n\
             hint: `{python} -m pip install duckdb numpy`, or `--python PATH` for one that has them"
        );
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("`{}` stays", folder.display()))?;
    }
    Ok(())
}
