//! Fingerprints of texts and rows: 128-bit hashes that change with their contents.

use arrow::{
    array::RecordBatch,
    row::{RowConverter, SortField},
};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::StatsError;

/// Fingerprint of a sequence of texts.
pub(super) fn fingerprint(texts: impl IntoIterator<Item = String>) -> String {
    let mut all = String::new();
    for text in texts {
        all.push_str(&text);
        all.push('\n');
    }
    format!("{:032x}", xxh3_128(all.as_bytes()))
}

/// Fingerprint of each row of a batch.
pub(super) fn row_fingerprints(batch: &RecordBatch) -> Result<Vec<u128>, StatsError> {
    let fields =
        batch.schema().fields().iter().map(|field| SortField::new(field.data_type().clone())).collect();
    let rows = RowConverter::new(fields)?.convert_columns(batch.columns())?;
    Ok(rows.iter().map(|row| xxh3_128(row.as_ref())).collect())
}

/// Fingerprint of the rows of some batches, independent of their order.
pub(super) fn rows_fingerprint<'a>(
    batches: impl IntoIterator<Item = &'a RecordBatch>,
) -> Result<String, StatsError> {
    let mut sum: u128 = 0;
    for batch in batches.into_iter().filter(|batch| batch.num_rows() > 0) {
        sum = row_fingerprints(batch)?.into_iter().fold(sum, u128::wrapping_add);
    }
    Ok(format!("{sum:032x}"))
}
