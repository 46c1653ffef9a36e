//! Questions of users: SELECT only, over what a run made visible.

use std::sync::Arc;

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{execution::context::SQLOptions, prelude::SessionContext};
use slotcast_lake::Snapshot;

use crate::{
    error::StatsError,
    session::{listing, new_context},
};

/// How much a question may return.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// The most rows that are returned.
    pub rows: Option<usize>,
}

/// A session over relations and ledgers, each under its plain name.
pub struct UserSession {
    context: SessionContext,
    names: Vec<String>,
}

impl UserSession {
    /// Opens a session over these tables.
    ///
    /// # Errors
    /// When a snapshot cannot be read.
    pub fn open(tables: &[Snapshot]) -> Result<Self, StatsError> {
        let context = new_context();
        let mut names = Vec::new();
        for snapshot in tables {
            context.register_table(snapshot.table.name.as_str(), listing(snapshot)?)?;
            names.push(snapshot.table.name.clone());
        }
        names.sort();
        Ok(Self { context, names })
    }

    /// Answers a question; the schema comes also where there is no row.
    ///
    /// # Errors
    /// When it is not a question, or cannot be planned or run.
    pub async fn ask(
        &self,
        sql: &str,
        limits: QueryLimits,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), StatsError> {
        let plan = self
            .context
            .state()
            .create_logical_plan(sql)
            .await
            .map_err(|error| StatsError::Query(error.strip_backtrace()))?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)
            .map_err(|error| StatsError::NotAQuestion(error.strip_backtrace()))?;
        let frame = self.context.execute_logical_plan(plan).await?;
        let frame = match limits.rows {
            Some(rows) => frame.limit(0, Some(rows))?,
            None => frame,
        };
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let batches = frame.collect().await.map_err(|error| StatsError::Query(error.strip_backtrace()))?;
        Ok((schema, batches))
    }

    /// Names of the tables, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns of one table.
    ///
    /// # Errors
    /// When there is no such table.
    pub async fn columns(&self, name: &str) -> Result<SchemaRef, StatsError> {
        if !self.names.iter().any(|known| known == name) {
            return Err(StatsError::NoRelation { name: name.to_owned(), known: self.names.join(", ") });
        }
        let table = self.context.table_provider(name).await?;
        Ok(table.schema())
    }
}
