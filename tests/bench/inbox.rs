//! The simulated inbox and that of the next day: newly generated, or kept from an earlier run.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use slotcast_simulate::{LoadMarket, TableCounts};

use crate::measure::files_below;

#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) whole: PathBuf,
    pub(crate) day: PathBuf,
    pub(crate) written: TableCounts,
    pub(crate) written_day: TableCounts,
    /// Number and size of the files of the inbox.
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

impl Inbox {
    /// The inbox of a market in `folder`, which has one folder per size.
    pub(crate) fn load_or_create(market: &LoadMarket, folder: &Path) -> Result<Self> {
        let LoadMarket { weeks, campaigns, order_events, social_signals, page_views, .. } = market;
        let home =
            format!("{order_events}-{social_signals}-{page_views}-rows-{weeks}-weeks-{campaigns}-campaigns");
        let home = folder.join(home);
        let note = home.join("made.json");
        if let Some(kept) = fs::read_to_string(&note).ok().and_then(|text| Self::kept(market, &home, &text)) {
            eprintln!("reusing the inbox in `{}`", home.display());
            return Ok(kept);
        }
        if home.exists() {
            fs::remove_dir_all(&home).with_context(|| format!("`{}` cannot be removed", home.display()))?;
        }
        let (whole, day) = (home.join("inbox"), home.join("day"));
        let start = Instant::now();
        let written = market.write(&mut |path| create(&whole.join(path)))?.total();
        let seconds = start.elapsed().as_secs_f64();
        let written_day = market.write_day(&mut |path| create(&day.join(path)))?.total();
        eprintln!("generated {} rows in {seconds:.1} s", written.rows);
        let made = Self::of(whole, day, written, written_day)?;
        // Written last, so that an incomplete inbox has no note.
        create(&note)?.write_all(made.note(market).to_string().as_bytes())?;
        Ok(made)
    }

    fn of(whole: PathBuf, day: PathBuf, written: TableCounts, written_day: TableCounts) -> Result<Self> {
        let found = files_below(&whole)?;
        let bytes = found.iter().map(|(_, size)| size).sum();
        Ok(Self { whole, day, written, written_day, files: found.len(), bytes })
    }

    fn note(&self, market: &LoadMarket) -> Value {
        let counts = |counts: TableCounts| [counts.rows, counts.invalid, counts.repeats];
        json!({
            "market": format!("{market:?}"),
            "written": counts(self.written),
            "written_day": counts(self.written_day),
        })
    }

    fn kept(market: &LoadMarket, home: &Path, note: &str) -> Option<Self> {
        let note: Value = serde_json::from_str(note).ok()?;
        let counts = |name: &str| {
            let [rows, invalid, repeats] = serde_json::from_value(note[name].clone()).ok()?;
            Some(TableCounts { rows, invalid, repeats })
        };
        let (written, written_day) = (counts("written")?, counts("written_day")?);
        let kept = Self::of(home.join("inbox"), home.join("day"), written, written_day).ok()?;
        (kept.note(market) == note).then_some(kept)
    }

    /// Reads every file once, so that all rounds find the files in the page cache.
    pub(crate) fn warm(&self) -> Result<()> {
        for (path, _) in files_below(&self.whole)? {
            io::copy(&mut File::open(path)?, &mut io::sink())?;
        }
        Ok(())
    }
}

/// A file that is synced when it is flushed, so that no write is left for the measurement.
struct SyncedFile(File);

impl Write for SyncedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark writes its own inbox")]
fn create(path: &Path) -> io::Result<Box<dyn Write>> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    Ok(Box::new(SyncedFile(File::create(path)?)))
}
