//! Columns of fact files, read in the types that staging uses.

use std::{fs::File, path::Path, sync::Arc};

use arrow::{
    array::{Array, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Int64Type, Schema, TimestampMicrosecondType},
};
use datafusion::parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
};

use super::{
    held::{Version, VersionOrder},
    retractions::Retractions,
};
use crate::{engine::required_column, error::StatsError};

const BATCH_ROWS: usize = 32_768;

/// Columns of repeated texts. They are read as dictionaries, so that a text is looked up once per page, not per row.
const DICTIONARIES: [&str; 6] = ["campaign_id", "product_id", "channel", "kind", "event", "measure"];

/// Reads these columns of a file, batch by batch; columns that the file lacks are left out.
pub(crate) fn read_columns(
    path: &Path,
    columns: &[&str],
    mut each: impl FnMut(RecordBatch) -> Result<(), StatsError>,
) -> Result<(), StatsError> {
    let failed = |error: &dyn std::fmt::Display| {
        StatsError::Internal(format!("`{}` cannot be read: {error}", path.display()))
    };
    let file = File::open(path).map_err(|error| failed(&error))?;
    let found =
        ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|error| failed(&error))?;
    let fields = found.schema().fields().iter().map(|field| {
        let kind = match field.data_type() {
            DataType::Utf8 if DICTIONARIES.contains(&field.name().as_str()) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            DataType::Utf8 => DataType::Utf8View,
            other => other.clone(),
        };
        Field::new(field.name(), kind, field.is_nullable())
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options)
        .map_err(|error| failed(&error))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader =
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(|error| failed(&error))?;
    for batch in reader {
        each(batch?)?;
    }
    Ok(())
}

pub(crate) fn instants<'a>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a TimestampMicrosecondArray, StatsError> {
    required_column(batch, name)?
        .as_primitive_opt::<TimestampMicrosecondType>()
        .ok_or_else(|| StatsError::Internal(format!("column `{name}` is not a timestamp")))
}

pub(crate) fn counts<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array, StatsError> {
    required_column(batch, name)?
        .as_primitive_opt::<Int64Type>()
        .ok_or_else(|| StatsError::Internal(format!("column `{name}` is not an integer")))
}

/// Columns that order versions.
pub(crate) struct VersionColumns<'a> {
    recorded_at: &'a TimestampMicrosecondArray,
    known_at: &'a TimestampMicrosecondArray,
    origin: &'a Int64Array,
    line: &'a Int64Array,
}

impl<'a> VersionColumns<'a> {
    pub(crate) fn new(batch: &'a RecordBatch) -> Result<Self, StatsError> {
        Ok(Self {
            recorded_at: instants(batch, "recorded_at")?,
            known_at: instants(batch, "known_at")?,
            origin: counts(batch, "source_file_id")?,
            line: counts(batch, "line")?,
        })
    }

    /// Sort key of a row's version.
    pub(crate) fn order(&self, row: usize) -> VersionOrder {
        let known_at = self.known_at.value(row);
        let recorded = if self.recorded_at.is_valid(row) { self.recorded_at.value(row) } else { known_at };
        (recorded, known_at, self.origin.value(row), self.line.value(row))
    }

    /// Source file of a row.
    pub(crate) fn source_file(&self, row: usize) -> i64 {
        self.origin.value(row)
    }

    /// A row as a version of its key.
    pub(crate) fn version(&self, row: usize, retractions: &Retractions) -> Version {
        Version { order: self.order(row), retracted_from: retractions.known(self.source_file(row)) }
    }
}
