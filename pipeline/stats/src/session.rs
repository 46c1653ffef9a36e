//! The one place where a query session is made.

use std::{num::NonZeroUsize, sync::Arc};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use chrono::{DateTime, TimeDelta, Utc};
use datafusion::{
    catalog::{MemTable, MemorySchemaProvider, SchemaProvider, TableProvider},
    common::ScalarValue,
    dataframe::DataFrame,
    datasource::{
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::Result as EngineResult,
    execution::{
        memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool, UnboundedMemoryPool},
        runtime_env::RuntimeEnvBuilder,
    },
    physical_plan::collect,
    prelude::{SessionConfig, SessionContext, col},
};
use slotcast_core::{Knowledge, SlotCalendar};
use slotcast_lake::Snapshot;

use crate::{
    error::StatsError,
    grain::check_grain,
    priors::put_priors,
    registry::{Kind, Relation},
    windows,
};

/// What a build is asked: which moment it speaks for, and which slot's offers will be scored.
#[derive(Clone, Debug)]
pub struct Question {
    /// The moment.
    pub as_of: DateTime<Utc>,
    /// When slots open.
    pub calendar: SlotCalendar,
    /// The slot that will be scored, and its T.
    pub scored: Knowledge,
    /// The slot after it, where its offers will be scored too.
    pub next: Option<Knowledge>,
    /// How long after the close refunds may come.
    pub refund_window: TimeDelta,
}

/// How much memory the engine may hold before it spills to the system's temporary folder.
#[derive(Clone, Debug)]
pub struct Memory {
    pool: Arc<dyn MemoryPool>,
    limit: Option<usize>,
}

impl Memory {
    /// No more than these bytes, or whatever there is.
    pub fn limited(bytes: Option<usize>) -> Self {
        Self { pool: memory_pool(bytes), limit: bytes }
    }

    /// The limit, in bytes.
    pub(crate) fn limit(&self) -> Option<usize> {
        self.limit
    }
}

/// A pool of so many bytes, shared fairly among operators that can spill; its errors name the largest holder.
pub(crate) fn memory_pool(bytes: Option<usize>) -> Arc<dyn MemoryPool> {
    match bytes {
        Some(bytes) => Arc::new(TrackConsumersPool::new(FairSpillPool::new(bytes), NonZeroUsize::MIN)),
        None => Arc::new(UnboundedMemoryPool::default()),
    }
}

/// A session for one question.
pub struct Session {
    pub(crate) context: SessionContext,
    pub(crate) as_of: DateTime<Utc>,
}

#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub(crate) fn new_context() -> SessionContext {
    SessionContext::new_with_config(config(2))
}

#[expect(clippy::disallowed_methods, reason = "this is the place")]
fn context(memory: &Memory, partitions: usize) -> EngineResult<SessionContext> {
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::clone(&memory.pool)).build_arc()?;
    Ok(SessionContext::new_with_config_rt(config(partitions), runtime))
}

fn config(partitions: usize) -> SessionConfig {
    SessionConfig::new()
        .with_target_partitions(partitions)
        .with_information_schema(true)
        .set_str("datafusion.execution.time_zone", "+00:00")
}

/// A table over the Parquet files of a snapshot; columns that older files lack are null.
pub(crate) fn listing(snapshot: &Snapshot) -> EngineResult<Arc<dyn TableProvider>> {
    let files: Vec<_> = snapshot.files.iter().map(|file| file.path.clone()).collect();
    listing_of(&files, &snapshot.schema)
}

pub(crate) fn listing_of(
    files: &[std::path::PathBuf],
    schema: &SchemaRef,
) -> EngineResult<Arc<dyn TableProvider>> {
    if files.is_empty() {
        return empty(Arc::clone(schema));
    }
    let mut urls = Vec::new();
    for file in files {
        urls.push(ListingTableUrl::parse(std::path::absolute(file)?.to_string_lossy())?);
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::clone(schema));
    Ok(Arc::new(ListingTable::try_new(config)?))
}

pub(crate) fn empty(schema: SchemaRef) -> EngineResult<Arc<dyn TableProvider>> {
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![]])?))
}

/// Rows of a relation as they come out of the engine.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Rows {
    pub(crate) fn of(batch: RecordBatch) -> Self {
        Self { schema: batch.schema(), batches: vec![batch] }
    }

    pub(crate) fn count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

