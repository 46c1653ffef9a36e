//! Relations at the versions of one run.

use std::collections::BTreeMap;

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{DateTime, RunId, RunIdError, Utc};
use slotcast_lake::{Lake, RunRow, Runs, TableId};

use crate::failure::UserError;

/// The completed run of this id, or else the one that readers see by default.
pub(crate) fn completed_run<'a>(runs: &'a Runs, run_id: Option<&str>) -> Result<Option<&'a RunRow>> {
    let Some(run_id) = run_id else { return Ok(runs.visible()) };
    let run_id: RunId = run_id.parse().map_err(|error: RunIdError| {
        UserError::new(error.to_string(), "`slotcast runs` lists the runs of this lake")
    })?;
    Ok(Some(runs.done(&run_id)?))
}

pub(crate) fn no_completed_run() -> UserError {
    UserError::new(
        "this lake has no completed run to query",
        "`slotcast runs` lists the started runs; `slotcast nightly` completes one",
    )
}

/// The lake at the table versions of a run.
pub(crate) struct RunSnapshot {
    pub(crate) lake: Lake,
    pub(crate) run_id: String,
    pub(crate) as_of: DateTime<Utc>,
    /// Version of each visible table.
    pub(crate) tables: BTreeMap<String, u64>,
}

impl RunSnapshot {
    /// Snapshot of the completed run of this id, or else of the one that readers see by default.
    pub(crate) async fn open(lake: Lake, run_id: Option<&str>) -> Result<Self> {
        let runs = lake.runs().await?;
        let run = completed_run(&runs, run_id)?.ok_or_else(no_completed_run)?;
        Ok(Self::of(lake, run))
    }

    /// Snapshot of a run.
    pub(crate) fn of(lake: Lake, run: &RunRow) -> Self {
        Self { lake, run_id: run.run_id.clone(), as_of: run.as_of, tables: run.tables.clone() }
    }

    /// Rows of a relation; empty if no run has written it.
    pub(crate) async fn rows_or_empty(&self, name: &str) -> Result<Vec<RecordBatch>> {
        let table = TableId::relation(name);
        match self.tables.get(&table.to_string()) {
            Some(version) => Ok(self.lake.at(&table, *version).await?.read()?),
            None => Ok(Vec::new()),
        }
    }

    /// Rows of a relation; an error if no run has written it.
    pub(crate) async fn relation(&self, name: &str) -> Result<Vec<RecordBatch>> {
        if !self.tables.contains_key(&TableId::relation(name).to_string()) {
            return Err(UserError::new(
                format!("relation `{name}` has not been built"),
                "run `slotcast stats`, then `slotcast train`, or run everything with `slotcast nightly`",
            )
            .into());
        }
        self.rows_or_empty(name).await
    }
}
