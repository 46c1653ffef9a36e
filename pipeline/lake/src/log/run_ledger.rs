//! The ledger of runs. Of its rows with status `done`, [`Runs::visible`] decides the versions that readers see.

use std::sync::Arc;

use arrow::array::{BooleanArray, Float64Array, Int64Array, RecordBatch};

use super::{
    lake::Lake,
    ledger::{LedgerRow, instant_array, text_array},
    run::{RunRow, RunStatus, Runs, VACUUMED},
};
use crate::{error::LakeError, storage::TableId};

pub(crate) fn runs_table() -> TableId {
    TableId::ledger("runs")
}

impl Lake {
    /// Reads the ledger.
    ///
    /// # Errors
    /// If it is damaged.
    pub async fn runs(&self) -> Result<Runs, LakeError> {
        Ok(Runs(self.read_ledger(&runs_table(), parse).await?))
    }

    /// Moves a run to the end of the ledger with its new values. With status `done`, readers can see
    /// the run from here on.
    ///
    /// # Errors
    /// If the lake cannot be written.
    pub async fn record_run(&self, row: &RunRow) -> Result<(), LakeError> {
        let mut rows = self.runs().await?.0;
        rows.retain(|other| other.run_id != row.run_id);
        rows.push(row.clone());
        self.replace_ledger(&runs_table(), to_batch(&rows)?).await
    }

    /// Marks runs whose tables are no longer kept.
    pub(crate) async fn mark_vacuumed(&self, run_ids: &[String]) -> Result<(), LakeError> {
        let mut rows = self.runs().await?.0;
        for row in rows.iter_mut().filter(|row| run_ids.contains(&row.run_id)) {
            row.tables.clear();
            row.message = Some(VACUUMED.to_owned());
        }
        self.replace_ledger(&runs_table(), to_batch(&rows)?).await
    }
}

fn to_batch(rows: &[RunRow]) -> Result<RecordBatch, LakeError> {
    let schema = arrow_schema! {
        run_id: Utf8,
        verb: Utf8,
        as_of: Timestamp,
        status: Utf8,
        attempt: Int64,
        started_at: Timestamp,
        seconds: Float64,
        version: Utf8,
        inputs_hash: Utf8,
        tables: Utf8,
        message: Utf8,
        make_latest: Boolean,
    };
    let tables: Vec<String> = rows
        .iter()
        .map(|row| serde_json::to_string(&row.tables).expect("names and numbers are plain data"))
        .collect();
    Ok(RecordBatch::try_new(
        schema,
        vec![
            text_array(rows.iter().map(|row| Some(row.run_id.as_str()))),
            text_array(rows.iter().map(|row| Some(row.verb.as_str()))),
            instant_array(rows.iter().map(|row| row.as_of)),
            text_array(rows.iter().map(|row| Some(row.status.as_str()))),
            Arc::new(rows.iter().map(|row| row.attempt).collect::<Int64Array>()),
            instant_array(rows.iter().map(|row| row.started_at)),
            Arc::new(rows.iter().map(|row| row.seconds).collect::<Float64Array>()),
            text_array(rows.iter().map(|row| Some(row.version.as_str()))),
            text_array(rows.iter().map(|row| Some(row.inputs_hash.as_str()))),
            text_array(tables.iter().map(|text| Some(text.as_str()))),
            text_array(rows.iter().map(|row| row.message.as_deref())),
            Arc::new(rows.iter().map(|row| Some(row.make_latest)).collect::<BooleanArray>()),
        ],
    )?)
}

fn parse(row: &LedgerRow<'_>) -> Option<RunRow> {
    Some(RunRow {
        run_id: row.text("run_id")?,
        verb: row.text("verb")?,
        as_of: row.instant("as_of")?,
        status: RunStatus::parse(&row.text("status")?)?,
        attempt: row.integer("attempt")?,
        started_at: row.instant("started_at")?,
        seconds: row.number("seconds")?,
        version: row.text("version")?,
        inputs_hash: row.text("inputs_hash")?,
        tables: serde_json::from_str(&row.text("tables")?).ok()?,
        message: row.optional_text("message")?,
        // Ledgers of earlier versions lack the column.
        make_latest: row.flag("make_latest").unwrap_or(false),
    })
}

#[cfg(test)]
mod tests;
