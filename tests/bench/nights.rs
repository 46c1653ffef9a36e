//! Full and incremental builds on one market.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use slotcast_simulate::LoadMarket;

use crate::commands::{Peer, ingest, remove, report, slotcast};
use crate::inbox::Inbox;
use crate::lines::{header, line, mib, ratio};
use crate::measure::{Measurement, files_below, folder_size, run};
use crate::sums::Sums;

/// Subject and number of the measurements.
#[derive(Debug)]
pub(crate) struct NightBench<'a> {
    /// Folder of lakes and of the peer's tables.
    pub(crate) folder: &'a Path,
    /// Folder of inboxes.
    pub(crate) keep: &'a Path,
    pub(crate) market: &'a LoadMarket,
    /// Number of full builds.
    pub(crate) rounds: u32,
    pub(crate) nights: u32,
    /// Memory limit in MiB.
    pub(crate) memory: Option<u64>,
    pub(crate) peer: Option<&'a Peer<'a>>,
}

#[derive(Debug)]
pub(crate) struct Nights {
    pub(crate) inbox: Inbox,
    pub(crate) ingest: Measurement,
    pub(crate) full: Vec<Measurement>,
    pub(crate) peer_ingest: Option<Measurement>,
    pub(crate) peer: Vec<Measurement>,
    /// Nights without new facts.
    pub(crate) quiet: Vec<Measurement>,
    /// The first night of its weekday, which computes features of all slots at a new distance from the opening.
    pub(crate) first: Measurement,
    pub(crate) day: Vec<Measurement>,
    pub(crate) night: Vec<Measurement>,
    pub(crate) full_night: Measurement,
    /// Number and rows of the relations compared with the full build.
    pub(crate) compared: (usize, u64),
    pub(crate) lake_bytes: u64,
    /// Differences between a night and a full build of the same facts.
    pub(crate) differing: Vec<String>,
}

