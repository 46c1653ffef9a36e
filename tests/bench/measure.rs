//! Time and peak memory of a command, and sizes of folders.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, ensure};

const EVERY: Duration = Duration::from_millis(20);

#[derive(Clone, Debug)]
pub(crate) struct Measurement {
    pub(crate) seconds: f64,
    /// Last observed value; 0 without `/proc`.
    pub(crate) peak_bytes: u64,
    pub(crate) stdout: String,
}

impl Measurement {
    pub(crate) fn peak_mib(&self) -> u64 {
        self.peak_bytes >> 20
    }
}

/// Runs a command. An exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<Measurement> {
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{command:?} cannot be started"))?;
    let status = format!("/proc/{}/status", child.id());
    let has_ended = AtomicBool::new(false);
    let (output, seconds, peak_bytes) = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0;
            while !has_ended.load(Ordering::Relaxed) {
                peak = high_water_mark(&status).unwrap_or(0).max(peak);
                thread::sleep(EVERY);
            }
            peak
        });
        let output = child.wait_with_output();
        let seconds = start.elapsed().as_secs_f64();
        has_ended.store(true, Ordering::Relaxed);
        (output, seconds, watch.join().expect("the watch does not panic"))
    });
    let output = output.with_context(|| format!("no output of {command:?}"))?;
    ensure!(output.status.success(), "{command:?} ended with {}", output.status);
    let stdout = String::from_utf8(output.stdout).with_context(|| format!("{command:?} prints no UTF-8"))?;
    Ok(Measurement { seconds, peak_bytes, stdout })
}

/// `VmHWM:     12345 kB`
fn high_water_mark(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok().map(|kib: u64| kib << 10)
}

/// Path and size of every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("`{}` cannot be listed", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                open.push(entry.path());
            } else {
                files.push((entry.path(), metadata.len()));
            }
        }
    }
    Ok(files)
}

pub(crate) fn folder_size(folder: &Path) -> Result<u64> {
    Ok(files_below(folder)?.iter().map(|(_, size)| size).sum())
}
