//! Runs and their stages, as rows of the ledger.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use slotcast_core::{DateTime, RunId, Utc};

use crate::error::LakeError;

/// Status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It has started and is running, or was killed.
    Running,
    /// It succeeded: readers see its tables.
    Done,
    /// It failed: readers do not see its tables.
    Failed,
}

impl RunStatus {
    /// The text in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed].into_iter().find(|status| status.as_str() == text)
    }
}

/// Message of a run that succeeded and whose tables are no longer kept.
pub const VACUUMED: &str = "vacuumed";

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its id.
    pub run_id: String,
    /// Its command.
    pub verb: String,
    /// Its as_of.
    pub as_of: DateTime<Utc>,
    /// Its status.
    pub status: RunStatus,
    /// Number of its last attempt, from 1.
    pub attempt: i64,
    /// Start of the last attempt.
    pub started_at: DateTime<Utc>,
    /// Duration of the last attempt.
    pub seconds: f64,
    /// Version of slotcast.
    pub version: String,
    /// Hash of all ingested files.
    pub inputs_hash: String,
    /// Version of each table, by `namespace/name`.
    pub tables: BTreeMap<String, u64>,
    /// Error of a failed run, rejected files of a finished one, or [`VACUUMED`].
    pub message: Option<String>,
    /// Whether readers see it by default although a run for a later time exists.
    pub make_latest: bool,
}

/// Whether runs of a verb leave the relations as of the time for which they were built.
pub fn is_timeless(verb: &str) -> bool {
    ["backtest", "forget", "ingest"].contains(&verb)
}

impl RunRow {
    /// Whether it succeeded and its tables are no longer kept.
    pub fn is_vacuumed(&self) -> bool {
        self.status == RunStatus::Done && self.message.as_deref() == Some(VACUUMED)
    }
}

/// One stage of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRow {
    /// The run.
    pub run_id: String,
    /// The stage.
    pub stage: String,
    /// Its status.
    pub status: String,
    /// Its duration.
    pub seconds: f64,
    /// Input rows.
    pub rows_in: i64,
    /// Output rows.
    pub rows_out: i64,
    /// Peak memory of the process up to the end of the stage.
    pub peak_memory_bytes: i64,
}

/// All runs of a lake, ordered by their last change of status.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs(pub Vec<RunRow>);

impl Runs {
    /// The last run that succeeded. It names the newest facts and ledgers.
    pub fn latest_done(&self) -> Option<&RunRow> {
        self.0.iter().rev().find(|run| run.status == RunStatus::Done)
    }

    /// The run that readers see by default: the one for the latest time, of several the last that succeeded. A run
    /// that was made the latest replaces any other.
    pub fn visible<'a>(&'a self) -> Option<&'a RunRow> {
        let newer = |seen: Option<(DateTime<Utc>, &'a RunRow)>, (time, run): (DateTime<Utc>, &'a RunRow)| {
            let is_newer = run.make_latest || seen.is_none_or(|(newest, _)| time >= newest);
            if is_newer { Some((time, run)) } else { seen }
        };
        self.with_times().fold(None, newer).map(|(_, run)| run)
    }

    /// The run for the latest time up to this one, of several the last that succeeded.
    pub fn visible_at(&self, as_of: DateTime<Utc>) -> Option<&RunRow> {
        self.with_times().filter(|(time, _)| *time <= as_of).max_by_key(|(time, _)| *time).map(|(_, run)| run)
    }

    /// The run for the latest time before this one, of several the last that succeeded.
    pub fn visible_before(&self, as_of: DateTime<Utc>) -> Option<&RunRow> {
        self.visible_at(as_of - TimeDelta::microseconds(1))
    }

    /// Readable runs with the time of their relations, in the order in which they succeeded. A timeless run shows the
    /// relations that were visible when it started.
    fn with_times(&self) -> impl Iterator<Item = (DateTime<Utc>, &RunRow)> {
        let mut visible = DateTime::<Utc>::MIN_UTC;
        let done = self.0.iter().filter(|run| run.status == RunStatus::Done);
        done.map(move |run| {
            let time = if is_timeless(&run.verb) { visible } else { run.as_of };
            if run.make_latest || time > visible {
                visible = time;
            }
            (time, run)
        })
        .filter(|(_, run)| !run.is_vacuumed())
    }

    /// Whether a run may take the place of another as the latest: it is for the same time or a later one, or was made
    /// the latest afterwards. `None` if the ledger lacks one of them.
    pub fn may_replace(&self, run_id: &RunId, latest: &RunId) -> Option<bool> {
        let find = |id: &RunId| self.0.iter().enumerate().find(|(_, run)| run.run_id == id.as_str());
        let ((position, run), (position_of_latest, latest)) = (find(run_id)?, find(latest)?);
        let is_after = position > position_of_latest;
        Some(run.as_of > latest.as_of || (is_after && (run.make_latest || run.as_of == latest.as_of)))
    }

    /// The finished run with this id.
    ///
    /// # Errors
    /// If there is none, or its tables are no longer kept.
    pub fn done(&self, run_id: &RunId) -> Result<&RunRow, LakeError> {
        match self.0.iter().find(|run| run.run_id == run_id.as_str() && run.status == RunStatus::Done) {
            Some(run) if run.is_vacuumed() => Err(LakeError::Vacuumed(run_id.to_string())),
            Some(run) => Ok(run),
            None => Err(LakeError::UnknownRun(run_id.to_string())),
        }
    }

    /// The last run of `verb`, if it did not succeed.
    pub fn unfinished(&self, verb: &str) -> Option<&RunRow> {
        self.0.iter().rev().find(|run| run.verb == verb).filter(|run| run.status != RunStatus::Done)
    }
}
