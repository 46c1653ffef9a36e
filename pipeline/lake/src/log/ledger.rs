//! Ledgers: small tables that are replaced as a whole, and conversion of their rows.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::{Float64Type, Int64Type, TimestampMicrosecondType},
};
use slotcast_core::{DateTime, Utc};

use super::{commit::FilesToRemove, lake::Lake};
use crate::{
    error::LakeError,
    storage::{Snapshot, TableId},
};

impl Lake {
    /// Replaces all rows of a ledger, as one file.
    pub(crate) async fn replace_ledger(&self, table: &TableId, batch: RecordBatch) -> Result<(), LakeError> {
        let next = self.head(table).await?.map_or(0, |snapshot| snapshot.version + 1);
        let schema = batch.schema();
        let file = self.write_file(table, &format!("part-{next:08}.parquet"), &[batch])?;
        self.commit(table, &schema, &[file], &FilesToRemove::All).await?;
        Ok(())
    }

    /// Reads all rows of a ledger, none if it does not exist.
    pub(crate) async fn read_ledger<R>(
        &self,
        table: &TableId,
        parse: impl Fn(&LedgerRow<'_>) -> Option<R>,
    ) -> Result<Vec<R>, LakeError> {
        let head = self.head(table).await?;
        head.map_or(Ok(Vec::new()), |snapshot| self.parse_ledger(&snapshot, parse))
    }

    /// Rows of a ledger at one version.
    pub(crate) fn parse_ledger<R>(
        &self,
        snapshot: &Snapshot,
        parse: impl Fn(&LedgerRow<'_>) -> Option<R>,
    ) -> Result<Vec<R>, LakeError> {
        let table = &snapshot.table;
        let mut rows = Vec::new();
        for batch in snapshot.read()? {
            for row in 0..batch.num_rows() {
                rows.push(parse(&LedgerRow { batch: &batch, row }).ok_or_else(|| LakeError::Damaged {
                    path: self.layout().table(table),
                    reason: format!("a row of the ledger `{}` cannot be parsed", table.name),
                })?);
            }
        }
        Ok(rows)
    }
}

/// One row of a ledger. Its values are `None` if the column is missing or has another type.
pub(crate) struct LedgerRow<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl LedgerRow<'_> {
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        Some(self.batch.column_by_name(name)?.as_string_opt::<i32>()?.value(self.row).to_owned())
    }

    /// A text that may be null.
    pub(crate) fn optional_text(&self, name: &str) -> Option<Option<String>> {
        let column = self.batch.column_by_name(name)?.as_string_opt::<i32>()?;
        Some(column.is_valid(self.row).then(|| column.value(self.row).to_owned()))
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        Some(self.batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?.value(self.row))
    }

    /// An integer; `None` also if it is null.
    pub(crate) fn optional_integer(&self, name: &str) -> Option<i64> {
        let column = self.batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    /// An instant in microseconds; `None` also if it is null.
    pub(crate) fn optional_micros(&self, name: &str) -> Option<i64> {
        let column = self.batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        column.is_valid(self.row).then(|| column.value(self.row))
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        Some(self.batch.column_by_name(name)?.as_primitive_opt::<Float64Type>()?.value(self.row))
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        Some(self.batch.column_by_name(name)?.as_boolean_opt()?.value(self.row))
    }

    pub(crate) fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        let column = self.batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        DateTime::from_timestamp_micros(column.value(self.row))
    }
}

pub(crate) fn text_array<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

pub(crate) fn instant_array(values: impl Iterator<Item = DateTime<Utc>>) -> ArrayRef {
    let micros = values.map(|instant| Some(instant.timestamp_micros()));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}
