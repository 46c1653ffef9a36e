//! The measured commands of slotcast and of the peer.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::arguments::Arguments;
use crate::measure::{Measurement, run};

/// The command, in a folder without a settings file.
pub(crate) fn slotcast(folder: &Path, lake: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(folder).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG");
    command.arg("--lake").arg(lake);
    command
}

pub(crate) fn ingest(folder: &Path, inbox: &Path, lake: &Path) -> Result<Measurement> {
    run(slotcast(folder, lake).arg("ingest").arg(inbox).args(["--history", "-q"]))
}

/// Result of `slotcast sql` as CSV with a header.
pub(crate) fn query(folder: &Path, lake: &Path, words: &[&str]) -> Result<String> {
    Ok(run(slotcast(folder, lake).arg("sql").args(words).args(["--format", "csv"]))?.stdout)
}

/// Another implementation of the same work.
#[derive(Debug)]
pub(crate) struct Peer<'a> {
    python: &'a str,
    script: &'a Path,
}

impl<'a> Peer<'a> {
    /// The requested peer, if it can run.
    pub(crate) fn find<O>(arguments: &'a Arguments<O>) -> Result<Option<Self>> {
        let Some(script) = &arguments.peer else { return Ok(None) };
        let python = arguments.python.as_str();
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
        Ok(Some(Self { python, script }))
    }

    /// Runs stages of the peer; `stats` also needs a time.
    pub(crate) fn run(&self, inbox: &Path, out: &Path, stages: &[&str]) -> Result<Measurement> {
        let mut measured = run(Command::new(self.python).arg(self.script).arg(inbox).arg(out).args(stages))?;
        // If `python` is a wrapper, the observed peak is that of the wrapper.
        let printed: serde_json::Value =
            serde_json::from_str(measured.stdout.trim()).context("the peer prints no JSON")?;
        let peak_mib = printed.get("peak_mib").and_then(serde_json::Value::as_u64).unwrap_or(0);
        measured.peak_bytes = measured.peak_bytes.max(peak_mib << 20);
        Ok(measured)
    }
}

/// Prints a measurement.
pub(crate) fn report(what: &str, measured: Measurement) -> Measurement {
    eprintln!("{what}: {:.2} s, {} MiB", measured.seconds, measured.peak_mib());
    measured
}

pub(crate) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("`{}` cannot be removed", folder.display()))?;
    }
    Ok(())
}
