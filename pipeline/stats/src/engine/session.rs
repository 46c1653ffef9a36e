//! The only constructor of query sessions: zone, limits and functions are set here.

use std::sync::Arc;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use datafusion::{
    catalog::{MemorySchemaProvider, SchemaProvider, TableProvider},
    common::ScalarValue,
    dataframe::DataFrame,
    error::Result as EngineResult,
    execution::runtime_env::RuntimeEnvBuilder,
    physical_plan::collect,
    prelude::{SessionConfig, SessionContext},
};

use super::{
    memory::MemoryLimit,
    sql_functions,
    tables::{QueryResult, memory_table},
    window_functions,
};
use crate::error::StatsError;

/// A session whose queries share one `$as_of`.
pub struct Session {
    pub(crate) context: SessionContext,
    as_of: DateTime<Utc>,
}

#[expect(clippy::disallowed_methods, reason = "sessions are made here")]
pub(crate) fn new_context() -> SessionContext {
    SessionContext::new_with_config(config(2))
}

#[expect(clippy::disallowed_methods, reason = "sessions are made here")]
fn context(memory: &MemoryLimit, partitions: usize) -> EngineResult<SessionContext> {
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::clone(&memory.pool)).build_arc()?;
    Ok(SessionContext::new_with_config_rt(config(partitions), runtime))
}

fn config(partitions: usize) -> SessionConfig {
    SessionConfig::new()
        .with_target_partitions(partitions)
        .with_information_schema(true)
        .set_str("datafusion.execution.time_zone", "+00:00")
}

impl Session {
    /// A session without tables; `partitions` is the number of threads of a query.
    pub(crate) fn new(
        as_of: DateTime<Utc>,
        memory: &MemoryLimit,
        partitions: usize,
    ) -> Result<Self, StatsError> {
        let context = context(memory, partitions)?;
        sql_functions::register(&context);
        window_functions::register(&context);
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

    /// Registers a table under the schema `facts` or `staged`.
    pub(crate) fn put_into(
        &self,
        schema: &str,
        name: &str,
        table: Arc<dyn TableProvider>,
    ) -> Result<(), StatsError> {
        let catalog = self.context.catalog("datafusion").expect("a new session has its default catalog");
        let schema: Arc<dyn SchemaProvider> = catalog.schema(schema).expect("the schema is registered");
        schema.register_table(name.to_owned(), table)?;
        Ok(())
    }

    /// Registers rows as a table.
    pub(crate) fn put_rows(&self, name: &str, rows: &QueryResult) -> Result<(), StatsError> {
        self.put(name, memory_table(rows)?)
    }

    /// Plans a query with `$as_of` bound.
    pub(crate) async fn plan(&self, sql: &str) -> EngineResult<DataFrame> {
        let as_of =
            ScalarValue::TimestampMicrosecond(Some(self.as_of.timestamp_micros()), Some("UTC".into()));
        self.context.sql(sql).await?.with_param_values(vec![("as_of", as_of)])
    }

    /// Rows of a query.
    pub(crate) async fn rows(&self, sql: &str) -> EngineResult<QueryResult> {
        self.collect(self.plan(sql).await?).await
    }

    /// Rows of a planned query.
    pub(crate) async fn collect(&self, frame: DataFrame) -> EngineResult<QueryResult> {
        // Type coercion can still change the schema of the logical plan.
        let plan = frame.create_physical_plan().await?;
        let schema = plan.schema();
        let batches = collect(plan, self.context.task_ctx()).await?;
        Ok(QueryResult { schema, batches })
    }

    /// Rows of a query over the registered tables; for tests.
    ///
    /// # Errors
    /// Fails if the query cannot be planned or run.
    pub async fn query(&self, sql: &str) -> Result<Vec<RecordBatch>, StatsError> {
        Ok(self.plan(sql).await?.collect().await?)
    }
}
