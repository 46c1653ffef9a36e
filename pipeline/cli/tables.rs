//! Data for stdout: a table for people, CSV, JSON or Parquet for programs.

use anyhow::{Context, Result};
use arrow::{
    array::RecordBatch,
    csv::WriterBuilder,
    datatypes::{DataType, SchemaRef},
    json::ArrayWriter,
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

fn as_csv(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = WriterBuilder::new().with_header(true).build(&mut bytes);
    let empty = RecordBatch::new_empty(schema.clone());
    for batch in if batches.is_empty() { std::slice::from_ref(&empty) } else { batches } {
        writer.write(batch)?;
    }
    drop(writer);
    Ok(bytes)
}

fn as_json(batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let mut writer = ArrayWriter::new(Vec::new());
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
