//! Which customers were to be forgotten, and whether that is done. The ledger knows pseudonyms only.
//!
//! It is named by no run, so no user of SQL sees it.

use std::sync::Arc;

use arrow::{
    array::{AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimestampMicrosecondType},
};
use slotcast_core::{DateTime, Utc};

use crate::{contract::instant_type, error::LakeError, layout::TableId, store::Lake};

const REQUESTED: &str = "requested";
const DONE: &str = "done";

/// One request to forget a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRow {
    /// When it was asked for.
    pub erased_at: DateTime<Utc>,
    /// The customer.
    pub pseudonym: String,
    /// Whether nothing of the customer is left; else a killed process has left work to do.
    pub is_done: bool,
    /// How many facts lost their customer.
    pub facts_changed: i64,
    /// How many rejected rows lost their text.
    pub rejects_emptied: i64,
}

fn table() -> TableId {
    TableId::ledger("erasures")
}

impl Lake {
    /// Every request to forget a customer, in order.
    ///
    /// # Errors
    /// When the ledger is damaged.
    pub async fn erasures(&self) -> Result<Vec<ErasureRow>, LakeError> {
        let Some(snapshot) = self.head(&table()).await? else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for batch in snapshot.read()? {
            read(&batch, &mut rows).ok_or_else(|| LakeError::Damaged {
                path: self.layout().table(&table()),
                reason: "a row of the ledger of erasures does not read back".to_owned(),
            })?;
        }
        Ok(rows)
    }

    pub(crate) async fn record_erasures(&self, rows: &[ErasureRow]) -> Result<(), LakeError> {
        self.rewrite(&table(), batch(rows)?).await
    }
}

fn schema() -> SchemaRef {
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![
        field("erased_at", instant_type()),
        field("pseudonym", DataType::Utf8),
        field("status", DataType::Utf8),
        field("facts_changed", DataType::Int64),
        field("rejects_emptied", DataType::Int64),
    ]))
}

fn batch(rows: &[ErasureRow]) -> Result<RecordBatch, LakeError> {
    let times = rows.iter().map(|row| Some(row.erased_at.timestamp_micros()));
    let status = rows.iter().map(|row| Some(if row.is_done { DONE } else { REQUESTED }));
    Ok(RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(times.collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
            Arc::new(rows.iter().map(|row| Some(row.pseudonym.as_str())).collect::<StringArray>()),
            Arc::new(status.collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| row.facts_changed).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.rejects_emptied).collect::<Int64Array>()),
        ],
    )?)
}

fn read(batch: &RecordBatch, rows: &mut Vec<ErasureRow>) -> Option<()> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let count = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>();
    let times = batch.column_by_name("erased_at")?.as_primitive_opt::<TimestampMicrosecondType>()?;
    let (pseudonyms, status) = (text("pseudonym")?, text("status")?);
    let (facts, rejects) = (count("facts_changed")?, count("rejects_emptied")?);
    for row in 0..batch.num_rows() {
        rows.push(ErasureRow {
            erased_at: DateTime::from_timestamp_micros(times.value(row))?,
            pseudonym: pseudonyms.value(row).to_owned(),
            is_done: status.value(row) == DONE,
            facts_changed: facts.value(row),
            rejects_emptied: rejects.value(row),
        });
    }
    Some(())
}
