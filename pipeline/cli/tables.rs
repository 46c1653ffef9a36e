//! Data for stdout: a table for people, CSV, JSON or Parquet for programs, written as it comes.

use std::{io::IsTerminal, sync::Arc};

use anyhow::{Context, Result};
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
    args::Format,
    cells::Cells,
    failure::UserError,
    printer::{Pipe, Printer},
};

/// Characters without which a column is no longer readable.
const NARROWEST: usize = 12;

/// Prints rows in the format asked for.
pub(crate) fn print_rows(
    printer: &Printer,
    format: Format,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<()> {
    let mut output = Output::begin(printer, format, schema)?;
    for batch in batches {
        output.write(batch)?;
    }
    output.end()
}

/// Rows on their way to stdout. A table is printed at its end, when its widths are known.
pub(crate) struct Output {
    cells: Cells,
    pipe: Pipe,
    writer: Writer,
}

enum Writer {
    Table(SchemaRef, Vec<RecordBatch>),
    Csv(Box<arrow::csv::Writer<Pipe>>),
    Json(arrow::json::Writer<Pipe, JsonArray>),
    Parquet(Box<ArrowWriter<Pipe>>),
}

impl Output {
    pub(crate) fn begin(printer: &Printer, format: Format, schema: &SchemaRef) -> Result<Self> {
        if format == Format::Parquet && std::io::stdout().is_terminal() {
            let hint = "send it to a file: `... --format parquet > rows.parquet`";
            return Err(UserError::new("Parquet is not for a terminal", hint).into());
        }
        let cells = Cells::new(format, schema);
        let (schema, pipe) = (Arc::clone(cells.schema()), Pipe::default());
        for name in cells.renamed() {
            printer.warn(format!("two columns are called the same, so one is given as `{name}`"));
        }
        let writer = match format {
            Format::Table => Writer::Table(schema, Vec::new()),
            Format::Csv => {
                let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(pipe.clone());
                // The header comes also where no row does.
                writer.write(&RecordBatch::new_empty(schema))?;
                Writer::Csv(Box::new(writer))
            }
            Format::Json => Writer::Json(WriterBuilder::new().with_explicit_nulls(true).build(pipe.clone())),
            Format::Parquet => {
                let compression = Compression::ZSTD(ZstdLevel::default());
                let properties = WriterProperties::builder().set_compression(compression).build();
                Writer::Parquet(Box::new(ArrowWriter::try_new(pipe.clone(), schema, Some(properties))?))
            }
        };
        Ok(Self { cells, pipe, writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = self.cells.of(batch)?;
        match &mut self.writer {
            Writer::Table(_, batches) => batches.push(batch),
            Writer::Csv(writer) => writer.write(&batch).context("cannot write to stdout")?,
            Writer::Json(writer) => writer.write(&batch).context("cannot write to stdout")?,
            Writer::Parquet(writer) => writer.write(&batch).context("cannot write to stdout")?,
        }
        Ok(())
    }

    /// Whether the reader went away (`| head`), so that nothing more is needed.
    pub(crate) fn is_closed(&self) -> bool {
        self.pipe.is_closed()
    }

    /// How long the reader kept us waiting since this was asked last.
    pub(crate) fn waited(&self) -> std::time::Duration {
        self.pipe.waited()
    }

    pub(crate) fn end(self) -> Result<()> {
        use std::io::Write;
        let Self { mut pipe, writer, .. } = self;
        match writer {
            Writer::Table(schema, batches) => pipe.write_all(as_table(&schema, &batches)?.as_bytes())?,
            Writer::Csv(_) => {}
            Writer::Json(mut writer) => {
                writer.finish()?;
                pipe.write_all(b"\n")?;
            }
            Writer::Parquet(writer) => {
                writer.close()?;
            }
        }
        pipe.flush().context("cannot write to stdout")
    }
}

/// A table for people: numbers to the right, nulls empty, moments with their offset.
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

/// The width of the terminal, where cells wrapped into it can still be read; else lines run over its edge.
fn width_for(columns: usize) -> Option<u16> {
    let (terminal_size::Width(width), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    (usize::from(width) >= columns.saturating_mul(NARROWEST)).then_some(width)
}

fn formatters<'a>(schema: &Schema, batch: &'a RecordBatch) -> Result<Vec<ArrayFormatter<'a>>> {
    let columns = batch.columns().iter().zip(schema.fields());
    let formatters = columns.map(|(column, field)| {
        let moment = match field.data_type() {
            DataType::Timestamp(_, Some(zone)) if zone.as_ref() == "UTC" || zone.as_ref() == "+00:00" => {
                "%Y-%m-%d %H:%M:%S%.fZ"
            }
            _ => "%Y-%m-%d %H:%M:%S%.f%:z",
        };
        ArrayFormatter::try_new(
            column.as_ref(),
            &FormatOptions::default().with_timestamp_tz_format(Some(moment)),
        )
    });
    Ok(formatters.collect::<Result<Vec<_>, _>>()?)
}

/// Titles come from anywhere: nothing in them may steer a terminal.
fn printable(text: &str) -> String {
    let steers = |letter: char| letter.is_control() && letter != '\n';
    text.chars().map(|letter| if steers(letter) { '\u{fffd}' } else { letter }).collect()
}
