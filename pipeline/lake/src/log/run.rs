//! Runs and their stages, as rows of the ledger.

use std::collections::BTreeMap;

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
    /// The last run that succeeded. Readers see it by default.
    pub fn latest_done(&self) -> Option<&RunRow> {
        self.0.iter().rev().find(|run| run.status == RunStatus::Done)
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
