//! The commands that are measured: slotcast's and the peer's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::arguments::Arguments;
use crate::measure::{Measured, run};

/// The command, in a folder without a settings file.
pub(crate) fn slotcast(folder: &Path, lake: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slotcast"));
    command.current_dir(folder).env_remove("SLOTCAST_LAKE").env_remove("SLOTCAST_CONFIG");
    command.arg("--lake").arg(lake);
    command
}

pub(crate) fn ingest(folder: &Path, inbox: &Path, lake: &Path) -> Result<Measured> {
    run(slotcast(folder, lake).arg("ingest").arg(inbox).args(["--history", "-q"]))
}

/// What `slotcast sql` answers, as CSV with a header.
pub(crate) fn ask(folder: &Path, lake: &Path, words: &[&str]) -> Result<String> {
    Ok(run(slotcast(folder, lake).arg("sql").args(words).args(["--format", "csv"]))?.stdout)
}

/// What does the same work with other means.
#[derive(Debug)]
pub(crate) struct Peer<'a> {
    python: &'a str,
    script: &'a Path,
}

impl<'a> Peer<'a> {
    /// The peer that was asked for, if it can run.
    pub(crate) fn wanted<O>(arguments: &'a Arguments<O>) -> Result<Option<Self>> {
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

    /// Some stages, and for which moment where that matters.
    pub(crate) fn run(&self, inbox: &Path, out: &Path, stages: &[&str]) -> Result<Measured> {
        let mut measured = run(Command::new(self.python).arg(self.script).arg(inbox).arg(out).args(stages))?;
        // Where `python` is a wrapper, the peak that was seen is the wrapper's.
        let told: serde_json::Value =
            serde_json::from_str(measured.stdout.trim()).context("what the peer prints is not JSON")?;
        let told = told.get("peak_mib").and_then(serde_json::Value::as_u64).unwrap_or(0);
        measured.peak_bytes = measured.peak_bytes.max(told << 20);
        Ok(measured)
    }
}

pub(crate) fn said(what: &str, measured: Measured) -> Measured {
    eprintln!("{what}: {:.2} s, {} MiB", measured.seconds, measured.peak_mib());
    measured
}

pub(crate) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("`{}` stays", folder.display()))?;
    }
    Ok(())
}
