//! Queries that must return no row.

use arrow::{array::RecordBatch, util::display::array_value_to_string};

use crate::{
    error::StatsError,
    registry::{AUDITS, Audit, Step},
    session::Session,
};

const SHOWN: usize = 3;

/// Something worth a look that does not stop a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The audit.
    pub audit: &'static str,
    /// What its rows mean.
    pub meaning: String,
    /// How many rows it returned.
    pub rows: usize,
    /// The first keys.
    pub first: String,
}

/// Holds cells that were built against the audits of their step, which stop a run and find nothing else.
pub(crate) async fn hold_to_audits(session: &Session, step: Step) -> Result<(), StatsError> {
    for audit in AUDITS.iter().filter(|audit| audit.step == step) {
        run_audit(session, audit).await?;
    }
    Ok(())
}

/// Runs an audit.
///
/// # Errors
/// When it returns a row and is not a mere finding.
pub(crate) async fn run_audit(session: &Session, audit: &Audit) -> Result<Option<Finding>, StatsError> {
    let planned = session.plan(audit.sql).await.map_err(StatsError::relation(audit.name))?;
    let batches = planned.collect().await.map_err(StatsError::relation(audit.name))?;
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if rows == 0 {
        return Ok(None);
    }
    let comment = audit.sql.lines().next().unwrap_or_default();
    let meaning = comment.trim_start_matches("--").trim().trim_start_matches("finding:").trim().to_owned();
    let first = first_keys(&batches)?;
    if audit.is_finding() {
        Ok(Some(Finding { audit: audit.name, meaning, rows, first }))
    } else {
        Err(StatsError::Audit { audit: audit.name, meaning, rows, first })
    }
}

fn first_keys(batches: &[RecordBatch]) -> Result<String, StatsError> {
    let mut keys = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| array_value_to_string(column, row));
            keys.push(format!("`{}`", cells.collect::<Result<Vec<_>, _>>()?.join(" ")));
        }
    }
    // The order in which an engine finds rows is its own affair; ours is not.
    keys.sort();
    keys.truncate(SHOWN);
    Ok(keys.join(", "))
}
