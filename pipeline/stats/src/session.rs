//! The one place where a query session is made.

use std::sync::Arc;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use chrono::{DateTime, TimeDelta, Utc};
use datafusion::{
    catalog::{MemTable, MemorySchemaProvider, SchemaProvider},
    common::ScalarValue,
    dataframe::DataFrame,
    datasource::{
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::Result as EngineResult,
    prelude::{SessionConfig, SessionContext},
};
use slotcast_core::{Knowledge, SlotCalendar};
use slotcast_lake::{Snapshot, contract::TABLES};

use crate::{calendar_tables, error::StatsError};

/// What a build is asked: which moment it speaks for, and which slot's offers will be scored.
#[derive(Clone, Debug)]
pub struct Question {
    /// The moment.
    pub as_of: DateTime<Utc>,
    /// When slots open.
    pub calendar: SlotCalendar,
    /// The slot that will be scored, and its T.
    pub scored: Knowledge,
    /// How long after the close refunds may come.
    pub refund_window: TimeDelta,
}

/// A session over the facts of one snapshot, for one question.
pub struct Session {
    pub(crate) context: SessionContext,
    pub(crate) as_of: DateTime<Utc>,
}

#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub(crate) fn new_context() -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(2)
        .with_information_schema(true)
        .set_str("datafusion.execution.time_zone", "+00:00");
    SessionContext::new_with_config(config)
}

/// A table over the Parquet files of a snapshot; columns that older files lack are null.
pub(crate) fn listing(snapshot: &Snapshot) -> EngineResult<Arc<dyn datafusion::catalog::TableProvider>> {
    if snapshot.files.is_empty() {
        return empty(Arc::clone(&snapshot.schema));
    }
    let mut urls = Vec::new();
    for file in &snapshot.files {
        let absolute = std::path::absolute(&file.path)?;
        urls.push(ListingTableUrl::parse(absolute.to_string_lossy())?);
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::clone(&snapshot.schema));
    Ok(Arc::new(ListingTable::try_new(config)?))
}

fn empty(schema: SchemaRef) -> EngineResult<Arc<dyn datafusion::catalog::TableProvider>> {
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![]])?))
}

impl Session {
    /// Opens a session over these snapshots of facts. Tables that the lake does not have yet are empty.
    ///
    /// # Errors
    /// When a snapshot cannot be read.
    pub async fn open(facts: &[Snapshot], question: &Question) -> Result<Self, StatsError> {
        let context = new_context();
        let schema = Arc::new(MemorySchemaProvider::new());
        for table in &TABLES {
            let provider = match facts.iter().find(|snapshot| snapshot.table.name == table.name) {
                Some(snapshot) => listing(snapshot)?,
                None => empty(table.fact_schema(&[]))?,
            };
            schema.register_table(table.name.to_owned(), provider)?;
        }
        let catalog = context.catalog("datafusion").expect("a new session has its default catalog");
        catalog.register_schema("facts", schema)?;
        let session = Self { context, as_of: question.as_of };
        session.register_calendar(question).await?;
        Ok(session)
    }

    /// Slots and offsets for every opening that the facts name, and up to the scored slot.
    async fn register_calendar(&self, question: &Question) -> Result<(), StatsError> {
        let bounds = self
            .context
            .sql(
                "SELECT min(opens_at) AS first, max(opens_at) AS last FROM facts.campaigns \
                 UNION ALL \
                 SELECT CAST(min(slot_date) AS TIMESTAMP), CAST(max(slot_date) AS TIMESTAMP) FROM facts.candidates",
            )
            .await?
            .collect()
            .await?;
        let mut first = question.as_of.min(question.scored.slot.opens_at);
        let mut last = question.as_of.max(question.scored.slot.opens_at);
        for batch in &bounds {
            for column in batch.columns() {
                let kind = slotcast_lake::contract::instant_type();
                let column = arrow::compute::cast(column, &kind)?;
                let values = arrow::array::AsArray::as_primitive::<arrow::datatypes::TimestampMicrosecondType>(
                    column.as_ref(),
                );
                for instant in values.iter().flatten().filter_map(DateTime::from_timestamp_micros) {
                    first = first.min(instant);
                    last = last.max(instant);
                }
            }
        }
        // A candidate's slot opens some hours after the midnight of its date.
        let (first, last) = (first - TimeDelta::days(1), last + TimeDelta::days(1));
        let calendar = &question.calendar;
        self.register("slots", vec![calendar_tables::slots(calendar, &question.scored, first, last)?])?;
        self.register("zone_offsets", vec![calendar_tables::zone_offsets(calendar.zone(), first, last)?])?;
        self.register("settings", vec![calendar_tables::settings(question.refund_window)?])
    }

    /// Registers batches as a table, in place of one of that name.
    pub(crate) fn register(&self, name: &str, batches: Vec<RecordBatch>) -> Result<(), StatsError> {
        let schema = batches[0].schema();
        self.context.deregister_table(name)?;
        self.context.register_table(name, Arc::new(MemTable::try_new(schema, vec![batches])?))?;
        Ok(())
    }

    /// Plans a query with `$as_of` bound.
    pub(crate) async fn plan(&self, sql: &str) -> EngineResult<DataFrame> {
        let as_of =
            ScalarValue::TimestampMicrosecond(Some(self.as_of.timestamp_micros()), Some("UTC".into()));
        self.context.sql(sql).await?.with_param_values(vec![("as_of", as_of)])
    }
}
