//! The ledger of erasures: which customers are erased, by pseudonym, and whether the work is done.
//!
//! No run names it, so SQL of users does not see it.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use slotcast_core::{DateTime, Utc};

use crate::{
    error::LakeError,
    log::{Lake, LedgerRow, instant_array, text_array},
    storage::TableId,
};

const REQUESTED: &str = "requested";
const DONE: &str = "done";

/// One request to erase a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    /// Time of the request.
    pub erased_at: DateTime<Utc>,
    /// The customer.
    pub pseudonym: String,
    /// Whether the customer is erased from all files. `false` after a kill: work is left.
    pub is_done: bool,
    /// Number of facts that lost their customer.
    pub facts_changed: i64,
    /// Number of rejected rows that lost their text.
    pub rejects_emptied: i64,
}

fn erasures_table() -> TableId {
    TableId::ledger("erasures")
}

impl Lake {
    /// All requests to erase a customer, in order.
    ///
    /// # Errors
    /// If the ledger is damaged.
    pub async fn erasures(&self) -> Result<Vec<ErasureRow>, LakeError> {
        self.read_ledger(&erasures_table(), parse).await
    }

    pub(super) async fn record_erasures(&self, rows: &[ErasureRow]) -> Result<(), LakeError> {
        self.replace_ledger(&erasures_table(), to_batch(rows)?).await
    }
}

fn to_batch(rows: &[ErasureRow]) -> Result<RecordBatch, LakeError> {
    let schema = arrow_schema! {
        erased_at: Timestamp,
        pseudonym: Utf8,
        status: Utf8,
        facts_changed: Int64,
        rejects_emptied: Int64,
    };
    Ok(RecordBatch::try_new(
        schema,
        vec![
            instant_array(rows.iter().map(|row| row.erased_at)),
            text_array(rows.iter().map(|row| Some(row.pseudonym.as_str()))),
            text_array(rows.iter().map(|row| Some(if row.is_done { DONE } else { REQUESTED }))),
            Arc::new(rows.iter().map(|row| row.facts_changed).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.rejects_emptied).collect::<Int64Array>()),
        ],
    )?)
}

fn parse(row: &LedgerRow<'_>) -> Option<ErasureRow> {
    Some(ErasureRow {
        erased_at: row.instant("erased_at")?,
        pseudonym: row.text("pseudonym")?,
        is_done: row.text("status")? == DONE,
        facts_changed: row.integer("facts_changed")?,
        rejects_emptied: row.integer("rejects_emptied")?,
    })
}
