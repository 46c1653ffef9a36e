//! Data for stdout: a table for people, CSV, JSON or Parquet for programs.

use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::{
    array::{ArrayRef, AsArray, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
    json::{WriterBuilder, writer::JsonArray},
    util::display::{ArrayFormatter, FormatOptions},
};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_BORDERS_ONLY};

use crate::{args::Format, failure::UserError, printer::Printer};

/// Prints rows in the format asked for.
pub(crate) fn print_rows(
    printer: &Printer,
    format: Format,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<()> {
    let (schema, batches) = match format {
        Format::Parquet => (schema.clone(), batches.to_vec()),
        _ => with_readable_bytes(schema, batches)?,
    };
    let (schema, batches) = (&schema, batches.as_slice());
    let bytes = match format {
        Format::Table => as_table(schema, batches)?.into_bytes(),
        Format::Csv => as_csv(schema, batches)?,
        Format::Json => as_json(batches)?,
        Format::Parquet => {
            use std::io::IsTerminal;
            if std::io::stdout().is_terminal() {
                let message = "Parquet is not for a terminal";
                return Err(UserError::new(
                    message,
                    "send it to a file: `... --format parquet > rows.parquet`",
                )
                .into());
            }
            as_parquet(schema, batches)?
        }
    };
    printer.data(&bytes).context("cannot write to stdout")
}

/// Raw bytes, such as those of rejected rows, as text; what is no UTF-8 shows as a replacement sign.
fn with_readable_bytes(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let text_of = |kind: &DataType| if kind == &DataType::Binary { DataType::Utf8 } else { kind.clone() };
    let fields =
        schema.fields().iter().map(|field| Field::new(field.name(), text_of(field.data_type()), true));
    let readable: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let mut converted = Vec::new();
    for batch in batches {
        let columns = batch.columns().iter().map(|column| match column.as_binary_opt::<i32>() {
            Some(bytes) => {
                let texts = bytes.iter().map(|value| value.map(String::from_utf8_lossy));
                Arc::new(texts.collect::<StringArray>()) as ArrayRef
            }
            None => Arc::clone(column),
        });
        converted.push(RecordBatch::try_new(Arc::clone(&readable), columns.collect())?);
    }
    Ok((readable, converted))
}

fn as_csv(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(&mut bytes);
    let empty = RecordBatch::new_empty(schema.clone());
    for batch in if batches.is_empty() { std::slice::from_ref(&empty) } else { batches } {
        writer.write(batch)?;
    }
    drop(writer);
    Ok(bytes)
}

fn as_json(batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    let mut bytes = writer.into_inner();
    if bytes.is_empty() {
        bytes.extend_from_slice(b"[]");
    }
    bytes.push(b'\n');
    Ok(bytes)
}

fn as_parquet(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, schema.clone(), None)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.close()?;
    Ok(bytes)
}

/// A table for people: numbers to the right, nulls empty.
pub(crate) fn as_table(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<String> {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(schema.fields().iter().map(|field| field.name().clone()));
    let options = FormatOptions::default()
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%SZ"));
    for batch in batches {
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            table.add_row(columns.iter().map(|column| column.value(row).to_string()));
        }
    }
    for (index, field) in schema.fields().iter().enumerate() {
        let is_number = field.data_type().is_numeric() && field.data_type() != &DataType::Boolean;
        if let Some(column) = table.column_mut(index).filter(|_| is_number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(format!("{table}\n"))
}
