//! What the formats of stdout cannot hold as it is, in a form in which they can.

use std::{collections::HashSet, sync::Arc};

use anyhow::{Context, Result};
use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Field, Schema, SchemaRef},
    json::{LineDelimitedWriter, WriterBuilder},
};

use crate::args::Format;

/// What becomes of a column.
enum Change {
    /// It stays as it is.
    Nothing,
    /// Spans of time are written out, and codes are resolved.
    Cast(DataType),
    /// Raw bytes, such as those of rejected rows; what is no UTF-8 shows as a replacement sign.
    Text,
    /// Lists and the like as JSON.
    Json,
}

/// Columns as a format takes them.
pub(crate) struct Cells {
    changes: Vec<Change>,
    schema: SchemaRef,
    renamed: Vec<String>,
}

impl Cells {
    pub(crate) fn new(format: Format, schema: &Schema) -> Self {
        let (mut changes, mut fields, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for field in schema.fields() {
            let change = change(format, field.data_type());
            let kind = match &change {
                Change::Nothing => field.data_type().clone(),
                Change::Cast(kind) => kind.clone(),
                Change::Text | Change::Json => DataType::Utf8,
            };
            let name = free_name(field.name(), &names);
            // People and CSV tell columns apart by their place; objects and Parquet need names.
            let is_renamed = name != *field.name() && matches!(format, Format::Json | Format::Parquet);
            if is_renamed {
                renamed.push(name.clone());
            }
            fields.push(Field::new(if is_renamed { &name } else { field.name() }, kind, true));
            names.insert(name);
            changes.push(change);
        }
        Self { changes, schema: Arc::new(Schema::new(fields)), renamed }
    }

    /// The columns as they are given out.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Columns that got another name, because one before had theirs.
    pub(crate) fn renamed(&self) -> &[String] {
        &self.renamed
    }

    pub(crate) fn of(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = batch.columns().iter().zip(&self.changes).map(|(column, change)| match change {
            Change::Nothing => Ok(Arc::clone(column)),
            Change::Cast(kind) => Ok(cast(column, kind)?),
            Change::Text => as_text(column),
            Change::Json => as_json(column),
        });
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_>>()?)?)
    }
}

fn change(format: Format, kind: &DataType) -> Change {
    match (kind, format) {
        (_, Format::Table) if kind.is_nested() => Change::Nothing,
        (_, Format::Csv) if kind.is_nested() => Change::Json,
        (DataType::Interval(_) | DataType::Duration(_) | DataType::Null, Format::Parquet)
        | (DataType::Interval(_) | DataType::Duration(_), Format::Json) => Change::Cast(DataType::Utf8),
        (_, Format::Parquet) => Change::Nothing,
        (DataType::Dictionary(_, value), _) => Change::Cast(value.as_ref().clone()),
        (
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_),
            _,
        ) => Change::Text,
        _ => Change::Nothing,
    }
}

/// The name, or `name_2` where it is taken.
fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .expect("numbers do not end")
}

fn as_text(column: &ArrayRef) -> Result<ArrayRef> {
    let bytes = cast(column, &DataType::Binary)?;
    let texts = bytes.as_binary::<i32>().iter().map(|value| value.map(String::from_utf8_lossy));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

fn as_json(column: &ArrayRef) -> Result<ArrayRef> {
    let field = Field::new("v", column.data_type().clone(), true);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::clone(column)])?;
    let mut writer: LineDelimitedWriter<Vec<u8>> =
        WriterBuilder::new().with_explicit_nulls(true).build(Vec::new());
    writer.write(&batch)?;
    writer.finish()?;
    let lines = String::from_utf8(writer.into_inner()).context("JSON is UTF-8")?;
    // Each line is {"v":...}, of which the value is wanted.
    let values =
        lines.lines().map(|line| line.strip_prefix("{\"v\":").and_then(|rest| rest.strip_suffix('}')));
    let texts = values.enumerate().map(|(row, value)| value.filter(|_| column.is_valid(row)));
    Ok(Arc::new(texts.collect::<StringArray>()))
}
