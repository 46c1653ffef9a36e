//! Results of the ingest benchmark.

use std::fmt;

use anyhow::{Context, Result};

use crate::inbox::Inbox;
use crate::lines::{header, line, mib, ratio};
use crate::measure::Measurement;

/// Sums of `ingest_files` over all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) read: u64,
    pub(crate) accepted: u64,
    pub(crate) rejected: u64,
    pub(crate) repeats: u64,
    pub(crate) filtered: u64,
}

impl Ledger {
    /// Parses a CSV with a header and one row.
    pub(crate) fn parse(answer: &str) -> Result<Self> {
        let row = answer.lines().nth(1).unwrap_or_default();
        let sums: Option<Vec<u64>> = row.split(',').map(|sum| sum.trim().parse().ok()).collect();
        let sums = sums.and_then(|sums| <[u64; 5]>::try_from(sums).ok());
        let [read, accepted, rejected, repeats, filtered] =
            sums.with_context(|| format!("five sums are expected, not {answer:?}"))?;
        Ok(Self { read, accepted, rejected, repeats, filtered })
    }
}

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) inbox: Inbox,
    /// One measurement per round.
    pub(crate) fresh: Vec<Measurement>,
    pub(crate) peer: Vec<Measurement>,
    pub(crate) again: Measurement,
    pub(crate) day: Measurement,
    /// Size of the lake before the inbox was ingested again.
    pub(crate) lake_bytes: u64,
    pub(crate) ledger: Ledger,
}

impl Report {
    /// Expected sums: every row of the generator, each file once.
    pub(crate) fn expected(&self) -> Ledger {
        let (whole, day) = (self.inbox.written, self.inbox.written_day);
        let [read, rejected, repeats] =
            [whole.rows + day.rows, whole.invalid + day.invalid, whole.repeats + day.repeats];
        Ledger { read, accepted: read - rejected - repeats, rejected, repeats, filtered: 0 }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.inbox.written.rows;
        let (files, bytes) = (self.inbox.files, self.inbox.bytes);
        writeln!(
            f,
            "{rows} rows in {files} files, {}; one more day: {} rows",
            mib(bytes),
            self.inbox.written_day.rows
        )?;
        writeln!(f)?;
        header(f)?;
        line(f, "slotcast, fresh lake", &self.fresh, rows)?;
        line(f, "peer", &self.peer, rows)?;
        let [again, day] = [&self.again, &self.day].map(std::slice::from_ref);
        line(f, "slotcast, again", again, rows)?;
        line(f, "slotcast, one more day", day, self.inbox.written_day.rows)?;
        writeln!(f)?;
        ratio(f, "slotcast / peer", &self.fresh, &self.peer)?;
        ratio(f, "again / fresh", again, &self.fresh)?;
        ratio(f, "one more day / fresh", day, &self.fresh)?;
        let share = self.lake_bytes as f64 / bytes.max(1) as f64;
        writeln!(f, "{:<24}{:>10}, {share:.2} of the inbox", "lake", mib(self.lake_bytes))?;
        let Ledger { read, accepted, rejected, repeats, filtered } = self.ledger;
        write!(f, "{:<24}{read} read = {accepted} accepted + {rejected} rejected", "ledger of files")?;
        write!(f, " + {repeats} repeats + {filtered} filtered")
    }
}
