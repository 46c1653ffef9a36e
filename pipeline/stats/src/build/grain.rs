//! Check of a relation's grain: every key is unique and complete.

use arrow::{
    array::{Array, RecordBatch},
    row::{OwnedRow, RowConverter, SortField},
    util::display::array_value_to_string,
};

use crate::{engine::QueryResult, error::StatsError, registry::Relation};

/// Columns of a key that may be null: orders without a channel form a group of their own.
const NULLABLE: [&str; 1] = ["channel"];

/// Checks rows that are sorted by their key. Unsorted relations group by their key, so they need no check.
pub(super) fn check_grain(relation: &'static Relation, rows: &QueryResult) -> Result<(), StatsError> {
    let Some(key) = relation.kind.sort_columns().filter(|key| !key.is_empty()) else { return Ok(()) };
    let mut last: Option<OwnedRow> = None;
    for batch in rows.batches.iter().filter(|batch| batch.num_rows() > 0) {
        let columns: Vec<_> = key.iter().filter_map(|name| batch.column_by_name(name).cloned()).collect();
        for (name, column) in key.iter().zip(&columns) {
            if column.null_count() > 0 && !NULLABLE.contains(name) {
                let row = (0..batch.num_rows()).find(|row| column.is_null(*row)).unwrap_or(0);
                let meaning = format!("rows of `{}` without `{name}`", relation.name);
                return Err(violation("no_null_keys", meaning, column.null_count(), batch, key, row));
            }
        }
        let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let converted = RowConverter::new(fields)?.convert_columns(&columns)?;
        for (index, row) in converted.iter().enumerate() {
            if last.as_ref().is_some_and(|last| last.row() == row) {
                let meaning = format!("duplicate keys in `{}`", relation.name);
                return Err(violation("unique_grain", meaning, 1, batch, key, index));
            }
            last = Some(row.owned());
        }
    }
    Ok(())
}

fn violation(
    audit: &'static str,
    meaning: String,
    rows: usize,
    batch: &RecordBatch,
    key: &[&str],
    row: usize,
) -> StatsError {
    let cells = key.iter().filter_map(|name| batch.column_by_name(name));
    let cells = cells.map(|column| array_value_to_string(column, row).unwrap_or_default());
    StatsError::Audit { audit, meaning, rows, first: format!("`{}`", cells.collect::<Vec<_>>().join(" ")) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{ArrayRef, Date32Array, StringArray},
        datatypes::DataType,
    };

    use super::*;
    use crate::{engine::schema_of, registry::relation};

    fn offers(dates: Vec<Option<i32>>, ids: Vec<&str>) -> QueryResult {
        let schema = schema_of([("slot_date", DataType::Date32), ("id", DataType::Utf8)]);
        let columns: Vec<ArrayRef> =
            vec![Arc::new(Date32Array::from(dates)), Arc::new(StringArray::from(ids))];
        RecordBatch::try_new(schema, columns).unwrap().into()
    }

    #[test]
    fn keys_are_unique_and_complete() {
        let check = |rows| check_grain(relation("offer_features"), &rows).map_err(|error| error.to_string());
        assert_eq!(check(offers(vec![Some(1), Some(1), Some(2)], vec!["a", "b", "a"])), Ok(()));
        let duplicate = check(offers(vec![Some(1), Some(1)], vec!["a", "a"])).unwrap_err();
        assert!(duplicate.contains("duplicate keys") && duplicate.contains("`1970-01-02 a`"), "{duplicate}");
        let incomplete = check(offers(vec![None, Some(1)], vec!["a", "b"])).unwrap_err();
        assert!(incomplete.contains("without `slot_date`"), "{incomplete}");
    }
}
