//! Copies of Parquet files without the values of confidential columns.

use std::{path::Path, sync::Arc};

use arrow::array::{Array, RecordBatch, new_null_array};

use super::{
    parquet_reader::{read_column, read_parquet},
    parquet_writer::write_parquet_stream,
};
use crate::error::LakeError;

/// Writes a copy of a file with nulls in the hidden columns. Returns `false` and writes nothing if these
/// columns contain only nulls anyway.
pub(crate) fn write_redacted(
    file: &Path,
    folder: &Path,
    name: &str,
    is_hidden: impl Fn(&str) -> bool,
) -> Result<bool, LakeError> {
    let rows = read_parquet(file)?;
    let schema = rows.schema();
    let mut has_values = false;
    for field in schema.fields().iter().filter(|field| is_hidden(field.name())) {
        let values = read_column(&[file.to_owned()], field.name())?;
        has_values |= values.iter().any(|array| array.null_count() < array.len());
    }
    if !has_values {
        return Ok(false);
    }
    let redacted = rows.map(|batch| {
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
    write_parquet_stream(folder, name, &schema, redacted)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::{parquet_reader::read_parquet_files, parquet_writer::write_parquet};
    use super::*;
    use arrow::array::{AsArray, Float64Array, StringArray};
    use arrow::datatypes::Float64Type;

    fn is_redacted(folder: &Path, cost: Option<f64>) -> bool {
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(StringArray::from_iter_values(["a", "b"])) as Arc<dyn Array>),
            ("unit_cost", Arc::new(Float64Array::from(vec![cost, None]))),
        ]);
        write_parquet(folder, "own.parquet", &[batch.unwrap()], None).unwrap();
        let is_hidden = |name: &str| name == "unit_cost";
        write_redacted(&folder.join("own.parquet"), folder, "copy.parquet", is_hidden).unwrap()
    }

    #[test]
    fn only_hidden_columns_become_null() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_redacted(folder.path(), Some(900.0)));
        let copy = &read_parquet_files(&[folder.path().join("copy.parquet")]).unwrap()[0];
        assert_eq!(copy.column(0).as_string::<i32>().value(1), "b");
        assert_eq!(copy.column(1).as_primitive::<Float64Type>().null_count(), 2);
    }

    #[test]
    fn a_file_without_hidden_values_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_redacted(folder.path(), None));
        assert!(!folder.path().join("copy.parquet").exists());
    }
}
