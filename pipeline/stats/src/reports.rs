//! Reports: relations computed by SQL after ranking, from everything the run has written so far.

use std::sync::Arc;

use arrow::{
    array::{Date32Array, RecordBatch, StringArray},
    compute::concat_batches,
    datatypes::{DataType, Field, Schema},
};
use chrono::{DateTime, NaiveDate, Utc};
use slotcast_lake::{Snapshot, cast_to_lake_types};

use crate::{
    calendar::day_number,
    engine::{MemoryLimit, Session, parquet_table},
    error::StatsError,
    registry::REPORTS,
};

/// Tables that reports read, and the time for which they are made.
#[derive(Debug)]
pub struct ReportInputs<'a> {
    /// Relations of the run.
    pub relations: &'a [Snapshot],
    /// Rows that are not a relation of the run, by name.
    pub rows: &'a [(&'static str, RecordBatch)],
    /// Time for which the run is made.
    pub as_of: DateTime<Utc>,
    /// Local day of that time.
    pub today: NaiveDate,
    /// Currency of the market.
    pub currency: Option<&'a str>,
}

/// Every kept report, as one batch with its name.
///
/// # Errors
/// Fails if a relation that a report reads is missing, or a query cannot be run.
pub async fn list_reports(inputs: &ReportInputs<'_>) -> Result<Vec<(&'static str, RecordBatch)>, StatsError> {
    let session = Session::new(inputs.as_of, &MemoryLimit::new(None), 2)?;
    for snapshot in inputs.relations {
        session.put(&snapshot.table.name, parquet_table(snapshot)?)?;
    }
    for (name, rows) in inputs.rows {
        session.put_rows(name, &rows.clone().into())?;
    }
    let schema = Arc::new(Schema::new(vec![
        Field::new("today", DataType::Date32, false),
        Field::new("currency", DataType::Utf8, true),
    ]));
    let today = Arc::new(Date32Array::from(vec![day_number(inputs.today)]));
    let currency = Arc::new(StringArray::from(vec![inputs.currency]));
    session.put_rows("run_params", &RecordBatch::try_new(schema, vec![today, currency])?.into())?;
    let mut reports = Vec::new();
    for report in REPORTS.iter() {
        let failed = StatsError::relation(report.name);
        let rows = session.rows(report.sql).await.map_err(failed)?;
        session.put_rows(report.name, &rows)?;
        if report.is_kept {
            reports.push((report.name, cast_to_lake_types(&concat_batches(&rows.schema, &rows.batches)?)?));
        }
    }
    Ok(reports)
}
