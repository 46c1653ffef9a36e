//! The grain of a relation: no key stands twice, and none is half said.

use arrow::{
    array::{Array, RecordBatch},
    row::{OwnedRow, RowConverter, SortField},
    util::display::array_value_to_string,
};

use crate::{error::StatsError, registry::Relation, session::Rows};

/// Columns of a key that may be null: a channel that orders do not name is a channel of its own.
const NULLABLE: [&str; 1] = ["channel"];

/// Checks rows that are ordered by their key; rows without an order are grouped by it when they are made.
pub(crate) fn check_grain(relation: &'static Relation, rows: &Rows) -> Result<(), StatsError> {
    let Some(key) = relation.kind.order().filter(|key| !key.is_empty()) else { return Ok(()) };
    let mut last: Option<OwnedRow> = None;
    for batch in rows.batches.iter().filter(|batch| batch.num_rows() > 0) {
        let columns: Vec<_> = key.iter().filter_map(|name| batch.column_by_name(name).cloned()).collect();
        for (name, column) in key.iter().zip(&columns) {
            if column.null_count() > 0 && !NULLABLE.contains(name) {
                let row = (0..batch.num_rows()).find(|row| column.is_null(*row)).unwrap_or(0);
                let meaning = format!("rows of `{}` without `{name}`", relation.name);
                return Err(broken("no_null_keys", meaning, column.null_count(), batch, key, row));
            }
        }
        let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let converted = RowConverter::new(fields)?.convert_columns(&columns)?;
        for (place, row) in converted.iter().enumerate() {
            if last.as_ref().is_some_and(|last| last.row() == row) {
                let meaning = format!("rows of `{}` whose key stands twice", relation.name);
                return Err(broken("unique_grain", meaning, 1, batch, key, place));
            }
            last = Some(row.owned());
        }
    }
    Ok(())
}

fn broken(
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
        datatypes::{DataType, Field, Schema},
    };

    use super::*;
    use crate::registry::RELATIONS;

    fn slots(dates: Vec<Option<i32>>, ids: Vec<&str>) -> Rows {
        let fields =
            vec![Field::new("slot_date", DataType::Date32, true), Field::new("id", DataType::Utf8, true)];
        let columns: Vec<ArrayRef> =
            vec![Arc::new(Date32Array::from(dates)), Arc::new(StringArray::from(ids))];
        Rows::of(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap())
    }

    #[test]
    fn a_key_stands_once_and_whole() {
        let relation = RELATIONS.iter().find(|relation| relation.name == "offer_features").unwrap();
        let said = |rows| check_grain(relation, &rows).map_err(|error| error.to_string());
        assert_eq!(said(slots(vec![Some(1), Some(1), Some(2)], vec!["a", "b", "a"])), Ok(()));
        let twice = said(slots(vec![Some(1), Some(1)], vec!["a", "a"])).unwrap_err();
        assert!(twice.contains("whose key stands twice") && twice.contains("`1970-01-02 a`"), "{twice}");
        let half = said(slots(vec![None, Some(1)], vec!["a", "b"])).unwrap_err();
        assert!(half.contains("without `slot_date`"), "{half}");
    }
}
