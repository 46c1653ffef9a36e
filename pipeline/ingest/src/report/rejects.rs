//! Rejected rows, and their conversion to the relation `rejects`.

use std::sync::Arc;

use arrow::array::{BinaryArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use slotcast_core::{DateTime, Utc};
use slotcast_lake::contract::rejects_schema;

use crate::report::reject_reason::RejectReason;

/// A source row from which nothing was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Target table; the first one if there are several.
    pub table_name: &'static str,
    /// Line on which the row starts, from 1.
    pub line: u64,
    /// Invalid column, by its name in the table. None if the whole row is invalid.
    pub column_name: Option<String>,
    /// Reason for the rejection.
    pub reason: RejectReason,
    /// Bytes of the row; empty if they name an erased customer.
    pub raw: Vec<u8>,
    /// Pseudonym of the customer, if the row has a readable one.
    pub customer: Option<String>,
}

/// Converts the rejects of a file to rows of the relation `rejects`.
pub fn rejects_to_batch(file: &str, rejects: &[Reject], batch_id: &str, now: DateTime<Utc>) -> RecordBatch {
    let constant = |text: &str| StringArray::from_iter_values(std::iter::repeat_n(text, rejects.len()));
    let lines = rejects.iter().map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX));
    let known_at = vec![now.timestamp_micros(); rejects.len()];
    RecordBatch::try_new(
        rejects_schema(),
        vec![
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|reject| reject.table_name))),
            Arc::new(constant(file)),
            Arc::new(Int64Array::from_iter_values(lines)),
            Arc::new(rejects.iter().map(|reject| reject.column_name.as_deref()).collect::<StringArray>()),
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|reject| reject.reason.code()))),
            Arc::new(BinaryArray::from_iter_values(rejects.iter().map(|reject| &reject.raw))),
            Arc::new(constant(batch_id)),
            Arc::new(TimestampMicrosecondArray::from(known_at).with_timezone("UTC")),
            Arc::new(rejects.iter().map(|reject| reject.customer.as_deref()).collect::<StringArray>()),
        ],
    )
    .expect("the columns match the schema of `rejects`")
}
