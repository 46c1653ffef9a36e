//! The ledger of stages.

use std::sync::Arc;

use arrow::array::{Float64Array, Int64Array, RecordBatch};

use super::{
    lake::Lake,
    ledger::{LedgerRow, text_array},
    run::StageRow,
};
use crate::{error::LakeError, storage::TableId};

fn stages_table() -> TableId {
    TableId::ledger("run_stages")
}

impl Lake {
    /// The stages of all runs.
    ///
    /// # Errors
    /// If the ledger is damaged.
    pub async fn stages(&self) -> Result<Vec<StageRow>, LakeError> {
        self.read_ledger(&stages_table(), parse).await
    }

    /// Replaces the stages of a run.
    ///
    /// # Errors
    /// If the lake cannot be written.
    pub async fn record_stages(&self, run_id: &str, stages: &[StageRow]) -> Result<(), LakeError> {
        let mut rows = self.stages().await?;
        rows.retain(|other| other.run_id != run_id);
        rows.extend_from_slice(stages);
        self.replace_ledger(&stages_table(), to_batch(&rows)?).await
    }
}

fn to_batch(rows: &[StageRow]) -> Result<RecordBatch, LakeError> {
    let schema = arrow_schema! {
        run_id: Utf8,
        stage: Utf8,
        status: Utf8,
        seconds: Float64,
        rows_in: Int64,
        rows_out: Int64,
        peak_memory_bytes: Int64,
    };
    let counts = |value: fn(&StageRow) -> i64| Arc::new(rows.iter().map(value).collect::<Int64Array>());
    Ok(RecordBatch::try_new(
        schema,
        vec![
            text_array(rows.iter().map(|row| Some(row.run_id.as_str()))),
            text_array(rows.iter().map(|row| Some(row.stage.as_str()))),
            text_array(rows.iter().map(|row| Some(row.status.as_str()))),
            Arc::new(rows.iter().map(|row| row.seconds).collect::<Float64Array>()),
            counts(|row| row.rows_in),
            counts(|row| row.rows_out),
            counts(|row| row.peak_memory_bytes),
        ],
    )?)
}

fn parse(row: &LedgerRow<'_>) -> Option<StageRow> {
    Some(StageRow {
        run_id: row.text("run_id")?,
        stage: row.text("stage")?,
        status: row.text("status")?,
        seconds: row.number("seconds")?,
        rows_in: row.integer("rows_in")?,
        rows_out: row.integer("rows_out")?,
        peak_memory_bytes: row.integer("peak_memory_bytes")?,
    })
}
