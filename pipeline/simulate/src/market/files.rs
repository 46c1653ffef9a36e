//! Tables as files: CSV, NDJSON or Parquet.

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

/// How files are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileForm {
    /// Text with a header.
    #[default]
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Typed columns.
    Parquet,
}

impl FileForm {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Parquet];

    /// Its name, which is the ending of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for FileForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FileForm {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        let found = Self::ALL.into_iter().find(|form| form.as_str() == text);
        found.ok_or_else(|| SimulateError::Spec {
            message: format!("files are csv, ndjson or parquet, not `{text}`"),
        })
    }
}

/// Opens a file of an inbox for writing, by its path relative to the inbox; from several threads at once.
pub type OpenShared<'a> = dyn Fn(&str) -> io::Result<Box<dyn Write + Send + 'a>> + Sync + 'a;

/// Writes a table as one file; nothing where there are no rows.
pub(crate) fn write_table(
    form: FileForm,
    path: &str,
    batch: &RecordBatch,
    open: &OpenShared<'_>,
) -> Result<(), SimulateError> {
    if batch.num_rows() == 0 {
        return Ok(());
    }
    let path = format!("{path}.{form}");
    let failed = |source| SimulateError::Write { path: path.clone(), source };
    let mut to = open(&path).map_err(failed)?;
    write_rows(form, batch, &mut to)?;
    to.flush().map_err(failed)
}

/// Writes rows in a form.
pub(crate) fn write_rows(
    form: FileForm,
    batch: &RecordBatch,
    to: &mut (dyn Write + Send),
) -> Result<(), SimulateError> {
    match form {
        FileForm::Csv => {
            let mut writer = csv::WriterBuilder::new().with_header(true).build(to);
            writer.write(batch)?;
        }
        FileForm::Ndjson => {
            let mut writer = json::LineDelimitedWriter::new(to);
            writer.write(batch)?;
            writer.finish()?;
        }
        FileForm::Parquet => {
            let mut properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_statistics_enabled(EnabledStatistics::None)
                .set_created_by("slotcast".to_owned());
            // Ids hardly repeat: a dictionary of them only costs.
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