impl NightBench<'_> {
    pub(crate) fn nights(&self) -> Result<Nights> {
        let inbox = Inbox::load_or_create(self.market, self.keep)?;
        inbox.warm()?;
        let path = |name: &str| self.folder.join(name);
        let (lake, out) = (path("lake"), path("peer"));
        let taken_in = report("slotcast, ingest", ingest(self.folder, &inbox.whole, &lake)?);
        let peer_ingest = self.peer.map(|peer| peer.run(&inbox.whole, &out, &["ingest"])).transpose()?;
        let peer_ingest = peer_ingest.map(|measured| report("peer, ingest", measured));

        // One hour after the last close. The next day ends before the same hour.
        let evening = self.market.ends_at()? + TimeDelta::hours(1);
        let (mut full, mut peer) = (Vec::new(), Vec::new());
        for round in 1..=self.rounds {
            // One second later per round, because a repeated time would be skipped.
            let at = evening + TimeDelta::seconds(round.into());
            full.push(report(&format!("round {round}: slotcast, full"), self.stats(&lake, at, &["--full"])?));
            if let Some(script) = self.peer {
                let measured = script.run(&inbox.whole, &out, &["stats", &text(at)])?;
                peer.push(report(&format!("round {round}: peer"), measured));
            }
        }
        remove(&out)?;
        let mut quiet = Vec::new();
        for round in 1..=self.nights {
            let at = evening + TimeDelta::seconds(self.rounds.into()) + TimeDelta::minutes(round.into());
            quiet.push(report(&format!("round {round}: nothing new"), self.stats(&lake, at, &[])?));
        }

        let next_day = evening + TimeDelta::days(1);
        let (of_night, of_full) = (path("lake-night"), path("lake-full"));
        let first = self.night_on(&lake, &of_night, &inbox, next_day)?.1;
        let first = report("first night of its weekday", first);
        // The lake now has features of every weekday, as after a week of nights.
        let again = evening + TimeDelta::seconds(self.rounds.into()) + TimeDelta::hours(1);
        self.stats(&lake, next_day - TimeDelta::days(7), &[])?;
        self.stats(&lake, again, &[])?;
        let (mut day, mut night) = (Vec::new(), Vec::new());
        for round in 1..=self.nights {
            let (taken_in, built) = self.night_on(&lake, &of_night, &inbox, next_day)?;
            day.push(taken_in);
            night.push(report(&format!("round {round}: night"), built));
        }
        let lake_bytes = folder_size(&of_night)?;
        copy(&lake, &of_full)?;
        ingest(self.folder, &inbox.day, &of_full)?;
        let full_night = report("that night, full", self.stats(&of_full, next_day, &["--full"])?);
        let [of_night, of_full] = [&of_night, &of_full].map(|lake| Sums::of(self.folder, lake));
        let (of_night, of_full) = (of_night?, of_full?);
        let differing = of_night.differing(&of_full);
        for lake in ["lake", "lake-night", "lake-full"] {
            remove(&path(lake))?;
        }
        Ok(Nights {
            inbox,
            ingest: taken_in,
            full,
            peer_ingest,
            peer,
            quiet,
            first,
            day,
            night,
            full_night,
            compared: (of_night.relations(), of_night.rows()),
            lake_bytes,
            differing,
        })
    }

    /// Ingest and statistics of one more day, on a copy of a lake.
    fn night_on(
        &self,
        lake: &Path,
        copied: &Path,
        inbox: &Inbox,
        at: DateTime<Utc>,
    ) -> Result<(Measurement, Measurement)> {
        remove(copied)?;
        copy(lake, copied)?;
        let taken_in = ingest(self.folder, &inbox.day, copied)?;
        Ok((taken_in, self.stats(copied, at, &[])?))
    }

    fn stats(&self, lake: &Path, at: DateTime<Utc>, words: &[&str]) -> Result<Measurement> {
        let mut command = slotcast(self.folder, lake);
        command.args(["stats", "-q", "--as-of", &text(at)]).args(words);
        if let Some(memory) = self.memory {
            command.args(["--memory", &memory.to_string()]);
        }
        run(&mut command)
    }
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Copies a folder and syncs its files, so that no write is left for the measurement.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for (path, _) in files_below(from)? {
        let target = to.join(path.strip_prefix(from)?);
        target.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::copy(&path, &target).with_context(|| format!("`{}` cannot be copied", path.display()))?;
        File::open(&target)?.sync_all()?;
    }
    Ok(())
}

impl fmt::Display for Nights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rows, rows_of_day] = [self.inbox.written.rows, self.inbox.written_day.rows];
        let (files, bytes) = (self.inbox.files, self.inbox.bytes);
        writeln!(f, "{rows} rows in {files} files, {}; one more day: {rows_of_day} rows", mib(bytes))?;
        writeln!(f)?;
        header(f)?;
        let one = std::slice::from_ref::<Measurement>;
        let (full_night, first, quiet) = (one(&self.full_night), one(&self.first), &self.quiet);
        line(f, "slotcast, ingest", one(&self.ingest), rows)?;
        line(f, "peer, ingest", self.peer_ingest.as_slice(), rows)?;
        line(f, "slotcast, full", &self.full, rows)?;
        line(f, "peer", &self.peer, rows)?;
        line(f, "night, nothing new", quiet, rows)?;
        line(f, "one more day, ingest", &self.day, rows_of_day)?;
        line(f, "night, one more day", &self.night, rows_of_day)?;
        line(f, "first of its weekday", first, rows_of_day)?;
        line(f, "that night, full", full_night, rows + rows_of_day)?;
        writeln!(f)?;
        ratio(f, "slotcast / peer", &self.full, &self.peer)?;
        ratio(f, "night / peer", &self.night, &self.peer)?;
        ratio(f, "night / full", &self.night, full_night)?;
        ratio(f, "nothing new / full", quiet, &self.full)?;
        let (relations, relation_rows) = self.compared;
        let verdict = if self.differing.is_empty() { "night = full" } else { "night DIFFERS from full" };
        writeln!(f, "{verdict:<24}{relations:>10} relations, {relation_rows} rows")?;
        writeln!(f, "{:<24}{:>10}", "lake after a night", mib(self.lake_bytes))
    }
}
