//! Questions of users: SELECT only, over what a run made visible, within limits.

mod answer;
mod engine;
mod help;
mod statement;
#[cfg(test)]
mod tests;

use std::{future::poll_fn, sync::Arc};

use arrow::datatypes::SchemaRef;
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

pub use answer::Answer;
pub use engine::Limits;

use crate::{
    describe::{self, Described},
    error::StatsError,
    session::listing,
};
use answer::Part;
use engine::{Engine, context, giving_way};
use statement::Shape;

/// A relation that can be asked.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub schema: SchemaRef,
    /// How many rows it has, where the lake says so.
    pub rows: Option<u64>,
    /// Where its files lie, as errors of the engine spell it.
    folder: Option<String>,
}

/// What there is to be asked, and how much it may take.
struct Catalogue {
    context: SessionContext,
    tables: Vec<Table>,
    limits: Limits,
}

/// A session over relations and ledgers, each under its plain name.
pub struct UserSession {
    // First, so that questions have ended when the session goes.
    engine: Engine,
    catalogue: Arc<Catalogue>,
}

impl UserSession {
    /// Opens a session over these tables. Columns that these readers may not see are null.
    ///
    /// # Errors
    /// When a snapshot cannot be read.
    pub fn open(snapshots: &[Snapshot], limits: Limits, audience: Audience) -> Result<Self, StatsError> {
        let context = context(limits)?;
        let mut tables = Vec::new();
        for snapshot in snapshots {
            let table = masked(&context, listing(snapshot)?, audience)?;
            context.register_table(snapshot.table.name.as_str(), table)?;
            tables.push(Table::of(snapshot));
        }
        tables.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self { engine: Engine::start()?, catalogue: Arc::new(Catalogue { context, tables, limits }) })
    }

    /// Asks a question, for so many rows at most; the answer has columns also where it has no row.
    ///
    /// # Errors
    /// When it is not a question, cannot be planned, or takes too long before its first row.
    pub async fn ask(&self, sql: &str, rows: Option<usize>) -> Result<Answer, StatsError> {
        // A batch ahead, so that neither side waits for the other.
        let (sender, parts) = channel(1);
        let (catalogue, sql) = (Arc::clone(&self.catalogue), sql.to_owned());
        let task = self.engine.runtime().spawn(async move {
            if let Err(error) = catalogue.answer(&sql, rows, &sender).await {
                // Who no longer listens has given up.
                let _ = sender.send(Err(error)).await;
            }
        });
        Answer::begin(parts, task, self.catalogue.limits.time, rows).await
    }

    /// The relations that can be asked, by name.
    pub fn tables(&self) -> &[Table] {
        &self.catalogue.tables
    }

    /// What there is to know of one relation.
    ///
    /// # Errors
    /// When there is no such relation.
    pub fn describe(&self, name: &str) -> Result<Described, StatsError> {
        let found = self.catalogue.tables.iter().find(|table| table.name == name);
        let table = found.ok_or_else(|| help::no_relation(&name.into(), &self.catalogue))?;
        Ok(describe::described(&table.name, &table.schema))
    }
}

/// The same table with nulls in the columns that these readers may not see.
fn masked(
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

impl Table {
    fn of(snapshot: &Snapshot) -> Self {
        let counted = snapshot.files.iter().map(|file| file.rows);
        let folder = snapshot.files.first().and_then(|file| file.path.parent());
        let folder = folder.and_then(|folder| std::path::absolute(folder).ok());
        Self {
            name: snapshot.table.name.clone(),
            schema: Arc::clone(&snapshot.schema),
            rows: counted.sum(),
            folder: folder.map(|folder| folder.to_string_lossy().trim_start_matches('/').to_owned()),
        }
    }
}

impl Catalogue {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }

    fn has_column(&self, name: &str) -> bool {
        self.with_column(name).next().is_some()
    }

    fn with_column(&self, name: &str) -> impl Iterator<Item = &str> {
        let having = self.tables.iter().filter(move |table| table.schema.column_with_name(name).is_some());
        having.map(|table| table.name.as_str())
    }

    /// A text of the engine in which files go by the names of their relations.
    fn without_paths(&self, text: String) -> String {
        let folders = self.tables.iter().filter_map(|table| Some((table.folder.as_ref()?, &table.name)));
        folders.fold(text, |text, (folder, name)| {
            text.replace(&format!("/{folder}"), name).replace(folder.as_str(), name)
        })
    }

    async fn answer(
        &self,
        sql: &str,
        rows: Option<usize>,
        to: &Sender<Result<Part, StatsError>>,
    ) -> Result<(), StatsError> {
        let explain = |error: DataFusionError| help::explain(&error, self, sql);
        let (plan, shape) = self.plan(sql).await?;
        // One row more than asked for tells whether there are more.
        let plan = match rows.and_then(|rows| rows.checked_add(1)).filter(|_| shape == Shape::Query) {
            Some(rows) => {
                LogicalPlanBuilder::from(plan).limit(0, Some(rows)).and_then(LogicalPlanBuilder::build)
            }
            None => Ok(plan),
        };
        let frame = self.context.execute_logical_plan(plan.map_err(explain)?).await.map_err(explain)?;
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await.and_then(giving_way).map_err(explain)?;
        let mut stream = execute_stream(plan, task).map_err(explain)?;
        if to.send(Ok(Part::Columns(stream.schema()))).await.is_err() {
            return Ok(());
        }
        while let Some(batch) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
            let batch = batch.map_err(explain)?;
            if batch.num_rows() > 0 && to.send(Ok(Part::Rows(batch))).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn plan(&self, sql: &str) -> Result<(LogicalPlan, Shape), StatsError> {
        let explain = |error: DataFusionError| help::explain(&error, self, sql);
        statement::check_length(sql)?;
        let (statement, shape) = statement::only(statement::parse(sql).map_err(explain)?)?;
        let state = self.context.state();
        let is_known = |name: &str| {
            self.names().any(|known| known == name) || state.table_functions().contains_key(name)
        };
        let references = state.resolve_table_references(&statement).map_err(explain)?;
        let mut asked = references.iter().filter(|_| shape != Shape::Names);
        if let Some(closed) = asked.find(|reference| !statement::is_open(reference, is_known)) {
            return Err(help::no_relation(closed, self));
        }
        let plan = state.statement_to_plan(statement).await.map_err(explain)?;
        statement::verify(&plan)?;
        Ok((plan, shape))
    }
}
