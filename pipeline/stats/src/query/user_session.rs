//! Sessions of users over relations and ledgers, each under its plain name.

use std::{future::poll_fn, sync::Arc};

use datafusion::{
    catalog::TableProvider,
    common::{Column, ScalarValue},
    error::DataFusionError,
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
    physical_plan::execute_stream,
    prelude::{Expr, SessionContext, lit},
};
use slotcast_core::Audience;
use slotcast_lake::Snapshot;
use tokio::sync::mpsc::{Sender, channel};

use super::{
    catalog::{QueryCatalog, QueryableRelation},
    error_hints,
    limits::QueryLimits,
    postgres,
    runtime::{QueryRuntime, context, yielding},
    statement::{self, StatementKind},
    stream::{QueryStream, StreamItem},
};
use crate::{
    docs::{RelationDoc, audit_doc, relation_doc},
    engine::parquet_table,
    error::StatsError,
};

/// A session of a user.
pub struct UserSession {
    // First, so that queries have ended when the session is dropped.
    runtime: QueryRuntime,
    catalog: Arc<QueryCatalog>,
}

impl UserSession {
    /// Opens a session over these tables. Columns that the audience may not see are null.
    ///
    /// # Errors
    /// Fails if a snapshot cannot be read.
    pub fn open(snapshots: &[Snapshot], limits: QueryLimits, audience: Audience) -> Result<Self, StatsError> {
        let context = context(limits)?;
        let mut relations = Vec::new();
        for snapshot in snapshots {
            let table = redacted(&context, parquet_table(snapshot)?, audience)?;
            context.register_table(snapshot.table.name.as_str(), table)?;
            relations.push(QueryableRelation::new(snapshot));
        }
        relations.sort_by(|left, right| left.name.cmp(&right.name));
        Self::new(QueryCatalog { context, relations, limits })
    }

    pub(super) fn new(catalog: QueryCatalog) -> Result<Self, StatsError> {
        Ok(Self { runtime: QueryRuntime::start()?, catalog: Arc::new(catalog) })
    }

    /// Runs a query for at most `max_rows` rows. The result has columns even if it has no rows.
    ///
    /// # Errors
    /// Fails if the query is not read-only, cannot be planned, or times out before its first row.
    pub async fn query(&self, sql: &str, max_rows: Option<usize>) -> Result<QueryStream, StatsError> {
        // One batch ahead, so that neither side waits for the other.
        let (sender, items) = channel(1);
        let (catalog, sql) = (Arc::clone(&self.catalog), sql.to_owned());
        let task = self.runtime.runtime().spawn(async move {
            if let Err(error) = run_query(&catalog, &sql, max_rows, &sender).await {
                // A closed channel means that the caller dropped the stream.
                let _ = sender.send(Err(error)).await;
            }
        });
        QueryStream::begin(items, task, self.catalog.limits.time, max_rows).await
    }

    /// Relations of the session, by name.
    pub fn relations(&self) -> &[QueryableRelation] {
        &self.catalog.relations
    }

    /// Documentation of one relation or audit.
    ///
    /// # Errors
    /// Fails if there is no such relation.
    pub fn describe(&self, name: &str) -> Result<RelationDoc, StatsError> {
        let relation = self.catalog.relations.iter().find(|relation| relation.name == name);
        let documented = relation.map(|relation| relation_doc(&relation.name, &relation.schema));
        let documented = documented.or_else(|| audit_doc(name));
        documented.ok_or_else(|| error_hints::unknown_relation(&name.into(), &self.catalog))
    }

    #[cfg(test)]
    pub(super) fn catalog(&self) -> &QueryCatalog {
        &self.catalog
    }
}

/// The table with nulls in the columns that the audience may not see.
fn redacted(
    context: &SessionContext,
    table: Arc<dyn TableProvider>,
    audience: Audience,
) -> Result<Arc<dyn TableProvider>, StatsError> {
    let schema = table.schema();
    if schema.fields().iter().all(|field| audience.may_see(field.name())) {
        return Ok(table);
    }
    let mut columns = Vec::new();
    for field in schema.fields() {
        let name = field.name();
        columns.push(if audience.may_see(name) {
            Expr::Column(Column::from_name(name))
        } else {
            lit(ScalarValue::try_from(field.data_type())?).alias(name)
        });
    }
    Ok(context.read_table(table)?.select(columns)?.into_view())
}

/// Plans a query and sends its columns, then its rows.
async fn run_query(
    catalog: &QueryCatalog,
    sql: &str,
    max_rows: Option<usize>,
    to: &Sender<Result<StreamItem, StatsError>>,
) -> Result<(), StatsError> {
    let explain = |error: DataFusionError| error_hints::explain(&error, catalog, sql);
    let (plan, kind) = plan(catalog, sql).await?;
    // One row above the limit shows whether there are more.
    let plan = match max_rows.and_then(|rows| rows.checked_add(1)).filter(|_| kind == StatementKind::Query) {
        Some(rows) => LogicalPlanBuilder::from(plan).limit(0, Some(rows)).and_then(LogicalPlanBuilder::build),
        None => Ok(plan),
    };
    let frame = catalog.context.execute_logical_plan(plan.map_err(explain)?).await.map_err(explain)?;
    let task = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await.and_then(yielding).map_err(explain)?;
    let mut stream = execute_stream(plan, task).map_err(explain)?;
    if to.send(Ok(StreamItem::Columns(stream.schema()))).await.is_err() {
        return Ok(());
    }
    while let Some(batch) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let batch = batch.map_err(explain)?;
        if batch.num_rows() > 0 && to.send(Ok(StreamItem::Rows(batch))).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn plan(catalog: &QueryCatalog, sql: &str) -> Result<(LogicalPlan, StatementKind), StatsError> {
    let explain = |error: DataFusionError| error_hints::explain(&error, catalog, sql);
    statement::check_length(sql)?;
    let (statement, kind) = statement::single(statement::parse(sql).map_err(explain)?)?;
    let state = catalog.context.state();
    let is_known =
        |name: &str| catalog.names().any(|known| known == name) || state.table_functions().contains_key(name);
    let references = state.resolve_table_references(&statement).map_err(explain)?;
    let mut named = references.iter().filter(|_| kind != StatementKind::Names);
    if let Some(closed) = named.find(|reference| !statement::is_readable(reference, is_known)) {
        return Err(error_hints::unknown_relation(closed, catalog));
    }
    let plan = state.statement_to_plan(statement).await.map_err(explain)?;
    statement::verify(&plan)?;
    let plan = postgres::rewrite(&plan).map_err(explain)?;
    Ok((plan, kind))
}
