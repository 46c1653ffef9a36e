//! Audits: queries that must return no row.

use arrow::{array::RecordBatch, util::display::array_value_to_string};

use crate::{
    engine::Session,
    error::StatsError,
    registry::{AUDITS, Audit, BuildStep},
};

/// Number of keys in a message.
const SHOWN_KEYS: usize = 3;

/// Rows of an audit that does not stop a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the audit.
    pub audit: &'static str,
    /// Meaning of its rows.
    pub meaning: String,
    /// Number of rows.
    pub rows: usize,
    /// First keys.
    pub first: String,
    /// Remedy: what to do about them.
    pub remedy: &'static str,
}

/// Runs the audits of a step over rebuilt partitions; each stops the run if it returns a row.
pub(super) async fn run_step_audits(session: &Session, step: BuildStep) -> Result<(), StatsError> {
    for audit in AUDITS.iter().filter(|audit| audit.step == step) {
        run_audit(session, audit).await?;
    }
    Ok(())
}

/// Runs an audit.
///
/// # Errors
/// Fails if it returns a row and is not a finding.
pub(super) async fn run_audit(session: &Session, audit: &Audit) -> Result<Option<Finding>, StatsError> {
    let planned = session.plan(audit.sql).await.map_err(StatsError::relation(audit.name))?;
    let batches = planned.collect().await.map_err(StatsError::relation(audit.name))?;
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if rows == 0 {
        return Ok(None);
    }
    let meaning = audit.finds.to_owned();
    let first = first_keys(&batches)?;
    match audit.remedy {
        Some(remedy) => Ok(Some(Finding { audit: audit.name, meaning, rows, first, remedy })),
        None => Err(StatsError::Audit { audit: audit.name, meaning, rows, first }),
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
    // The engine returns rows in any order.
    keys.sort();
    keys.truncate(SHOWN_KEYS);
    Ok(keys.join(", "))
}