impl Session {
    /// A session without tables, whose queries run in so many threads.
    pub(crate) fn new(as_of: DateTime<Utc>, memory: &Memory, partitions: usize) -> Result<Self, StatsError> {
        let context = context(memory, partitions)?;
        windows::register(&context);
        let catalog = context.catalog("datafusion").expect("a new session has its default catalog");
        for name in ["facts", "staged"] {
            catalog.register_schema(name, Arc::new(MemorySchemaProvider::new()))?;
        }
        Ok(Self { context, as_of })
    }

    /// Registers a table in place of one of that name.
    pub(crate) fn put(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<(), StatsError> {
        self.context.deregister_table(name)?;
        self.context.register_table(name, table)?;
        Ok(())
    }

    /// Registers a table under `facts` or `staged`.
    pub(crate) fn put_into(
        &self,
        room: &str,
        name: &str,
        table: Arc<dyn TableProvider>,
    ) -> Result<(), StatsError> {
        let catalog = self.context.catalog("datafusion").expect("a new session has its default catalog");
        let schema: Arc<dyn SchemaProvider> = catalog.schema(room).expect("it was registered");
        schema.register_table(name.to_owned(), table)?;
        Ok(())
    }

    /// Registers rows as a table.
    pub(crate) fn put_rows(&self, name: &str, rows: &Rows) -> Result<(), StatsError> {
        self.put(name, memory_table(rows)?)
    }

    /// Plans a query with `$as_of` bound.
    pub(crate) async fn plan(&self, sql: &str) -> EngineResult<DataFrame> {
        let as_of =
            ScalarValue::TimestampMicrosecond(Some(self.as_of.timestamp_micros()), Some("UTC".into()));
        self.context.sql(sql).await?.with_param_values(vec![("as_of", as_of)])
    }

    /// Builds relations in order; gives those that are kept. Each is registered for those after it.
    pub(crate) async fn build(
        &self,
        relations: impl Iterator<Item = &'static Relation>,
    ) -> Result<Vec<(&'static Relation, Rows)>, StatsError> {
        let mut kept = Vec::new();
        for relation in relations {
            let failed = StatsError::relation(relation.name);
            if relation.kind == Kind::View {
                let view = self.plan(relation.sql).await.map_err(failed)?.into_view();
                self.put(relation.name, view)?;
                continue;
            }
            let rows = self.compute(relation).await.map_err(failed)?;
            self.put_rows(relation.name, &rows)?;
            put_priors(self, relation, &rows.batches)?;
            if relation.kind.order().is_some() {
                check_grain(relation, &rows)?;
                kept.push((relation, rows));
            }
        }
        Ok(kept)
    }

    /// The rows of one relation, in its order.
    pub(crate) async fn compute(&self, relation: &Relation) -> EngineResult<Rows> {
        let mut frame = self.plan(relation.sql).await?;
        if let Some(order) = relation.kind.order().filter(|order| !order.is_empty()) {
            frame = frame.sort(order.iter().map(|name| col(*name).sort(true, false)).collect())?;
        }
        self.collected(frame).await
    }

    /// The rows of a query.
    pub(crate) async fn rows(&self, sql: &str) -> EngineResult<Rows> {
        let frame = self.plan(sql).await?;
        self.collected(frame).await
    }

    async fn collected(&self, frame: DataFrame) -> EngineResult<Rows> {
        // The schema of the plan as written may still change when types are brought together.
        let plan = frame.create_physical_plan().await?;
        let schema = plan.schema();
        let batches = collect(plan, self.context.task_ctx()).await?;
        Ok(Rows { schema, batches })
    }

    /// Answers a question about what is registered; for tests.
    ///
    /// # Errors
    /// When the query cannot be planned or run.
    pub async fn ask(&self, sql: &str) -> Result<Vec<RecordBatch>, StatsError> {
        Ok(self.plan(sql).await?.collect().await?)
    }
}

pub(crate) fn memory_table(rows: &Rows) -> EngineResult<Arc<dyn TableProvider>> {
    Ok(Arc::new(MemTable::try_new(Arc::clone(&rows.schema), vec![rows.batches.clone()])?))
}
