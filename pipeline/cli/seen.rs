//! What a run sees of the lake: the version of each table, and the moment it speaks for.

use std::collections::BTreeMap;

use anyhow::Result;
use arrow::array::RecordBatch;
use slotcast_core::{DateTime, RunId, RunIdError, Utc};
use slotcast_lake::{Lake, RunRow, Runs, TableId};

use crate::failure::UserError;

/// The run that was named from outside, or else the last one that is done.
pub(crate) fn run_asked<'a>(runs: &'a Runs, named: Option<&str>) -> Result<Option<&'a RunRow>> {
    let Some(named) = named else { return Ok(runs.latest_done()) };
    let run_id: RunId = named.parse().map_err(|error: RunIdError| {
        UserError::new(error.to_string(), "`slotcast runs` lists the runs of this lake")
    })?;
    Ok(Some(runs.done(&run_id)?))
}

/// What is seen by a run that is under way, or was seen by one that is done.
pub(crate) struct Seen {
    pub(crate) lake: Lake,
    pub(crate) run_id: String,
    pub(crate) as_of: DateTime<Utc>,
    /// The version of each table that readers will see.
    pub(crate) tables: BTreeMap<String, u64>,
}

impl Seen {
    /// What this run saw, or else the last one that is done.
    pub(crate) async fn by(lake: Lake, run_id: Option<&str>) -> Result<Self> {
        let runs = lake.runs().await?;
        let run = run_asked(&runs, run_id)?;
        let Some(run) = run else {
            return Err(UserError::new(
                "no run of this lake is finished yet, so there is nothing to ask",
                "`slotcast runs` lists what was begun; `slotcast nightly` makes a run",
            )
            .into());
        };
        let (run_id, as_of, tables) = (run.run_id.clone(), run.as_of, run.tables.clone());
        Ok(Self { lake, run_id, as_of, tables })
    }

    /// The rows of a relation; none where no run has made it yet.
    pub(crate) async fn held(&self, name: &str) -> Result<Vec<RecordBatch>> {
        let table = TableId::relation(name);
        match self.tables.get(&table.to_string()) {
            Some(version) => Ok(self.lake.at(&table, *version).await?.read()?),
            None => Ok(Vec::new()),
        }
    }

    /// The rows of a relation that must be there.
    pub(crate) async fn relation(&self, name: &str) -> Result<Vec<RecordBatch>> {
        if !self.tables.contains_key(&TableId::relation(name).to_string()) {
            return Err(UserError::new(
                format!("relation `{name}` has not been built"),
                "`slotcast stats`, then `slotcast train`, or all of it: `slotcast nightly`",
            )
            .into());
        }
        self.held(name).await
    }
}
