//! Copies of Parquet files in which some columns say nothing.

use std::{path::Path, sync::Arc};

use arrow::array::{Array, RecordBatch, new_null_array};

use crate::{
    error::LakeError,
    parquet_file::{read_column, read_part, write_rows},
};

/// Writes a copy of a file with nulls in the hidden columns; `false`, and nothing written, where they say nothing
/// anyway.
pub(crate) fn write_masked(
    file: &Path,
    folder: &Path,
    name: &str,
    is_hidden: impl Fn(&str) -> bool,
) -> Result<bool, LakeError> {
    let rows = read_part(file)?;
    let schema = rows.schema();
    let mut says_something = false;
    for field in schema.fields().iter().filter(|field| is_hidden(field.name())) {
        let values = read_column(&[file.to_owned()], field.name())?;
        says_something |= values.iter().any(|array| array.null_count() < array.len());
    }
    if !says_something {
        return Ok(false);
    }
    let masked = rows.map(|batch| {
        let batch = batch?;
        let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
            if is_hidden(field.name()) {
                new_null_array(field.data_type(), batch.num_rows())
            } else {
                Arc::clone(column)
            }
        });
        Ok(RecordBatch::try_new(Arc::clone(&schema), columns.collect())?)
    });
    write_rows(folder, name, &schema, masked)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet_file::{read_parts, write_part};
    use arrow::array::{AsArray, Float64Array, StringArray};
    use arrow::datatypes::Float64Type;

    fn written(folder: &Path, cost: Option<f64>) -> bool {
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(StringArray::from_iter_values(["a", "b"])) as Arc<dyn Array>),
            ("unit_cost", Arc::new(Float64Array::from(vec![cost, None]))),
        ]);
        write_part(folder, "own.parquet", &[batch.unwrap()], None).unwrap();
        write_masked(&folder.join("own.parquet"), folder, "copy.parquet", |name| name == "unit_cost").unwrap()
    }

    #[test]
    fn hidden_columns_are_null_and_others_are_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        assert!(written(folder.path(), Some(900.0)));
        let copy = &read_parts(&[folder.path().join("copy.parquet")]).unwrap()[0];
        assert_eq!(copy.column(0).as_string::<i32>().value(1), "b");
        assert_eq!(copy.column(1).as_primitive::<Float64Type>().null_count(), 2);
    }

    #[test]
    fn a_file_that_hides_nothing_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!written(folder.path(), None));
        assert!(!folder.path().join("copy.parquet").exists());
    }
}
