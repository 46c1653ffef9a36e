//! Rows that were not taken in, as the relation `rejects` keeps them.

use std::sync::Arc;

use arrow::array::{BinaryArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use slotcast_core::{DateTime, Utc};
use slotcast_lake::contract::rejects_schema;

use crate::reason::Reason;

/// A source row of which nothing was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The table that it was meant for; the first of them if there are several.
    pub table_name: &'static str,
    /// Line on which it starts, from 1.
    pub line: u64,
    /// The column at fault, by its name in the table. None where the whole row is.
    pub column_name: Option<String>,
    /// What is wrong.
    pub reason: Reason,
    /// Its bytes; none where they name a customer who was forgotten.
    pub raw: Vec<u8>,
    /// The pseudonym of the customer that it names, where that could be read.
    pub customer: Option<String>,
}

/// The rejects of a file as rows of the relation `rejects`.
pub fn rejects_to_batch(file: &str, rejects: &[Reject], batch_id: &str, now: DateTime<Utc>) -> RecordBatch {
    let same = |text: &str| StringArray::from_iter_values(std::iter::repeat_n(text, rejects.len()));
    let lines = rejects.iter().map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX));
    let known = vec![now.timestamp_micros(); rejects.len()];
    RecordBatch::try_new(
        rejects_schema(),
        vec![
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|reject| reject.table_name))),
            Arc::new(same(file)),
            Arc::new(Int64Array::from_iter_values(lines)),
            Arc::new(rejects.iter().map(|reject| reject.column_name.as_deref()).collect::<StringArray>()),
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|reject| reject.reason.code()))),
            Arc::new(BinaryArray::from_iter_values(rejects.iter().map(|reject| &reject.raw))),
            Arc::new(same(batch_id)),
            Arc::new(TimestampMicrosecondArray::from(known).with_timezone("UTC")),
            Arc::new(rejects.iter().map(|reject| reject.customer.as_deref()).collect::<StringArray>()),
        ],
    )
    .expect("the columns are made to the schema of rejects")
}
