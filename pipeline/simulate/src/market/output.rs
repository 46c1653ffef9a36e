//! Writing tables as CSV, NDJSON or Parquet.

use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
};

use arrow::{array::RecordBatch, csv, json};
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};

use crate::error::SimulateError;

/// Format of the files of an inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// CSV with a header.
    #[default]
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// Parquet.
    Parquet,
}

impl OutputFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Parquet];

    /// Name of the format and extension of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OutputFormat {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| SimulateError::Spec {
            message: format!("the format must be `csv`, `ndjson` or `parquet`, not `{text}`"),
        })
    }
}

/// Opens a file of an inbox for writing, from several threads at once. The argument is the path relative to the
/// inbox.
pub type SyncFileOpener<'a> = dyn Fn(&str) -> io::Result<Box<dyn Write + Send + 'a>> + Sync + 'a;

/// Writes a table as one file. An empty table has no file.
pub(crate) fn write_table(
    format: OutputFormat,
    path: &str,
    batch: &RecordBatch,
    open: &SyncFileOpener<'_>,
) -> Result<(), SimulateError> {
    if batch.num_rows() == 0 {
        return Ok(());
    }
    let path = format!("{path}.{format}");
    let failed = |source| SimulateError::Write { path: path.clone(), source };
    let mut to = open(&path).map_err(failed)?;
    write_rows(format, batch, &mut to)?;
    to.flush().map_err(failed)
}

/// Writes the rows of a table.
pub(crate) fn write_rows(
    format: OutputFormat,
    batch: &RecordBatch,
    to: &mut (dyn Write + Send),
) -> Result<(), SimulateError> {
    match format {
        OutputFormat::Csv => {
            let mut writer = csv::WriterBuilder::new().with_header(true).build(to);
            writer.write(batch)?;
        }
        OutputFormat::Ndjson => {
            let mut writer = json::LineDelimitedWriter::new(to);
            writer.write(batch)?;
            writer.finish()?;
        }
        OutputFormat::Parquet => {
            let mut properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_statistics_enabled(EnabledStatistics::None)
                .set_created_by("slotcast".to_owned());
            // Ids are nearly unique, so a dictionary would only add bytes.
            for name in ["event_id", "order_id", "signal_id"] {
                properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
            }
            let mut writer = ArrowWriter::try_new(to, batch.schema(), Some(properties.build()))?;
            writer.write(batch)?;
            writer.close()?;
        }
    }
    Ok(())
}
