//! Rows on stdout: a table for people; CSV, JSON or Parquet as a stream for programs.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context as _, Result};
use arrow::{
    array::RecordBatch,
    datatypes::{DataType, Schema, SchemaRef},
    json::{WriterBuilder, writer::JsonArray},
    util::display::{ArrayFormatter, FormatOptions},
};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_BORDERS_ONLY};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use crate::{
    args::Format, failure::UserError, output_format::OutputColumns, printer::Printer, stdout::Stdout,
};

/// Minimum width of a readable column, in characters.
const MIN_COLUMN_WIDTH: usize = 12;

/// Prints rows in a format.
pub(crate) fn print_rows(
    printer: &Printer,
    format: Format,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<()> {
    let mut output = RowOutput::new(printer, format, schema)?;
    for batch in batches {
        output.write(batch)?;
    }
    output.end()
}

/// Writer of rows to stdout. A table is buffered until the end, when the widths of its columns are known.
pub(crate) struct RowOutput {
    columns: OutputColumns,
    stdout: Stdout,
    writer: FormatWriter,
}

enum FormatWriter {
    Table(SchemaRef, Vec<RecordBatch>),
    Csv(Box<arrow::csv::Writer<Stdout>>),
    Json(arrow::json::Writer<Stdout, JsonArray>),
    Parquet(Box<ArrowWriter<Stdout>>),
}

impl RowOutput {
    pub(crate) fn new(printer: &Printer, format: Format, schema: &SchemaRef) -> Result<Self> {
        if format == Format::Parquet && std::io::stdout().is_terminal() {
            let hint = "redirect it to a file: `... --format parquet > rows.parquet`";
            return Err(UserError::new("Parquet cannot be printed on a terminal", hint).into());
        }
        let columns = OutputColumns::new(format, schema);
        let (schema, stdout) = (Arc::clone(columns.schema()), Stdout::default());
        for name in columns.renamed() {
            printer.warn(format!("two columns have the same name; one is renamed to `{name}`"));
        }
        let writer = match format {
            Format::Table => FormatWriter::Table(schema, Vec::new()),
            Format::Csv => {
                let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(stdout.clone());
                // A result without rows has a header too.
                writer.write(&RecordBatch::new_empty(schema))?;
                FormatWriter::Csv(Box::new(writer))
            }
            Format::Json => {
                FormatWriter::Json(WriterBuilder::new().with_explicit_nulls(true).build(stdout.clone()))
            }
            Format::Parquet => {
                let compression = Compression::ZSTD(ZstdLevel::default());
                let properties = WriterProperties::builder().set_compression(compression).build();
                FormatWriter::Parquet(Box::new(ArrowWriter::try_new(
                    stdout.clone(),
                    schema,
                    Some(properties),
                )?))
            }
        };
        Ok(Self { columns, stdout, writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = self.columns.convert(batch)?;
        match &mut self.writer {
            FormatWriter::Table(_, batches) => batches.push(batch),
            FormatWriter::Csv(writer) => writer.write(&batch).context("cannot write to stdout")?,
            FormatWriter::Json(writer) => writer.write(&batch).context("cannot write to stdout")?,
            FormatWriter::Parquet(writer) => writer.write(&batch).context("cannot write to stdout")?,
        }
        Ok(())
    }

    /// Whether the reader has closed stdout (`| head`).
    pub(crate) fn is_closed(&self) -> bool {
        self.stdout.is_closed()
    }

    /// Time spent waiting for the reader since the last call.
    pub(crate) fn take_wait_time(&self) -> std::time::Duration {
        self.stdout.take_wait_time()
    }

    pub(crate) fn end(self) -> Result<()> {
        use std::io::Write;
        let Self { mut stdout, writer, .. } = self;
        match writer {
            FormatWriter::Table(schema, batches) => {
                stdout.write_all(as_table(&schema, &batches)?.as_bytes())?
            }
            FormatWriter::Csv(_) => {}
            FormatWriter::Json(mut writer) => {
                writer.finish()?;
                stdout.write_all(b"\n")?;
            }
            FormatWriter::Parquet(writer) => {
                writer.close()?;
            }
        }
        stdout.flush().context("cannot write to stdout")
    }
}

/// A table for people: numbers right-aligned, nulls empty, timestamps with their offset.
pub(crate) fn as_table(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<String> {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(schema.fields().iter().map(|field| printable(field.name())));
    if let Some(width) = width_for(schema.fields().len()) {
        table.set_width(width);
    }
    for batch in batches {
        let columns = formatters(schema, batch)?;
        for row in 0..batch.num_rows() {
            table.add_row(columns.iter().map(|column| printable(&column.value(row).to_string())));
        }
    }
    for (index, field) in schema.fields().iter().enumerate() {
        if let Some(column) = table.column_mut(index).filter(|_| field.data_type().is_numeric()) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Ok(format!("{table}\n"))
}

/// Width of the terminal; `None` if it is too narrow for readable columns, or unknown.
fn width_for(columns: usize) -> Option<u16> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    (usize::from(width) >= columns.saturating_mul(MIN_COLUMN_WIDTH)).then_some(width)
}

fn formatters<'a>(schema: &Schema, batch: &'a RecordBatch) -> Result<Vec<ArrayFormatter<'a>>> {
    let columns = batch.columns().iter().zip(schema.fields());
    let formatters = columns.map(|(column, field)| {
        let format = match field.data_type() {
            DataType::Timestamp(_, Some(zone)) if zone.as_ref() == "UTC" || zone.as_ref() == "+00:00" => {
                "%Y-%m-%d %H:%M:%S%.fZ"
            }
            _ => "%Y-%m-%d %H:%M:%S%.f%:z",
        };
        ArrayFormatter::try_new(
            column.as_ref(),
            &FormatOptions::default().with_timestamp_tz_format(Some(format)),
        )
    });
    Ok(formatters.collect::<Result<Vec<_>, _>>()?)
}

/// The text without control characters, which could control the terminal.
fn printable(text: &str) -> String {
    let is_control = |letter: char| letter.is_control() && letter != '\n';
    text.chars().map(|letter| if is_control(letter) { '\u{fffd}' } else { letter }).collect()
}
