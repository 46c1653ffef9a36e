//! Conversion of columns that an output format cannot represent.

use std::{collections::HashSet, sync::Arc};

use anyhow::{Context as _, Result};
use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Field, Schema, SchemaRef},
    json::{LineDelimitedWriter, WriterBuilder},
};

use crate::args::Format;

/// Conversion of a column.
enum Conversion {
    Unchanged,
    /// Another type: text for durations, values for dictionaries.
    Cast(DataType),
    /// Raw bytes, such as rejected rows, as text; invalid UTF-8 becomes U+FFFD.
    Text,
    /// Nested values as JSON.
    Json,
}

/// Columns of a result, converted for a format.
pub(crate) struct OutputColumns {
    conversions: Vec<Conversion>,
    schema: SchemaRef,
    renamed: Vec<String>,
}

impl OutputColumns {
    pub(crate) fn new(format: Format, schema: &Schema) -> Self {
        let (mut conversions, mut fields, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
        let mut names = HashSet::new();
        for field in schema.fields() {
            let conversion = conversion(format, field.data_type());
            let data_type = match &conversion {
                Conversion::Unchanged => field.data_type().clone(),
                Conversion::Cast(data_type) => data_type.clone(),
                Conversion::Text | Conversion::Json => DataType::Utf8,
            };
            let name = free_name(field.name(), &names);
            // Tables and CSV may repeat a name; JSON objects and Parquet may not.
            let is_renamed = name != *field.name() && matches!(format, Format::Json | Format::Parquet);
            if is_renamed {
                renamed.push(name.clone());
            }
            fields.push(Field::new(if is_renamed { &name } else { field.name() }, data_type, true));
            names.insert(name);
            conversions.push(conversion);
        }
        Self { conversions, schema: Arc::new(Schema::new(fields)), renamed }
    }

    /// Schema after conversion.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// New names of columns whose name was taken.
    pub(crate) fn renamed(&self) -> &[String] {
        &self.renamed
    }

    pub(crate) fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns =
            batch.columns().iter().zip(&self.conversions).map(|(column, conversion)| match conversion {
                Conversion::Unchanged => Ok(Arc::clone(column)),
                Conversion::Cast(data_type) => Ok(cast(column, data_type)?),
                Conversion::Text => as_text(column),
                Conversion::Json => as_json(column),
            });
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_>>()?)?)
    }
}

fn conversion(format: Format, data_type: &DataType) -> Conversion {
    match (data_type, format) {
        (_, Format::Table) if data_type.is_nested() => Conversion::Unchanged,
        (_, Format::Csv) if data_type.is_nested() => Conversion::Json,
        (DataType::Interval(_) | DataType::Duration(_) | DataType::Null, Format::Parquet)
        | (DataType::Interval(_) | DataType::Duration(_), Format::Json) => Conversion::Cast(DataType::Utf8),
        (_, Format::Parquet) => Conversion::Unchanged,
        (DataType::Dictionary(_, value), _) => Conversion::Cast(value.as_ref().clone()),
        (
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_),
            _,
        ) => Conversion::Text,
        _ => Conversion::Unchanged,
    }
}

/// `name`, or else the first of `name_2`, `name_3`, ... that is free.
fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .expect("an endless iterator")
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
    let lines = String::from_utf8(writer.into_inner()).context("invalid UTF-8 in JSON")?;
    // Each line is {"v":...}.
    let values =
        lines.lines().map(|line| line.strip_prefix("{\"v\":").and_then(|rest| rest.strip_suffix('}')));
    let texts = values.enumerate().map(|(row, value)| value.filter(|_| column.is_valid(row)));
    Ok(Arc::new(texts.collect::<StringArray>()))
}
